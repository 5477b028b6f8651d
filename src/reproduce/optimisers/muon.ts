/**
 * Muon: Nesterov momentum made orthogonal, and scaled so that an entry moves about as far as AdamW moves it, which lets
 * one learning rate serve both.
 *
 * @see K. Jordan et al. 2024, https://kellerjordan.github.io/posts/muon; scale: Moonlight, arXiv:2502.16982, §2.2
 */
import type { Graph, Tensor } from "../graph/graph.ts";
import { type MuonSettings, moment, type NewtonSchulz, type Rule } from "./optimiser.ts";

/** Root mean square of AdamW's updates, as Moonlight found it. */
const updateScale = 0.2;

/** Coefficients of x ← a·x + b·(x·xᵀ)·x + c·(x·xᵀ)²·x, step by step. */
type Quintic = readonly [a: number, b: number, c: number];

/** Drives small singular values towards 1 fast, and leaves them between 0.7 and 1.2 (Jordan et al.). */
const fast: Quintic = [3.4445, -4.775, 2.0315];
/** Settles at 1 (DeepSeek-V4, arXiv:2606.19348, §2.4). */
const settling: Quintic = [2, -1.5, 0.5];

const steps: Readonly<Record<NewtonSchulz, readonly Quintic[]>> = {
  jordan: Array.from({ length: 5 }, () => fast),
  "deepseek-v4": [...Array.from({ length: 8 }, () => fast), settling, settling],
};

export const muon =
  ({ momentum, newtonSchulz }: MuonSettings): Rule =>
  (graph, weight, gradient) => {
    const [rows, columns] = weight.shape.slice(-2) as [number, number];
    const sum = moment(graph, "first", weight);
    const next = graph.add(graph.multiply(sum.before, momentum), gradient);
    const ahead = graph.add(gradient, graph.multiply(next, momentum));
    return {
      direction: graph.multiply(
        orthogonalised(graph, ahead, newtonSchulz),
        updateScale * Math.sqrt(Math.max(rows, columns)),
      ),
      moments: [sum.becomes(next)],
    };
  };

/** About U·Vᵀ of x = U·Σ·Vᵀ, by Newton–Schulz steps; of each matrix apart where x holds several, [..., rows, columns]. */
export function orthogonalised(graph: Graph, x: Tensor, newtonSchulz: NewtonSchulz): Tensor {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const isTall = rows > columns;
  const wide = isTall ? graph.flip(x) : x;
  const axes = [wide.shape.length - 2, wide.shape.length - 1];
  const norm = graph.sqrt(graph.sum(graph.multiply(wide, wide), axes));
  let y = graph.divide(wide, graph.add(norm, 1e-7));
  for (const [a, b, c] of steps[newtonSchulz]) {
    const square = graph.matmul(y, graph.flip(y));
    const blend = graph.add(graph.multiply(square, b), graph.multiply(graph.matmul(square, square), c));
    y = graph.add(graph.multiply(y, a), graph.matmul(blend, y));
  }
  return isTall ? graph.flip(y) : y;
}
