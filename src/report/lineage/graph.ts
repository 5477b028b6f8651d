/** A lineage as nodes and edges to draw, and the evidence that stands behind each of them. */
import {
  type Idea,
  isVerified,
  type Ledger,
  type Lineage,
  type LineageEvent,
  type LinkKind,
  releaseDateOf,
  type Source,
  subjectsOf,
  type Verified,
  withDevelopments,
} from "../../ledger/index.ts";

/** `develops`: an idea builds on another. Introducing is no edge, because idea and release are one node. */
export const edgeKinds = ["develops", "validates-at-scale", "reuses", "cites", "supersedes", "contradicts"] as const;
export type EdgeKind = (typeof edgeKinds)[number];

/** What shows that something happened. */
export interface Evidence {
  /** `e1`, `e2`, …: unique in a graph. */
  readonly id: string;
  /** `Kimi K2 reuses MLA` */
  readonly title: string;
  readonly on: string | null;
  readonly says: string;
  /** What it must not be read as, and what else is known of it. */
  readonly nuances: readonly string[];
  readonly source: Source;
  /** Day, month or year of the source. */
  readonly observed: string;
  readonly verified: Verified;
}

/** A release or organisation. */
export interface Member {
  /** Empty for an idea that came with no release. */
  readonly name: string;
  readonly orgId: string;
  readonly org: string;
  readonly on: string | null;
}

/** Who did the same at the same time: one member, as a rule, with the ideas of this lineage that it introduced. */
export interface LineageNode {
  readonly id: string;
  readonly ideas: readonly { readonly short: string; readonly name: string }[];
  readonly members: readonly Member[];
  readonly on: string | null;
  readonly evidence: readonly Evidence[];
}

/** From an idea to who took it over, so that it points the way the idea went. */
export interface LineageEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
  readonly evidence: readonly Evidence[];
}

export interface LineageGraph {
  readonly idea: Idea;
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly LineageEdge[];
  /** In the order of the nodes, and of time. */
  readonly evidence: readonly Evidence[];
}

/** A node is drawn as unverified where what introduced its ideas is; an edge, where nothing verified stands behind it. */
export const standsOn = (evidence: readonly Evidence[]): boolean =>
  evidence.length === 0 || evidence.some(({ verified }) => verified.verified);

/** `MLA` of `Multi-head Latent Attention (MLA)`. */
export const shortName = (name: string): string =>
  /\(([A-Z][A-Za-z0-9]{1,9})\)/.exec(name)?.[1] ?? name.split(": ")[0]!;

export const kindWords: Readonly<Record<LinkKind | "develops", string>> = {
  introduces: "introduces",
  develops: "builds on",
  reuses: "reuses",
  "validates-at-scale": "validates at scale",
  cites: "cites",
  supersedes: "supersedes",
  contradicts: "contradicts",
};

export function lineageGraph(lineage: Lineage, ledger: Ledger): LineageGraph {
  const lineages = withDevelopments(lineage);
  const names = new Map(subjectsOf(ledger).map(({ id, name }) => [id, name]));
  const nameOf = (id: string) => names.get(id) ?? id;
  const dates = new Map(ledger.releases.map((release) => [release.id, releaseDateOf(release)]));
  const homes = new Map(lineages.map((one) => [one.idea.id, homeOf(one)]));
  const evidence: Evidence[] = [];
  const evidenceOf = (one: Omit<Evidence, "id">): Evidence => {
    const numbered = { id: `e${evidence.length + 1}`, ...one };
    evidence.push(numbered);
    return numbered;
  };

  const nodes = new Map<string, LineageNode & { evidence: Evidence[] }>();
  for (const { idea } of lineages) {
    const home = homes.get(idea.id)!;
    const orgId = idea.introduced.by[0]!;
    const known = nodes.get(home);
    const name = home === idea.id ? "" : nameOf(home);
    const on = dates.get(home) ?? idea.introduced.on;
    nodes.set(home, {
      id: home,
      ideas: [...(known?.ideas ?? []), { short: shortName(idea.name), name: idea.name }],
      members: [{ name, orgId, org: idea.introduced.by.map(nameOf).join(", "), on }],
      on,
      evidence: [...(known?.evidence ?? []), evidenceOf(introduction(idea, nameOf))],
    });
  }
  const pairs = new Map<string, { from: string; to: string; all: { kind: EdgeKind; evidence: Evidence }[] }>();
  const connect = (from: string, to: string, kind: EdgeKind, shown: Evidence) => {
    nodes.get(to)!.evidence.push(shown);
    if (from === to) return;
    const key = `${from} ${to}`;
    pairs.set(key, { from, to, all: [...(pairs.get(key)?.all ?? []), { kind, evidence: shown }] });
  };
  for (const { idea, events } of lineages)
    for (const event of events) {
      const { actor, org, on } = event;
      if (!nodes.has(actor))
        nodes.set(actor, {
          id: actor,
          ideas: [],
          members: [{ name: nameOf(actor), orgId: org, org: nameOf(org), on }],
          on,
          evidence: [],
        });
      const shown = evidenceOf(eventEvidence(event, idea, nameOf));
      if (event.kind === "introduces") nodes.get(actor)!.evidence.push(shown);
      else connect(homes.get(idea.id)!, actor, event.kind, shown);
    }
  for (const { idea } of lineages)
    for (const base of idea.buildsOn.filter((id) => homes.has(id))) {
      const shown = evidenceOf(development(idea, nameOf(base)));
      connect(homes.get(base)!, homes.get(idea.id)!, "develops", shown);
    }
  const edges = [...pairs.values()].flatMap(({ from, to, all }) =>
    drawnKinds(all).map(({ kind, evidence: shown }) => ({ from, to, kind, evidence: shown })),
  );
  return { idea: lineage.idea, ...grouped([...nodes.values()], edges), evidence };
}

