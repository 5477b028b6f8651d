/** Prices as the command line gives them. */
import { UserError } from "../errors.ts";
import type { JobNeeds } from "../jobs/index.ts";
import type { RetrievalPrice } from "../retrieval/index.ts";
import type { Price } from "../routes/index.ts";
import type { Settings } from "./settings.ts";

export const priceForm = "USD per million tokens, at least input and output, like input=0.28,cached=0.028,output=0.42";

export const retrievalPriceForm = "<vendor>/<model>=USD/Mtok (a million tokens) or =USD/Ksearch (a thousand searches)";
export const retrievalPrice = /^(?<model>[^=]+)=(?<usd>\d*\.?\d+)\/(?<per>Mtok|Ksearch)$/;

/** `input=0.28,cached=0.028,written=0.35,output=0.42` with the day it was given. */
export function givenPrice(text: string | undefined, today: string): Price | null {
  if (text === undefined) return null;
  const given = pricesIn(text);
  return {
    uncachedInputUsdPerMtok: given.get("input")!,
    cacheReadUsdPerMtok: given.get("cached") ?? null,
    cacheWriteUsdPerMtok: given.get("written") ?? null,
    outputUsdPerMtok: given.get("output")!,
    observedOn: today,
    source: "given on the command line",
  };
}

/** @throws UserError for a price of a model that neither embeds nor reranks at a vendor, such as a name with a slip in it */
export function refuseUnusedRetrievalPrices(
  settings: Settings,
  { embedders, rerankers }: Pick<JobNeeds, "embedders" | "rerankers">,
): void {
  const searching = [...embedders, ...rerankers].filter((model) => !model.startsWith("engine/"));
  const unused = [...givenRetrievalPrices(settings, "").keys()].find((model) => !searching.includes(model));
  if (unused === undefined) return;
  throw new UserError({
    happened: `--retrieval-price is given for ${unused}, which the job does not ask`,
    expected:
      searching.length === 0
        ? "a job with an arm that embeds or reranks at a vendor"
        : `a model that embeds or reranks in it: ${searching.join(", ")}`,
    mend: searching.length === 0 ? "leave it out" : "correct the name, or leave it out",
  });
}

/** Of models that embed or rerank, with the day they were given. */
export function givenRetrievalPrices({ retrievalPrice: given = [] }: Settings, today: string) {
  const found = given.map((text) => retrievalPrice.exec(text)!.groups!);
  return new Map(
    found.map(({ model, usd, per }): [string, RetrievalPrice] => [
      model!,
      {
        usd: Number(usd),
        per: per as RetrievalPrice["per"],
        observedOn: today,
        source: "given on the command line",
      },
    ]),
  );
}

const pricesIn = (text: string) =>
  new Map(
    text.split(",").map((part) => {
      const [name = "", usd = ""] = part.split("=").map((word) => word.trim());
      return [name, usd === "" ? Number.NaN : Number(usd)];
    }),
  );

export function isPrice(text: string): boolean {
  const given = pricesIn(text);
  const known = ["input", "cached", "written", "output"];
  return (
    given.has("input") && given.has("output") && [...given].every(([name, usd]) => known.includes(name) && usd >= 0)
  );
}
