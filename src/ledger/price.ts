/** What a host asks for a million tokens, from when until when. */
import { z } from "zod";
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
