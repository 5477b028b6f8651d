/**
 * Kimi Delta Attention as the released model has it: queries and keys of length 1, all inputs through short convolutions,
 * and an output normed for each head and gated.
 *
 * @see Kimi Linear, arXiv:2510.26692, §4
 */
import type { Graph, Tensor } from "../../graph/graph.ts";
import { type DeltaAttention, normEpsilon } from "../config.ts";
import type { Site } from "../site.ts";
import { deltaRule } from "./delta-rule.ts";

/** KDA on the layer's normed input [sequences · tokens, width]; the same shape comes back. */
export function deltaAttention(
  site: Site,
  x: Tensor,
  { headDim, convolution }: DeltaAttention,
  chunk?: number,
): Tensor {
  const { graph } = site;
  const { heads, width } = site.config;
  const inner = heads * headDim;
  const read = (part: "q" | "k" | "v") => {
    const filters = site.weight(`ssm_conv1d_${part}.weight`, [convolution, inner], "convolution");
    return site.split(graph.silu(convolve(site, site.linear(x, `attn_${part}`, inner), filters)), heads);
  };
  const throughFew = (part: "f" | "g") => site.linear(site.linear(x, `ssm_${part}_a`, headDim), `ssm_${part}_b`, inner);

  const rates = graph.exp(site.weight("ssm_a_log", [heads], "decay"));
  const steps = graph.softplus(graph.add(throughFew("f"), site.weight("ssm_dt.bias", [inner], "time-step")));
  const mixed = deltaRule(
    graph,
    {
      queries: graph.multiply(ofLength1(graph, read("q")), 1 / Math.sqrt(headDim)),
      keys: ofLength1(graph, read("k")),
      values: read("v"),
      logDecays: graph.multiply(site.split(steps, heads), graph.negate(graph.reshape(rates, [heads, 1, 1]))),
      strengths: site.split(graph.sigmoid(site.linear(x, "ssm_beta", heads)), heads),
    },
    chunk,
  );
  const gated = graph.multiply(site.join(site.norm(mixed, "ssm_norm")), graph.sigmoid(throughFew("g")));
  return site.linear(gated, "attn_output", width, "residual");
}

/**
 * Of each channel of [sequences · tokens, channels], a weighted sum of the token and those before it. The last entry of a
 * filter is for the token itself.
 */
function convolve({ graph, grid: { sequences, tokens } }: Site, x: Tensor, filters: Tensor): Tensor {
  const [span, channels] = filters.shape as [number, number];
  const before = graph.expand(graph.scalar(0), [sequences, span - 1, channels]);
  const padded = graph.concat([before, graph.reshape(x, [sequences, tokens, channels])], 1);
  const terms = Array.from({ length: span }, (_, at) =>
    graph.multiply(graph.slice(padded, 1, at, at + tokens), graph.slice(filters, 0, at, at + 1)),
  );
  return graph.reshape(
    terms.reduce((sum, term) => graph.add(sum, term)),
    x.shape,
  );
}

function ofLength1(graph: Graph, x: Tensor): Tensor {
  const square = graph.sum(graph.multiply(x, x), [x.shape.length - 1]);
  return graph.divide(x, graph.sqrt(graph.add(square, normEpsilon)));
}
