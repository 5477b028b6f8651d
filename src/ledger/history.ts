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
  const groups = Map.groupBy(current(claims), topicOf);
  return [...groups.values()]
    .filter((group) => group.some((one) => group.some((other) => !agree(one, other))))
    .map((group) => ({ quantity: group[0]!.quantity, claims: group }));
}

/** Two claims speak of one thing where this is equal. */
export const topicOf = ({ subject, quantity, of, unit, scope, baseline, bound }: Claim): string =>
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

/**
 * Printed numbers agree where the finer one lies within half of the coarser one's last digit: 36.7 and 37, not 36.7 and
 * 38. Dates likewise. At least two digits are taken as printed: 8e12 may have been 8.0.
 */
export function agree(one: Pick<Claim, "value" | "unit">, other: Pick<Claim, "value" | "unit">): boolean {
  const [a, b] = [one.value, other.value];
  if (typeof a === "number" && typeof b === "number") return a === b || Math.abs(a - b) < lastDigit(a, b) / 2;
  if (one.unit === "date") return String(a).startsWith(String(b)) || String(b).startsWith(String(a));
  return a === b;
}

/** What one more in the last printed digit of the coarser number is worth; trailing zeros are not taken as printed. */
function lastDigit(a: number, b: number): number {
  const worth = [a, b].map((value) => {
    const [digits = "", exponent] = Math.abs(value).toExponential().split("e");
    return 10 ** (Number(exponent) - Math.max(1, digits.length - 2));
  });
  return Math.max(...worth);
}
