import { moment, type Rule, type SgdSettings } from "./optimiser.ts";

/** The gradient and a share of all those before it. */
export const sgd =
  ({ momentum }: SgdSettings): Rule =>
  (graph, weight, gradient) => {
    const sum = moment(graph, "first", weight);
    const next = graph.add(graph.multiply(sum.before, momentum), gradient);
    return { direction: graph.add(gradient, graph.multiply(next, momentum)), moments: [sum.becomes(next)] };
  };
