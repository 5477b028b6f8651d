import type { Tensor } from "../../graph/graph.ts";
import type { LatentAttention } from "../config.ts";
import type { Site } from "../site.ts";
import { shareHeads, softmaxAttention } from "./softmax.ts";

/** MLA on the layer's normed input [sequences · tokens, width]; the same shape comes back. */
export function latentAttention(
  site: Site,
  x: Tensor,
  { kvRank, ropeDim, plainDim, valueDim, nope = false }: LatentAttention,
): Tensor {
  const { graph } = site;
  const { heads, width } = site.config;
  const keyDim = plainDim + ropeDim;
  const query = site.split(site.linear(x, "attn_q", heads * keyDim), heads);
  const queries = nope
    ? query
    : graph.concat([graph.slice(query, 3, 0, plainDim), site.rotate(graph.slice(query, 3, plainDim, keyDim))], 3);
  const compressed = site.linear(x, "attn_kv_a_mqa", kvRank + ropeDim);
  const latent = site.norm(graph.slice(compressed, 1, 0, kvRank), "attn_kv_a_norm");
  const sharedKey = site.split(graph.slice(compressed, 1, kvRank, kvRank + ropeDim), 1);
  const plainKeys = site.split(site.linear(latent, "attn_k_b", heads * plainDim), heads);
  const keys = graph.concat([plainKeys, shareHeads(site, nope ? sharedKey : site.rotate(sharedKey), heads)], 3);
  const values = site.split(site.linear(latent, "attn_v_b", heads * valueDim), heads);
  // The rotated key is shared by the heads: there the query takes the whole factor (Kimi K2, arXiv:2507.20534, §2.1).
  const mixed = softmaxAttention(site, { queries, keys, values }, null, [
    {
      weight: `${site.prefix}attn_q.weight`,
      columns: [
        { count: plainDim, power: 0.5 },
        { count: ropeDim, power: 1 },
      ],
    },
    { weight: `${site.prefix}attn_k_b.weight`, columns: [{ count: plainDim, power: 0.5 }] },
  ]);
  return site.linear(mixed, "attn_output", width, "residual");
}