/** Users that took the same from the same are one node: those of one organisation and month, and all without a date. */
function grouped(
  nodes: readonly LineageNode[],
  edges: readonly Omit<LineageEdge, "id">[],
): Pick<LineageGraph, "nodes" | "edges"> {
  const entering = Map.groupBy(edges, ({ to }) => to);
  const keyOf = ({ id, ideas, on, members }: LineageNode) =>
    ideas.length > 0
      ? id
      : [
          on?.slice(0, 7) ?? "no date",
          on === null ? "" : members[0]!.orgId,
          ...(entering.get(id) ?? []).map(({ from, kind }) => `${from} ${kind}`).toSorted(),
        ].join("; ");
  const groups = [...Map.groupBy(nodes, keyOf).values()];
  const idOf = new Map(groups.flatMap((group) => group.map(({ id }) => [id, group[0]!.id])));
  const joined = Map.groupBy(edges, ({ from, to, kind }) => [idOf.get(from)!, idOf.get(to)!, kind].join(" "));
  return {
    nodes: groups.map((group) => ({
      ...group[0]!,
      members: group.flatMap(({ members }) => members),
      evidence: group.flatMap(({ evidence }) => evidence),
    })),
    edges: [...joined.values()].map((group, index) => ({
      id: `edge-${index + 1}`,
      from: idOf.get(group[0]!.from)!,
      to: idOf.get(group[0]!.to)!,
      kind: group[0]!.kind,
      evidence: group.flatMap(({ evidence }) => evidence),
    })),
  };
}

/** The release that an idea came with, or the idea itself where it came with none. */
function homeOf({ idea, events }: Lineage): string {
  const introducing = events.filter(({ kind }) => kind === "introduces").map(({ actor }) => actor);
  return introducing.find((actor) => actor === idea.introduced.release) ?? introducing[0] ?? idea.id;
}

/** Building on an idea, or proving it, says that it was used: one line for all of it. Disagreement has a line of its own. */
function drawnKinds(all: readonly { readonly kind: EdgeKind; readonly evidence: Evidence }[]) {
  const opposed = all.filter(({ kind }) => kind === "contradicts" || kind === "supersedes");
  const used = all.filter((one) => !opposed.includes(one));
  const strongest = edgeKinds.find((kind) => used.some((one) => one.kind === kind));
  return [
    ...(strongest === undefined ? [] : [{ kind: strongest, evidence: used.map(({ evidence }) => evidence) }]),
    ...[...Map.groupBy(opposed, ({ kind }) => kind)].map(([kind, group]) => ({
      kind,
      evidence: group.map(({ evidence }) => evidence),
    })),
  ];
}

function introduction({ name, summary, introduced, note }: Idea, nameOf: (id: string) => string): Omit<Evidence, "id"> {
  const { by, on, source, observed } = introduced;
  return {
    title: `${by.map(nameOf).join(", ")}: ${name}`,
    on,
    says: summary,
    nuances: [introduced.note, note].filter((one) => one !== undefined),
    source,
    observed,
    verified: isVerified({ source }),
  };
}

function eventEvidence(
  { link, kind, actor, on }: LineageEvent,
  idea: Idea,
  nameOf: (id: string) => string,
): Omit<Evidence, "id"> {
  const { evidence, nuance, confirmedByVendor, source, observed } = link;
  return {
    title: `${nameOf(actor)} ${kindWords[kind]} ${shortName(idea.name)}`,
    on,
    says: evidence,
    nuances: [nuance, confirmedByVendor && `Confirmed by the vendor: ${confirmedByVendor}`].filter(
      (one) => one !== undefined,
    ),
    source,
    observed,
    verified: isVerified(link),
  };
}

const development = ({ name, introduced }: Idea, base: string): Omit<Evidence, "id"> => ({
  title: `${shortName(name)} builds on ${shortName(base)}`,
  on: introduced.on,
  says: `The ledger's entry of ${shortName(name)} names ${shortName(base)} as what it develops.`,
  nuances: ["The page is the one that introduced it"],
  source: introduced.source,
  observed: introduced.observed,
  verified: isVerified(introduced),
});
