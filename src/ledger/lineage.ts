/** How an idea travels: who introduced it, took it over, proved it at scale or argued with it, computed from the links. */
import { type DayRange, daysBetween, firstDay } from "./day.ts";
import type { Idea } from "./idea.ts";
import { type Ledger, linksOf } from "./ledger.ts";
import type { Link, LinkKind } from "./link.ts";
import { releaseDateOf } from "./release.ts";

/** One link to an idea, seen as something that happened. */
export interface LineageEvent {
  readonly link: Link;
  readonly kind: LinkKind;
  /** Release or organisation that did it. */
  readonly actor: string;
  /** Organisation behind the actor. */
  readonly org: string;
  /** Day, month or year; null where neither the link nor the release has a date. */
  readonly on: string | null;
  /** Not one of those who introduced the idea. */
  readonly independent: boolean;
}

export interface Lineage {
  readonly idea: Idea;
  /** Oldest first; those without a date come last. */
  readonly events: readonly LineageEvent[];
  /** Ideas of the ledger that develop this one. */
  readonly developments: readonly Lineage[];
}

/** @returns null where the ledger has no such idea */
export function lineageOf(ledger: Ledger, ideaId: string): Lineage | null {
  const links = Map.groupBy(linksOf(ledger), ({ to }) => to);
  const releases = new Map(ledger.releases.map((release) => [release.id, release]));
  const of = (idea: Idea, above: readonly string[]): Lineage => ({
    idea,
    events: (links.get(idea.id) ?? []).map((link) => event(link, idea)).toSorted(byDate),
    developments: ledger.ideas
      .filter(({ id, buildsOn }) => buildsOn.includes(idea.id) && !above.includes(id))
      .map((development) => of(development, [...above, idea.id])),
  });
  const event = (link: Link, idea: Idea): LineageEvent => {
    const release = releases.get(link.from);
    const org = release?.org ?? link.from;
    const on = link.on ?? (release && releaseDateOf(release)) ?? null;
    return { link, kind: link.kind, actor: link.from, org, on, independent: !idea.introduced.by.includes(org) };
  };
  const idea = ledger.ideas.find(({ id }) => id === ideaId);
  return idea === undefined ? null : of(idea, []);
}

/** The idea and all that develop it, each once, whatever it builds on beside. */
export const withDevelopments = (lineage: Lineage): Lineage[] =>
  firstBy([lineage, ...lineage.developments.flatMap(withDevelopments)], ({ idea }) => idea.id);

export interface Adoption {
  readonly event: LineageEvent;
  /** Outside organisations that had taken the idea over by then, this one included. */
  readonly outsideOrgs: number;
}

/** An idea moved from one organisation to another. */
export interface Hop {
  readonly idea: string;
  readonly from: string;
  readonly to: string;
  readonly on: string | null;
  readonly link: Link;
}

export interface Compounding {
  /** First use by each release or organisation, oldest first. */
  readonly adoptions: readonly Adoption[];
  /** Proofs at scale by others than those who introduced it. */
  readonly independentValidations: readonly LineageEvent[];
  readonly contradictions: readonly LineageEvent[];
  /** First use by each outside organisation, of the idea and of those that develop it. */
  readonly hops: readonly Hop[];
  /** From introduction to the first dated use by others; null where there is none, or the introduction has no date. */
  readonly firstOutsideReuse: { readonly event: LineageEvent; readonly days: DayRange } | null;
  /** Null where no other organisation uses the idea, or the introduction has no date. */
  readonly halfLife: HalfLife | null;
  /** Uses by others that nobody dates: one of them may have been the first. */
  readonly undatedOutsideUses: number;
}

/**
 * Days from introduction until half of the outside organisations that use the idea today had taken it over: the median age
 * of their first uses, rounded up, as the cited half-life of a journal is the median age of its citations.
 *
 * Each organisation's first use lies between two days, because dates are months and years too; the median of the earliest
 * days and the median of the latest ones enclose it. A use that nobody dates may have come on any day since the introduction.
 *
 * @see Burton and Kebler, "The half-life of some scientific and technical literatures", American Documentation 11(1), 1960
 */
