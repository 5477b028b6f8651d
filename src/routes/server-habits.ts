/** What has to be known of a server before its usage and its costs are read. */
import type { Price } from "./price.ts";
import { vendors } from "./vendors.ts";

export interface ServerHabits {
  /** It leaves out what it read from its cache where that is nothing. */
  readonly omitsZero: boolean;
  /** A token that is read from the cache costs less than a new one: where it is not told, a cost is the most that it can be. */
  readonly readsCostLess: boolean;
}

/** @param id  of a route or a candidate, `vendor/model` */
export function serverHabits({ id, price }: { readonly id: string; readonly price: Price | null }): ServerHabits {
  const vendor = vendors.find(({ name }) => id.startsWith(`${name}/`));
  const read = price?.cacheReadUsdPerMtok ?? null;
  return {
    omitsZero: vendor?.omitsZero ?? false,
    readsCostLess: read !== null && read < price!.uncachedInputUsdPerMtok,
  };
}
