/** What a lineage says in a few lines: how the idea compounds, in words that terminal, page and picture share. */
import {
  type Compounding,
  compoundingOf,
  formatValue,
  type Idea,
  isVerified,
  type Ledger,
  type Lineage,
  type LineageEvent,
  quantities,
  subjectsOf,
  withDevelopments,
} from "../../ledger/index.ts";
import { formatCount } from "../../units/index.ts";
import { shortName } from "./graph.ts";

export type NameOf = (id: string) => string;

/** Names and values, in the order of reading. */
export function lineageFacts(lineage: Lineage, nameOf: NameOf): (readonly [string, string])[] {
  const all = withDevelopments(lineage).map((one) => ({ ...one, compounding: compoundingOf(one) }));
  const { compounding } = all[0]!;
  const each = (pick: (of: Compounding) => readonly LineageEvent[]) =>
    all.flatMap(({ idea, compounding: of }) =>
      pick(of).map((event) => `${shortName(idea.name)} by ${who(event, nameOf)}`),
    );
  return [
    ["Introduced", introducedWords(lineage, nameOf) + doubtWords(lineage)],
    ["Used outside", usersWords(compounding, nameOf)],
    ["First outside reuse", firstReuseWords(compounding, nameOf)],
    ["Half-life", halfLifeWords(compounding)],
    ["Developed into", listed(all.slice(1).map(({ idea }) => shortName(idea.name)))],
    ["Proved at scale by others", listed(each(({ independentValidations }) => independentValidations))],
    ["Argued against", listed(each(({ contradictions }) => contradictions))],
    [
      "Tried in small",
      listed(
        all.flatMap(({ idea }) => triedWords(idea)),
        "; ",
      ),
    ],
  ];
}

export function introducedWords({ idea: { introduced } }: Lineage, nameOf: NameOf, dated = true): string {
  const release = introduced.release === null ? "" : ` with ${nameOf(introduced.release)}`;
  return `by ${introduced.by.map(nameOf).join(" and ")}${release}${dated ? `, ${introduced.on ?? "no date"}` : ""}`;
}

function doubtWords({ idea }: Lineage): string {
  const verified = isVerified(idea.introduced);
  return verified.verified ? "" : ` (unverified: ${verified.because})`;
}

function usersWords({ adoptions }: Compounding, nameOf: NameOf): string {
  const orgs = [...new Set(adoptions.filter(({ event }) => event.independent).map(({ event }) => event.org))];
  return orgs.length === 0
    ? "by nobody, as far as this ledger knows"
    : `by ${orgs.length}: ${listed(orgs.map(nameOf))}`;
}

export function firstReuseWords({ firstOutsideReuse, undatedOutsideUses }: Compounding, nameOf: NameOf): string {
  if (firstOutsideReuse === null) return undatedOutsideUses === 0 ? "none" : "not known: no use by others has a date";
  const { event, days } = firstOutsideReuse;
  const undated =
    undatedOutsideUses === 0
      ? ""
      : `; ${undatedOutsideUses} undated ${undatedOutsideUses === 1 ? "use" : "uses"} may be earlier`;
  return `${daysWords(days)} after it was introduced: ${who(event, nameOf)}${undated}`;
}

/** A day span, e.g. `114–144 days`. */
export const daysWords = ({ atLeast, atMost }: { readonly atLeast: number; readonly atMost: number }): string =>
  `${atLeast === atMost ? formatCount(atLeast) : `${formatCount(atLeast)}–${formatCount(atMost)}`} ${atMost === 1 ? "day" : "days"}`;

function halfLifeWords({ halfLife }: Compounding): string {
  if (halfLife === null) return "none: nobody else uses it, or it has no date";
  const { outsideOrgs, days } = halfLife;
  if (days.atMost === null) return `not known: too many of ${outsideOrgs} organisations have no date`;
  return `${daysWords({ ...days, atMost: days.atMost })} until half of these ${outsideOrgs} used it`;
}

/** Release and organisation, or organisation alone. */
export function who({ actor, org, on }: LineageEvent, nameOf: NameOf, dated = true): string {
  const names = actor === org ? nameOf(org) : `${nameOf(actor)} of ${nameOf(org)}`;
  return dated ? `${names} (${on ?? "no date"})` : names;
}

/** What releases, ideas and organisations are called, by id. */
export function namesOf(ledger: Ledger): NameOf {
  const names = new Map(subjectsOf(ledger).map(({ id, name }) => [id, name]));
  return (id) => names.get(id) ?? id;
}

/** What experiments measured of an idea, each with its interval, its setting and the run that has it. */
function triedWords({ name, claims }: Idea): string[] {
  return claims.flatMap(({ quantity, value, unit, range, baseline, scope, source, note }) => {
    if (source.provenance !== "measured") return [];
    const interval = range === undefined ? "" : ` (${range.map((end) => formatValue(end, unit)).join(" to ")})`;
    const against = baseline?.of === undefined ? "" : `, against ${baseline.of}`;
    return `${shortName(name)}, ${quantities[quantity].says}: ${formatValue(value, unit)}${interval}${against}, ${scope.setting}.${note === undefined ? "" : ` ${note}`} [${source.runId}]`;
  });
}

const listed = (items: readonly string[], between = ", ") => (items.length === 0 ? "none" : items.join(between));
