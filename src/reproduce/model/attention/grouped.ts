import type { Tensor } from "../../graph/graph.ts";
import type { GroupedAttention } from "../config.ts";
import type { Site } from "../site.ts";
import { shareHeads, softmaxAttention } from "./softmax.ts";

/** MHA, GQA or MQA on the layer's normed input [sequences · tokens, width]; the same shape comes back. */
export function groupedAttention(site: Site, x: Tensor, { kvHeads, headDim, window }: GroupedAttention): Tensor {
  const { heads, width } = site.config;
  const project = (name: string, count: number) => site.split(site.linear(x, name, count * headDim), count);
  const queries = site.rotate(project("attn_q", heads));
  const keys = shareHeads(site, site.rotate(project("attn_k", kvHeads)), heads);
  const values = shareHeads(site, project("attn_v", kvHeads), heads);
  // Keys that several heads share cannot be scaled for one of them, so its queries take the whole factor.
  const isShared = kvHeads < heads;
  const mixed = softmaxAttention(site, { queries, keys, values }, window, [
    { weight: `${site.prefix}attn_q.weight`, columns: [{ count: headDim, power: isShared ? 1 : 0.5 }] },
    ...(isShared ? [] : [{ weight: `${site.prefix}attn_k.weight`, columns: [{ count: headDim, power: 0.5 }] }]),
  ]);
  return site.linear(mixed, "attn_output", width, "residual");
}
