/** What follows from configs: every claim whose check names a quantity of anatomy. */
import type { ModelShape } from "../../anatomy/index.ts";
import { messageOf, UserError } from "../../errors.ts";
import { type AnatomyCheck, type CheckAt, compare } from "../../ledger/index.ts";
import { formatTokens } from "../../units/index.ts";
import { computedQuantity } from "../computed-quantity.ts";
import type { Finding } from "../verdict.ts";
import type { Witness } from "./witness.ts";

export interface DescribedShape {
  readonly shape: ModelShape;
  /** `config of DeepSeek-V3`. */
  readonly from: string;
  readonly url: string | null;
  /** The day the config was read; null where it stands in the ledger. */
  readonly on: string | null;
  /** The config was written for another release. */
  readonly inherited: boolean;
}

/** @param shapeOf  of a release; throws a UserError where it has no config, or the config no formula */
export const configWitness =
  (shapeOf: (release: string) => DescribedShape): Witness =>
  ({ subject, check, made }) => {
    const isContext = made.as === "claim" && made.claim.quantity === "contextTokens";
    if (check?.kind !== "anatomy" && !isContext) return [];
    try {
      const own = shapeOf(subject);
      if (check?.kind !== "anatomy") return declaredContext(own);
      const value = checkedValue(check, own.shape, shapeOf);
      if (value === null) return [{ obstacle: `${own.from} does not tell the precision of its weights` }];
      return [{ by: "computed", value, from: [own.from, ...conditions(check)].join(", "), url: own.url, on: own.on }];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      // Nobody asked for the context to be checked where there is no config.
      return isContext ? [] : [{ obstacle: messageOf(error) }];
    }
  };

/** An inherited config says nothing of the context: later releases of one size often raise it. */
function declaredContext({ shape, from, url, on, inherited }: DescribedShape): Finding[] {
  if (inherited || shape.contextTokens === null) return [];
  return [{ by: "computed", value: shape.contextTokens, from: `${from}, longest position`, url, on }];
}

function checkedValue(
  { quantity, at, relativeTo }: AnatomyCheck,
  shape: ModelShape,
  shapeOf: (release: string) => DescribedShape,
): number | null {
  const own = computedQuantity(shape, quantity, at);
  if (relativeTo === undefined || own === null) return own;
  const other = computedQuantity(shapeOf(relativeTo.release).shape, quantity, relativeTo.at);
  return other === null ? null : compare(own, other, relativeTo.as);
}

function conditions({ at, relativeTo }: AnatomyCheck): string[] {
  const other = relativeTo && [relativeTo.release, ...words(relativeTo.at)].join(", ");
  return [...words(at), ...(other === undefined ? [] : [`against ${other}`])];
}

function words(at: CheckAt = {}): string[] {
  return [
    at.part ?? at.scope,
    at.counting && countingWords[at.counting],
    at.copiedTables ? "copied tables counted" : undefined,
    at.contextTokens === undefined ? undefined : `at ${formatTokens(at.contextTokens)} tokens`,
    at.cacheFormat && `cache in ${at.cacheFormat}`,
    at.cacheBitsPerElement && `cache of ${at.cacheBitsPerElement} bits a value`,
    at.bitsPerWeight && `${at.bitsPerWeight} bits a weight`,
    at.flopWeights === "fp8-equivalent" ? "FLOPs weighed by precision" : undefined,
  ].filter((word) => word !== undefined) as string[];
}

const countingWords = {
  withEmbeddingAndHead: "embedding and head counted",
  withoutInputEmbedding: "without the input embedding",
  withoutEmbeddingAndHead: "without embedding and head",
} as const;
