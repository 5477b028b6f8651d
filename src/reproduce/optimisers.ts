/**
 * One optimiser step as graph operations: Muon for the matrices, AdamW for everything else. What changes from step to
 * step (learning rates, bias corrections) comes in as scalar inputs, so a schedule needs no new graph.
 */
import type { Weight } from "./decoder.ts";
import type { Graph, Tensor } from "./graph.ts";

export interface OptimiserSettings {
  /** Share of the weight's value that a step at learning rate 1 takes away; not from norms and biases. */
  readonly weightDecay: number;
  /** Gradients longer than this are shortened to it. */
  readonly maxGradientNorm: number;
}

/** One weight's next value and next moments, under the names of their inputs. */
export interface Update {
  readonly name: string;
  readonly next: Tensor;
}

/** Decay rates of AdamW's moments and of Muon's momentum. */
const adam = { first: 0.9, second: 0.95, epsilon: 1e-8 } as const;
const momentum = 0.95;

/** The bias corrections of AdamW at a step counted from 1; inputs `firstCorrection` and `secondCorrection`. */
export const adamCorrections = (step: number) => ({
  firstCorrection: 1 / (1 - adam.first ** step),
  secondCorrection: 1 / (1 - adam.second ** step),
});

/**
 * The next weights and moments. Moments are inputs named `first:` and `second:` before the weight's name; learning rates
 * are the scalar inputs `adamRate` and `muonRate`.
 *
 * @see AdamW: Loshchilov & Hutter 2019, arXiv:1711.05101, algorithm 2
 */
export function optimiserStep(
  graph: Graph,
  weights: readonly Weight[],
  gradients: readonly Tensor[],
  { weightDecay, maxGradientNorm }: OptimiserSettings,
): Update[] {
  const scalars = scalarInputs(graph);
  const norm = graph.sqrt(
    gradients.map((gradient) => squareSum(graph, gradient)).reduce((sum, one) => graph.add(sum, one)),
  );
  const shorten = graph.minimum(
    graph.scalar(1),
    graph.divide(graph.scalar(maxGradientNorm), graph.add(norm, adam.epsilon)),
  );
  return weights.flatMap((weight, index) => {
    const gradient = graph.multiply(gradients[index]!, shorten);
    const isMatrix = weight.role === "matrix" || weight.role === "residual";
    const rate = isMatrix ? scalars.muonRate : scalars.adamRate;
    const decayed =
      weight.role === "norm" || weight.role === "bias"
        ? weight.tensor
        : graph.multiply(weight.tensor, graph.add(graph.multiply(rate, -weightDecay), 1));
    const { direction, moments } = isMatrix ? muon(graph, weight, gradient) : adamW(graph, weight, gradient, scalars);
    return [{ name: weight.name, next: graph.subtract(decayed, graph.multiply(direction, rate)) }, ...moments];
  });
}

interface Scalars {
  readonly adamRate: Tensor;
  readonly muonRate: Tensor;
  readonly firstCorrection: Tensor;
  readonly secondCorrection: Tensor;
}

const scalarInputs = (graph: Graph): Scalars => ({
  adamRate: graph.input("adamRate", []),
  muonRate: graph.input("muonRate", []),
  firstCorrection: graph.input("firstCorrection", []),
  secondCorrection: graph.input("secondCorrection", []),
});

interface Step {
  readonly direction: Tensor;
  readonly moments: readonly Update[];
}

function adamW(graph: Graph, { name, shape }: Weight, gradient: Tensor, scalars: Scalars): Step {
  const blend = (moment: Tensor, fresh: Tensor, decay: number) =>
    graph.add(graph.multiply(moment, decay), graph.multiply(fresh, 1 - decay));
  const first = blend(graph.input(`first:${name}`, shape), gradient, adam.first);
  const second = blend(graph.input(`second:${name}`, shape), graph.multiply(gradient, gradient), adam.second);
  const spread = graph.add(graph.sqrt(graph.multiply(second, scalars.secondCorrection)), adam.epsilon);
  return {
    direction: graph.divide(graph.multiply(first, scalars.firstCorrection), spread),
    moments: [
      { name: `first:${name}`, next: first },
      { name: `second:${name}`, next: second },
    ],
  };
}

/**
 * Muon: Nesterov momentum made orthogonal by five Newton–Schulz steps, and scaled so that an entry moves about as far
 * as AdamW moves it.
 *
 * @see K. Jordan et al. 2024, https://kellerjordan.github.io/posts/muon; scale: Moonlight, arXiv:2502.16982, §2.2
 */
function muon(graph: Graph, { name, shape }: Weight, gradient: Tensor): Step {
  const [rows, columns] = shape as [number, number];
  const first = graph.add(graph.multiply(graph.input(`first:${name}`, shape), momentum), gradient);
  const ahead = graph.add(gradient, graph.multiply(first, momentum));
  const wide = rows > columns ? graph.flip(ahead) : ahead;
  let x = graph.divide(wide, graph.add(graph.sqrt(squareSum(graph, wide)), 1e-7));
  for (let round = 0; round < 5; round++) {
    const square = graph.matmul(x, graph.flip(x));
    const blend = graph.add(graph.multiply(square, -4.775), graph.multiply(graph.matmul(square, square), 2.0315));
    x = graph.add(graph.multiply(x, 3.4445), graph.matmul(blend, x));
  }
  const orthogonal = rows > columns ? graph.flip(x) : x;
  return {
    direction: graph.multiply(orthogonal, 0.2 * Math.sqrt(Math.max(rows, columns))),
    moments: [{ name: `first:${name}`, next: first }],
  };
}

const squareSum = (graph: Graph, x: Tensor) => graph.reshape(graph.sum(graph.multiply(x, x), [...x.shape.keys()]), []);