export interface HalfLife {
  readonly outsideOrgs: number;
  readonly days: { readonly atLeast: number; readonly atMost: number | null };
}

const isUse = ({ kind }: LineageEvent) => kind === "reuses" || kind === "validates-at-scale";

/** How an idea compounds: every number counts links. */
export function compoundingOf(lineage: Lineage): Compounding {
  const uses = firstBy(lineage.events.filter(isUse), ({ actor }) => actor);
  const outside = uses.filter(({ independent }) => independent);
  const first = outside.find(({ on }) => on !== null);
  const { on: introducedOn } = lineage.idea.introduced;
  return {
    adoptions: uses.map((event, index) => ({
      event,
      outsideOrgs: new Set(
        uses
          .slice(0, index + 1)
          .filter(({ independent }) => independent)
          .map(({ org }) => org),
      ).size,
    })),
    independentValidations: lineage.events.filter(
      ({ kind, independent }) => kind === "validates-at-scale" && independent,
    ),
    contradictions: lineage.events.filter(({ kind }) => kind === "contradicts"),
    hops: withDevelopments(lineage).flatMap(hopsOf),
    firstOutsideReuse: introducedOn === null || first === undefined ? null : firstReuse(introducedOn, first, outside),
    halfLife: introducedOn === null || outside.length === 0 ? null : halfLifeOf(introducedOn, outside),
    undatedOutsideUses: outside.filter(({ on }) => on === null).length,
  };
}

/** Uses with coarser dates may have come before the one that stands first, so they narrow the range. */
const firstReuse = (introducedOn: string, event: LineageEvent, outside: readonly LineageEvent[]) => ({
  event,
  days: firstUse(
    introducedOn,
    outside.filter(({ on }) => on !== null),
  ) as DayRange,
});

function halfLifeOf(introducedOn: string, outside: readonly LineageEvent[]): HalfLife {
  const firsts = [...Map.groupBy(outside, ({ org }) => org).values()].map((uses) => firstUse(introducedOn, uses));
  const half = Math.ceil(firsts.length / 2) - 1;
  const sorted = (days: number[]) => days.toSorted((a, b) => a - b);
  const latest = sorted(firsts.map(({ atMost }) => atMost ?? Infinity))[half]!;
  return {
    outsideOrgs: firsts.length,
    days: {
      atLeast: sorted(firsts.map(({ atLeast }) => atLeast))[half]!,
      atMost: latest === Infinity ? null : latest,
    },
  };
}

/** Days from the introduction to the first of some uses. None comes before it, as far as dates leave the choice. */
function firstUse(introducedOn: string, uses: readonly LineageEvent[]): HalfLife["days"] {
  const ages = uses.map(({ on }) => (on === null ? { atLeast: 0, atMost: Infinity } : daysBetween(introducedOn, on)));
  const atMost = Math.min(...ages.map((age) => age.atMost));
  const atLeast = Math.max(Math.min(...ages.map((age) => age.atLeast)), Math.min(0, atMost));
  return { atLeast, atMost: atMost === Infinity ? null : atMost };
}

const hopsOf = ({ idea, events }: Lineage): Hop[] =>
  firstBy(
    events.filter((event) => isUse(event) && event.independent),
    ({ org }) => org,
  ).map(({ org, on, link }) => ({ idea: idea.id, from: idea.introduced.by[0]!, to: org, on, link }));

function firstBy<T>(items: readonly T[], key: (item: T) => string): T[] {
  const seen = new Set<string>();
  return items.filter((item) => !seen.has(key(item)) && seen.add(key(item)));
}

const byDate = (a: LineageEvent, b: LineageEvent): number =>
  a.on === null || b.on === null
    ? Number(a.on === null) - Number(b.on === null)
    : firstDay(a.on) < firstDay(b.on)
      ? -1
      : Number(firstDay(a.on) > firstDay(b.on));
