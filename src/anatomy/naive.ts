/**
 * The formula that many tools use for every model's cache, whatever its layers keep: shown beside ours, so that a reader
 * sees where a number that they know comes from.
 */
import type { ModelShape } from "./model.ts";

/**
 * Bytes of one sequence's cache by  2 · kvHeads · ⌊hiddenSize / heads⌋ · layers · contextTokens · 2 bytes.
 *
 * It takes a head to be hiddenSize / heads wide, every layer to keep every token, and latent or shared entries, which
 * files declare as one KV head, to be keys and values.
 *
 * @returns null for a model none of whose layers has heads
 * @see https://github.com/unslothai/unsloth/pull/4757
 */
export function naiveCacheBytes({ blocks, hiddenSize, layers }: ModelShape, contextTokens: number): number | null {
  for (const { scope, block } of blocks) {
    if (scope !== "backbone" || !("heads" in block) || block.kind === "delta attention") continue;
    const kvHeads = block.kind === "attention" ? block.kvHeads : 1;
    return 2 * kvHeads * Math.floor(hiddenSize / block.heads) * layers * contextTokens * 2;
  }
  return null;
}
