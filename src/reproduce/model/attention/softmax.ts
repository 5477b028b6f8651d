/** Scaled dot-product attention (Vaswani et al. 2017, arXiv:1706.03762, §3.2.1) over a whole grid at once. */
import type { Tensor } from "../../graph/graph.ts";
import type { HeadLogits, Site } from "../site.ts";

/** Each [sequences, heads, tokens, dimensions]; queries and keys of one length, values of any. */
export interface Heads {
  readonly queries: Tensor;
  readonly keys: Tensor;
  readonly values: Tensor;
}

/**
 * The heads' outputs side by side, [sequences · tokens, heads · dimensions of a value].
 *
 * @param window  tokens that one sees; `null` for all before it
 * @param madeOf  which weights the logits come from
 */
export function softmaxAttention(
  site: Site,
  { queries, keys, values }: Heads,
  window: number | null,
  madeOf: HeadLogits["madeOf"],
): Tensor {
  const { graph } = site;
  const scaled = graph.multiply(queries, 1 / Math.sqrt(queries.shape.at(-1)!));
  const logits = graph.add(graph.matmul(scaled, graph.flip(keys)), site.mask(window));
  const heads = logits.shape[1]!;
  site.steering.heads.push({ largest: graph.reshape(graph.largest(logits, [0, 2, 3]), [heads]), madeOf });
  return site.join(graph.matmul(graph.softmax(logits), values));
}

/** Keys or values of few heads, given to all: neighbouring query heads share one. */
export function shareHeads(site: Site, x: Tensor, heads: number): Tensor {
  const { graph } = site;
  const [sequences, kvHeads, tokens, dim] = x.shape as [number, number, number, number];
  if (kvHeads === heads) return x;
  const spread = graph.expand(graph.reshape(x, [sequences, kvHeads, 1, tokens, dim]), [
    sequences,
    kvHeads,
    heads / kvHeads,
    tokens,
    dim,
  ]);
  return graph.reshape(spread, [sequences, heads, tokens, dim]);
}
