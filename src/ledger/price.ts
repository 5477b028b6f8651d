/** What a host asks for a million tokens, from when until when. */
import { z } from "zod";
import type { ApiName } from "./api-name.ts";
import { Day, PartialDate } from "./day.ts";
import { Id } from "./id.ts";
import { type Source, SourceKey } from "./source.ts";

const amount = z.number().nonnegative().nullable();

export const PriceEntry = z.strictObject({
  id: Id,
  host: Id.describe("Organisation that serves it at this price"),
  currency: z.enum(["USD", "CNY", "EUR"]),
  tier: z.enum(["peak", "off-peak", "turbo"]).optional(),
  cachedInput: amount.describe("For a million input tokens found in the cache; null where nobody says"),
  input: amount.describe("For a million input tokens that are not"),
  output: amount.describe("For a million output tokens"),
  validFrom: Day.nullable().describe("null where it is not known"),
  validTo: Day.nullable().describe("First day it no longer holds; null while it holds or where the end is not known"),
  source: SourceKey,
  observed: PartialDate,
  note: z.string().min(1).optional(),
});
export type PriceEntry = z.infer<typeof PriceEntry>;

export type Price = Omit<PriceEntry, "source"> & { readonly release: string; readonly source: Source };

/** The prices that held on a day; one whose start nobody knows counts from the day it was seen. */
export const pricesOn = (prices: readonly Price[], day: string): Price[] =>
  prices.filter(
    ({ validFrom, validTo, observed }) => (validFrom ?? observed) <= day && (validTo === null || day < validTo),
  );

/**
 * What a host asks on a day for the model that it serves under a name, USD: the dearest of its tiers, so that no call costs
 * more. Null where it is not known of input and output.
 */
export function dearestPrice(
  {
    releases,
    apiNames,
  }: {
    readonly releases: readonly { readonly prices: readonly Price[]; readonly id: string }[];
    readonly apiNames: readonly ApiName[];
  },
  { host, name, day }: { readonly host: string; readonly name: string; readonly day: string },
): Price | null {
  const served = apiNames.filter((one) => one.name === name && one.vendor === host).flatMap(({ serves }) => serves);
  const prices = releases
    .filter(({ id }) => served.some(({ release }) => release === id))
    .flatMap((release) => pricesOn(release.prices, day))
    .filter(
      (price) => price.host === host && price.currency === "USD" && price.input !== null && price.output !== null,
    );
  return prices.toSorted((a, b) => b.input! + b.output! - (a.input! + a.output!))[0] ?? null;
}
