/** A decoder-only transformer as a graph: pre-norm layers of attention and feed-forward, RMS norms, tied embedding. */
import type { Graph, Tensor } from "../graph/graph.ts";
import { compressedAttention } from "./attention/compressed.ts";
import { deltaAttention } from "./attention/delta.ts";
import { groupedAttention } from "./attention/grouped.ts";
import { latentAttention } from "./attention/latent.ts";
import type { Attention, DecoderConfig } from "./config.ts";
import { feedForward } from "./feed-forward.ts";
import { hyperConnections } from "./hyper-connections.ts";
import { plainResidual } from "./residual.ts";
import { type Grid, Site, type Steering, type Weight } from "./site.ts";

export interface Decoder {
  readonly weights: readonly Weight[];
  readonly steering: Steering;
  /** The last norm's output, [sequences · tokens, width]. */
  readonly hidden: Tensor;
  /** Logits for rows of `hidden`, [rows, vocabulary]. */
  readonly logits: (rows: Tensor) => Tensor;
}

/** The decoder over the input `tokens` [sequences · tokens]; sequences do not see each other. */
export function decoder(graph: Graph, config: DecoderConfig, grid: Grid): Decoder {
  const model = new Site(graph, grid, config);
  const embedding = model.weight("token_embd.weight", [config.vocabularySize, config.width], "embedding");
  const residual = config.hyperConnections ? hyperConnections(model, config.hyperConnections) : plainResidual;
  let x = residual.open(graph.rows(embedding, graph.input("tokens", [model.count], "indices")));
  for (const [index, layer] of config.layers.entries()) {
    const site = model.layer(index);
    x = residual.join(site, "attn", x, (input) => attention(site, site.norm(input, "attn_norm"), layer.attention));
    x = residual.join(site, "ffn", x, (input) => feedForward(site, site.norm(input, "ffn_norm"), layer.feedForward));
  }
  return {
    weights: model.weights,
    steering: model.steering,
    hidden: model.norm(residual.close(x), "output_norm"),
    logits: (rows) => graph.matmul(rows, graph.flip(embedding)),
  };
}

function attention(site: Site, x: Tensor, design: Attention): Tensor {
  switch (design.kind) {
    case "grouped":
      return groupedAttention(site, x, design);
    case "latent":
      return latentAttention(site, x, design);
    case "compressed":
      return compressedAttention(site, x, design);
    case "delta":
      return deltaAttention(site, x, design);
  }
}
