/** What a vendor asks for a model, as the ledger has it on a day. */
import { dearestPrice } from "../ledger/index.ts";
import { readLedger } from "../ledger-files/index.ts";
import { type Price, vendors } from "../routes/index.ts";

/** @param model `<vendor>/<model>` @returns null where the ledger has no price */
export function knownPrice(model: string, day: string): Price | null {
  const slash = model.indexOf("/");
  const host = vendors.find(({ name }) => name === model.slice(0, slash))?.organisation ?? null;
  if (host === null) return null;
  const price = dearestPrice(readLedger(), { host, name: model.slice(slash + 1), day });
  if (price === null) return null;
  return {
    uncachedInputUsdPerMtok: price.input!,
    cacheReadUsdPerMtok: price.cachedInput,
    cacheWriteUsdPerMtok: null,
    outputUsdPerMtok: price.output!,
    observedOn: price.observed,
    source: [price.source.title, price.tier && `${price.tier} price`].filter(Boolean).join(", "),
  };
}
