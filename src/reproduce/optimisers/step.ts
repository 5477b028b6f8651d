/**
 * One optimiser step as graph operations. What changes from step to step (learning rate, bias corrections) comes in as
 * scalar inputs, so a schedule needs no new graph.
 */
import type { Graph, Tensor } from "../graph/graph.ts";
import type { Steering, Weight } from "../model/site.ts";
import { adamW } from "./adamw.ts";
import { muon } from "./muon.ts";
import type { MatrixSettings, OptimiserSettings, Rule, Update } from "./optimiser.ts";
import { clipFactors } from "./qk-clip.ts";
import { sgd } from "./sgd.ts";

/**
 * The next weights and moments; the learning rate is the scalar input `rate`.
 *
 * @param gradients  of the weights that have one, in their order
 */
export function optimiserStep(
  graph: Graph,
  weights: readonly Weight[],
  gradients: ReadonlyMap<Weight, Tensor>,
  steering: Steering,
  settings: OptimiserSettings,
): Update[] {
  const rate = graph.input("rate", []);
  const shorten = shortening(graph, [...gradients.values()], settings.maxGradientNorm);
  const rules = rulesFor(graph, settings);
  const clip =
    settings.qkClip === null ? new Map<string, Tensor>() : clipFactors(graph, steering.heads, settings.qkClip);
  const balance = new Map(steering.loads.map((load) => [load.bias, load]));

  return weights.flatMap((weight): Update[] => {
    const load = balance.get(weight.name);
    if (load !== undefined) {
      // Up by the rate where an expert got less than the mean, down where it got more (arXiv:2408.15664, algorithm 1).
      // All loads are compared with so many times one: whole numbers, where a mean would be rounded.
      const times = graph.multiply(load.tokens, load.tokens.shape[0]!);
      const behind = graph.sign(graph.subtract(graph.sum(load.tokens, [0]), times));
      return [{ name: weight.name, next: graph.add(weight.tensor, graph.multiply(behind, load.rate)) }];
    }
    const gradient = gradients.get(weight);
    // An indexer's weights choose, and no gradient comes through a choice.
    if (gradient === undefined) return [{ name: weight.name, next: weight.tensor }];
    const { rule, weightDecay } = rules(weight);
    const { direction, moments } = rule(graph, weight, graph.multiply(gradient, shorten));
    const kept =
      weightDecay === 0
        ? weight.tensor
        : graph.multiply(weight.tensor, graph.add(graph.multiply(rate, -weightDecay), 1));
    const moved = graph.subtract(kept, graph.multiply(direction, rate));
    const factor = clip.get(weight.name);
    return [{ name: weight.name, next: factor === undefined ? moved : graph.multiply(moved, factor) }, ...moments];
  });
}

/** The factor that brings all gradients together down to the longest allowed. */
function shortening(graph: Graph, gradients: readonly Tensor[], longest: number): Tensor {
  const squares = gradients.map((gradient) =>
    graph.reshape(graph.sum(graph.multiply(gradient, gradient), [...gradient.shape.keys()]), []),
  );
  const norm = graph.sqrt(squares.reduce((sum, one) => graph.add(sum, one)));
  return graph.minimum(graph.scalar(1), graph.divide(graph.scalar(longest), graph.add(norm, 1e-8)));
}

/** The rule for a weight by its role; norms, biases and gates do not decay. */
function rulesFor(graph: Graph, { matrices, others }: OptimiserSettings) {
  const forMatrices = ruleOf(graph, matrices);
  const forOthers = ruleOf(graph, others);
  return ({ role }: Weight) =>
    role === "matrix" || role === "residual"
      ? { rule: forMatrices, weightDecay: matrices.weightDecay }
      : { rule: forOthers, weightDecay: role === "embedding" ? others.weightDecay : 0 };
}

function ruleOf(graph: Graph, settings: MatrixSettings): Rule {
  switch (settings.kind) {
    case "adamw":
      return adamW(graph);
    case "muon":
      return muon(settings);
    case "sgd":
      return sgd(settings);
  }
}
