/**
 * QK-Clip: where a head's largest attention logit of the step exceeded the threshold, the matrices behind it are scaled so
 * that it would have met it. Scaling comes after the optimiser's step and touches no other head.
 *
 * @see Kimi K2, arXiv:2507.20534, §2.1, algorithm 1
 */
import type { Graph, Tensor } from "../graph/graph.ts";
import type { HeadLogits } from "../model/site.ts";

/** Factors for the columns of each weight that is clipped, by its name. */
export function clipFactors(
  graph: Graph,
  heads: readonly HeadLogits[],
  threshold: number,
): ReadonlyMap<string, Tensor> {
  const factors = new Map<string, Tensor>();
  for (const { largest, madeOf } of heads) {
    const [count] = largest.shape as [number];
    // A head whose logits are all negative has nothing to clip; the ratio of such a one is not wanted.
    const above = graph.atLeast(largest, graph.scalar(threshold));
    const safe = graph.add(
      graph.multiply(largest, above),
      graph.multiply(graph.add(graph.negate(above), 1), threshold),
    );
    const factor = graph.reshape(graph.divide(graph.scalar(threshold), safe), [count, 1]);
    for (const { weight, columns } of madeOf) {
      const parts = columns.map(({ count: dims, power }) =>
        graph.expand(power === 1 ? factor : graph.sqrt(factor), [count, dims]),
      );
      const all = graph.concat(parts, 1);
      factors.set(weight, graph.reshape(all, [count * all.shape[1]!]));
    }
  }
  return factors;
}
