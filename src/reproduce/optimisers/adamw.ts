import type { Graph } from "../graph/graph.ts";
import { moment, type Rule } from "./optimiser.ts";

/** Decay rates of the two moments, as language models use them (GPT-3, arXiv:2005.14165, appendix B). */
const first = 0.9;
const second = 0.95;
const epsilon = 1e-8;

/** Bias corrections of a step counted from 1, as the scalar inputs `firstCorrection` and `secondCorrection`. */
export const corrections = (step: number) => ({
  firstCorrection: 1 / (1 - first ** step),
  secondCorrection: 1 / (1 - second ** step),
});

/** AdamW's direction: the mean gradient over the root of the mean square. Weight decay is applied by the step. */
export function adamW(graph: Graph): Rule {
  const firstCorrection = graph.input("firstCorrection", []);
  const secondCorrection = graph.input("secondCorrection", []);
  return (_, weight, gradient) => {
    const means = moment(graph, "first", weight);
    const squares = moment(graph, "second", weight);
    const mean = graph.add(graph.multiply(means.before, first), graph.multiply(gradient, 1 - first));
    const square = graph.add(
      graph.multiply(squares.before, second),
      graph.multiply(graph.multiply(gradient, gradient), 1 - second),
    );
    const spread = graph.add(graph.sqrt(graph.multiply(square, secondCorrection)), epsilon);
    return {
      direction: graph.divide(graph.multiply(mean, firstCorrection), spread),
      moments: [means.becomes(mean), squares.becomes(square)],
    };
  };
}
