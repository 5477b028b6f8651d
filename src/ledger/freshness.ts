/** How long a value stays worth trusting. One table: everything that shows an age reads it from here. */
import type { Claim } from "./claim.ts";
import { addDays, firstDay } from "./day.ts";
import { type AgingKind, quantities } from "./quantity.ts";

/** Days until a value of a kind should be looked up again; null for what does not change. */
export const shelfLifeDays: Readonly<Record<AgingKind, number | null>> = {
  history: null,
  architecture: null,
  price: 7,
  usage: 14,
  throughput: 28,
  limit: 60,
  support: 90,
  benchmark: 180,
  datasheet: 365,
};

export interface Freshness {
  readonly state: "fresh" | "stale";
  /** First day on which it is stale; null where it never is. */
  readonly expires: string | null;
}

/** @param observed day, month or year of the source; a month or year counts from its first day @param today YYYY-MM-DD */
export function freshness(kind: AgingKind, observed: string, today: string): Freshness {
  const days = shelfLifeDays[kind];
  if (days === null) return { state: "fresh", expires: null };
  const expires = addDays(firstDay(observed), days);
  return { state: today < expires ? "fresh" : "stale", expires };
}

export const freshnessOf = ({ quantity, observed }: Pick<Claim, "quantity" | "observed">, today: string): Freshness =>
  freshness(quantities[quantity].kind, observed, today);
