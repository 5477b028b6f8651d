/** The quantities that claims name, computed from a model's shape under the conditions that a claim states. */
import {
  type CacheFormat,
  cacheBytes,
  cacheFormat,
  cacheGrowth,
  cacheLayersOf,
  componentsOf,
  countParameters,
  decodeFlops,
  fp8EquivalentFlops,
  type ModelShape,
  type Scope,
  storedBytes,
  trainingFlopsPerToken,
} from "../anatomy/index.ts";
import { UserError } from "../errors.ts";
import type { AnatomyCheck, CheckAt } from "../ledger/index.ts";

/**
 * @returns bytes, parameters, FLOPs or a share; null where the config does not tell, as with an unknown quantisation
 * @throws UserError where a condition is missing without which the quantity has no value
 */
export function computedQuantity(
  model: ModelShape,
  quantity: AnatomyCheck["quantity"],
  at: CheckAt = {},
): number | null {
  const { total, byScope, active } = countParameters(model);
  switch (quantity) {
    case "totalParameters":
      return total + (at.copiedTables ? (byScope["second copies"] ?? 0) : 0);
    case "scopeParameters":
      return scopeParameters(model, at);
    case "activeParameters":
      return active[at.counting ?? "withEmbeddingAndHead"];
    case "prefillActiveParameters":
      return active.inPrompt;
    case "cacheBytes":
      return cacheBytes(model, formatOf(model, at), contextOf(model, at));
    case "cacheBytesPerToken":
      return cacheGrowth(model, formatOf(model, at)).bytesPerToken;
    case "fixedCacheLayerShare":
      return fixedCacheLayerShare(model);
    case "decodeFlops": {
      const flops = decodeFlops(model, contextOf(model, at));
      return at.flopWeights === "fp8-equivalent" ? fp8EquivalentFlops(flops, formatOf(model, at)) : flops.total;
    }
    case "trainingFlopsPerToken":
      return trainingFlopsPerToken(model, contextOf(model, at));
    case "weightBytes":
    case "partBytes":
      return weightBytes(model, at);
  }
}

function scopeParameters(model: ModelShape, { scope = "backbone", counting }: CheckAt): number | null {
  const all = countParameters(model).byScope[scope as Scope] ?? null;
  if (all === null || counting === undefined || counting === "withEmbeddingAndHead") return all;
  const left = counting === "withoutInputEmbedding" ? ["embedding"] : ["embedding", "output head"];
  return componentsOf(model)
    .filter((component) => component.scope === scope && left.includes(component.part))
    .reduce((rest, { parameters }) => rest - parameters, all);
}

/** Layers whose cache does not grow with the context, as a share of all layers. */
function fixedCacheLayerShare(model: ModelShape): number {
  const growing = cacheLayersOf(model).filter(({ stores }) =>
    stores.some(({ span }) => span.kind === "all" || span.kind === "compressed"),
  );
  return 1 - growing.length / model.layers;
}

function weightBytes(model: ModelShape, { scope, part, bitsPerWeight }: CheckAt): number | null {
  return componentsOf(model)
    .filter((one) => (scope === undefined || one.scope === scope) && (part === undefined || one.part === part))
    .reduce<number | null>((sum, component) => {
      const bytes =
        bitsPerWeight === undefined ? storedBytes(model, component) : (component.parameters * bitsPerWeight) / 8;
      return sum === null || bytes === null ? null : sum + bytes;
    }, 0);
}

function formatOf(model: ModelShape, { cacheFormat: name, cacheBitsPerElement: bits }: CheckAt): CacheFormat {
  if (bits === undefined) return cacheFormat(name ?? model.cacheFormat);
  return { ...cacheFormat("bf16"), name: `${bits} bits`, summary: `${bits} bits a value`, default: { bits } };
}

function contextOf(model: ModelShape, at: CheckAt): number {
  const tokens = at.contextTokens ?? model.contextTokens;
  if (tokens !== null) return tokens;
  throw new UserError({
    happened: "the check names no context, and the config declares none",
    expected: "`contextTokens` in the check's `at`",
    mend: "add it to the claim",
  });
}
