/** Claims over time: what was known on a day, what took the place of what, and what disagrees. */
import type { Claim } from "./claim.ts";
import { begunBy } from "./day.ts";

/** Claims that nothing has taken the place of. */
export function current(claims: readonly Claim[]): Claim[] {
  const replaced = new Set(claims.map(({ replaces }) => replaces));
  return claims.filter(({ id, value }) => value !== null && !replaced.has(id));
}

/** What was known on a day (YYYY-MM-DD): claims observed by then which nothing observed by then replaces. */
export const claimsAsOf = (claims: readonly Claim[], day: string): Claim[] =>
  current(claims.filter(({ observed }) => begunBy(observed, day)));

/** A claim with all it took the place of, the newest first. */
export function historyOf(claims: readonly Claim[], id: string): Claim[] {
  const byId = new Map(claims.map((claim) => [claim.id, claim]));
  const history: Claim[] = [];
  let next = byId.get(id);
  while (next !== undefined && !history.includes(next)) {
    history.push(next);
    next = next.replaces === undefined ? undefined : byId.get(next.replaces);
  }
  return history;
}

/** Claims on one quantity in one scope whose values exclude each other. Both stand; nothing is averaged. */
export interface Conflict {
  readonly quantity: Claim["quantity"];
  readonly claims: readonly Claim[];
}

export function conflictsOf(claims: readonly Claim[]): Conflict[] {
  const groups = Map.groupBy(current(claims), sameThing);
  return [...groups.values()]
    .filter((group) => group.some((one) => group.some((other) => !agree(one, other))))
    .map((group) => ({ quantity: group[0]!.quantity, claims: group }));
}

/** Two claims speak of one thing where this is equal. */
const sameThing = ({ subject, quantity, of, unit, scope, baseline, bound }: Claim): string =>
  JSON.stringify([
    subject,
    quantity,
    of,
    unit,
    Object.entries(scope).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    baseline?.subject,
    baseline?.of,
    baseline?.as,
    bound,
  ]);

/** Printed numbers agree where the finer one rounds to the coarser: 36.7 and 37, not 36.7 and 38. Dates likewise. */
export function agree(one: Pick<Claim, "value" | "unit">, other: Pick<Claim, "value" | "unit">): boolean {
  const [a, b] = [one.value, other.value];
  if (typeof a === "number" && typeof b === "number") {
    const digits = Math.min(significantDigits(a), significantDigits(b));
    return Number(a.toPrecision(digits)) === Number(b.toPrecision(digits));
  }
  if (one.unit === "date") return String(a).startsWith(String(b)) || String(b).startsWith(String(a));
  return a === b;
}

/** Digits that a number is printed with, trailing zeros of whole numbers not counted: 2 for 37,000,000,000. */
function significantDigits(value: number): number {
  const digits = value.toExponential().split("e")[0]!.replace(/[-.]/g, "");
  return Math.max(1, digits.length);
}
