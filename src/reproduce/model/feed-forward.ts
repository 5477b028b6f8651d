/** The part of a layer that looks at one token alone: SwiGLU, whole or in experts. */
import type { Tensor } from "../graph/graph.ts";
import type { ExpertFeedForward, FeedForward } from "./config.ts";
import type { Site } from "./site.ts";

/** On the layer's normed input [sequences · tokens, width]; the same shape comes back. */
export const feedForward = (site: Site, x: Tensor, design: FeedForward): Tensor =>
  design.kind === "dense" ? swiglu(site, x, design.hidden, "") : experts(site, x, design);

/** @param suffix  of the weights' names: "" or "_shexp" */
function swiglu(site: Site, x: Tensor, hidden: number, suffix: string): Tensor {
  const { graph } = site;
  const gate = graph.silu(site.linear(x, `ffn_gate${suffix}`, hidden));
  const up = site.linear(x, `ffn_up${suffix}`, hidden);
  return site.linear(graph.multiply(gate, up), `ffn_down${suffix}`, site.config.width, "residual");
}

/**
 * All experts at once, as one wide SwiGLU whose hidden values are weighed by expert: those not chosen weigh 0. At the
 * sizes trained here that is faster than gathering each expert's tokens, and the gradients are the same.
 */
function experts(site: Site, x: Tensor, { count, used, shared, hidden, balanceRate }: ExpertFeedForward): Tensor {
  const { graph } = site;
  const width = site.config.width;
  const scores = graph.sigmoid(site.linear(x, "ffn_gate_inp", count));
  const bias = site.weight("exp_probs_b.bias", [count], "balance");
  const isChosen = graph.topMask(graph.add(scores, bias), used);
  const chosen = graph.multiply(scores, isChosen);
  const shares = graph.divide(chosen, graph.sum(chosen, [1]));
  site.steering.loads.push({
    bias: `${site.prefix}exp_probs_b.bias`,
    rate: balanceRate,
    tokens: graph.reshape(graph.sum(isChosen, [0]), [count]),
  });

  const side = (name: string) => {
    const matrices = site.weight(`${name}.weight`, [count, width, hidden], "matrix");
    return graph.matmul(x, graph.reshape(graph.transpose(matrices, [1, 0, 2]), [width, count * hidden]));
  };
  const wide = graph.multiply(graph.silu(side("ffn_gate_exps")), side("ffn_up_exps"));
  const byExpert = graph.reshape(wide, [site.count, count, hidden]);
  const weighed = graph.multiply(byExpert, graph.reshape(shares, [site.count, count, 1]));
  const down = site.weight("ffn_down_exps.weight", [count, hidden, width], "residual");
  const routed = graph.matmul(
    graph.reshape(weighed, [site.count, count * hidden]),
    graph.reshape(down, [count * hidden, width]),
  );
  return shared === 0 ? routed : graph.add(routed, swiglu(site, x, shared * hidden, "_shexp"));
}
