/** The ideas that a release is known to have. */
import type { Ledger } from "./ledger.ts";
import type { LinkKind } from "./link.ts";
import type { Release } from "./release.ts";

const having: ReadonlySet<LinkKind> = new Set<LinkKind>(["introduces", "reuses", "validates-at-scale"]);

/**
 * Ids, in the ledger's order: those recorded with a release, those that its links introduce or take over, and those of
 * the release that it was trained from. It is what the ledger knows; what is not listed may still be there.
 */
export function ideasOf({ ideas, releases }: Pick<Ledger, "ideas" | "releases">, release: Release): string[] {
  const known = new Set<string>();
  const seen = new Set<string>();
  for (let one: Release | undefined = release; one !== undefined && !seen.has(one.id); ) {
    const { id, base, links }: Release = one;
    seen.add(id);
    for (const idea of one.ideas) known.add(idea);
    for (const { kind, to } of links) if (having.has(kind)) known.add(to);
    for (const idea of ideas) if (idea.introduced.release === id) known.add(idea.id);
    one = releases.find((other) => other.id === base);
  }
  return ideas.map(({ id }) => id).filter((id) => known.has(id));
}

/** An idea with all that build on it, and what builds on those: whoever has one of them has taken the idea over. */
export function withDevelopmentsOf(ideas: Ledger["ideas"], id: string): Set<string> {
  const found = new Set([id]);
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const idea of ideas) if (idea.buildsOn.some((base) => found.has(base))) found.add(idea.id);
  }
  return found;
}
