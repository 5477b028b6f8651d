/** Finds what a user means by a name: an id, a name, a repository on the Hub, in any spelling of case and dashes. */
import { UserError } from "../errors.ts";

export interface Named {
  readonly id: string;
  readonly name: string;
  readonly hubId?: string | null;
}

/** @throws UserError with the nearest names where nothing, or more than one thing, has the name */
export function resolveName<T extends Named>(given: string, among: readonly T[], what: string): T {
  const exact = among.find(({ id }) => id === given);
  if (exact !== undefined) return exact;
  const found = among.filter((one) => spellings(one).includes(plain(given)));
  if (found.length === 1) return found[0]!;
  const near = found.length > 1 ? found.map(({ id }) => id) : nearest(given, among);
  throw new UserError({
    happened: found.length > 1 ? `${given} may be any of ${near.join(", ")}` : `there is no ${what} called ${given}`,
    expected: near.length === 0 ? `the id or name of one of ${among.length}` : `perhaps ${near.join(", ")}`,
    mend: "use the id, which is the file's name under data/",
  });
}

/** Ids of what is spelled most like the name, the best first. */
export function nearest(given: string, among: readonly Named[], atMost = 3): string[] {
  const wanted = plain(given);
  return among
    .map((one) => ({ id: one.id, away: Math.min(...spellings(one).map((spelling) => distance(wanted, spelling))) }))
    .filter(({ away }) => away <= Math.max(2, wanted.length / 3))
    .toSorted((a, b) => a.away - b.away)
    .slice(0, atMost)
    .map(({ id }) => id);
}

const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9.]+/g, "");
const spellings = ({ id, name, hubId }: Named): string[] =>
  [id, name, hubId ?? id, (hubId ?? id).split("/").at(-1)!].map(plain);

/** Letters to insert, delete or replace, after Levenshtein. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + Number(a[i - 1] !== b[j - 1])));
    row = next;
  }
  return row[b.length]!;
}
