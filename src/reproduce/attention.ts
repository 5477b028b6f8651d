/**
 * The attention designs that the specimens differ in, with the names that llama.cpp gives their weights. Matrices are
 * [in, out] here; the export turns them.
 */
import type { Site } from "./decoder.ts";
import type { Tensor } from "./graph.ts";

export type AttentionDesign =
  /** Multi-head (kvHeads = heads), grouped-query or multi-query (kvHeads = 1) attention, with biases as in Qwen2. */
  | { readonly kind: "grouped"; readonly kvHeads: number; readonly headDim: number; readonly ropeDim: number }
  /**
   * Multi-head latent attention: keys and values come from one latent of `kvLoraRank` values, and one rotated key of
   * `ropeDim` values is shared by the heads. As in DeepSeek-V2-Lite, queries are not compressed.
   *
   * @see DeepSeek-V2, arXiv:2405.04434, §2.1
   */
  | {
      readonly kind: "latent";
      readonly kvLoraRank: number;
      readonly ropeDim: number;
      /** Dimensions of a head's query and key that are not rotated. */
      readonly plainDim: number;
      readonly valueDim: number;
    };

/** Values that one token keeps in the cache of one layer. */
export const cachedValuesPerLayer = (attention: AttentionDesign) =>
  attention.kind === "grouped" ? 2 * attention.kvHeads * attention.headDim : attention.kvLoraRank + attention.ropeDim;

/** One attention layer on its normed input [sequences · tokens, width]; the same shape comes back. */
export function attend(site: Site, x: Tensor, block: string): Tensor {
  const { graph, grid, config, mask } = site;
  const { queries, keys, values } =
    config.attention.kind === "grouped"
      ? grouped(site, x, block, config.attention)
      : latent(site, x, block, config.attention);
  const scores = graph.add(graph.matmul(queries, graph.flip(keys)), mask);
  const mixed = graph.matmul(graph.softmax(scores), values);
  const valueWidth = config.heads * mixed.shape[3]!;
  const joined = graph.reshape(graph.transpose(mixed, [0, 2, 1, 3]), [grid.sequences * grid.tokens, valueWidth]);
  return graph.matmul(joined, site.weight(`${block}.attn_output.weight`, [valueWidth, config.width], "residual"));
}

/** Queries are already divided by the root of the key's length. All are [sequences, heads, tokens, dimensions]. */
interface Heads {
  readonly queries: Tensor;
  readonly keys: Tensor;
  readonly values: Tensor;
}

function grouped(
  site: Site,
  x: Tensor,
  block: string,
  { kvHeads, headDim }: Extract<AttentionDesign, { kind: "grouped" }>,
): Heads {
  const { graph, config, rotate } = site;
  const project = (name: string, heads: number) => {
    const out = heads * headDim;
    const matrix = site.weight(`${block}.${name}.weight`, [config.width, out], "matrix");
    const bias = site.weight(`${block}.${name}.bias`, [out], "bias");
    return split(site, graph.add(graph.matmul(x, matrix), bias), heads);
  };
  const queries = graph.multiply(rotate(project("attn_q", config.heads)), 1 / Math.sqrt(headDim));
  const keys = rotate(project("attn_k", kvHeads));
  const values = project("attn_v", kvHeads);
  return { queries, keys: shared(site, keys), values: shared(site, values) };
}

function latent(
  site: Site,
  x: Tensor,
  block: string,
  { kvLoraRank, ropeDim, plainDim, valueDim }: Extract<AttentionDesign, { kind: "latent" }>,
): Heads {
  const { graph, config, rotate } = site;
  const { heads, width } = config;
  const keyDim = plainDim + ropeDim;
  const query = split(
    site,
    graph.matmul(x, site.weight(`${block}.attn_q.weight`, [width, heads * keyDim], "matrix")),
    heads,
  );
  const turned = graph.concat([graph.slice(query, 3, 0, plainDim), rotate(graph.slice(query, 3, plainDim, keyDim))], 3);
  const compressed = graph.matmul(
    x,
    site.weight(`${block}.attn_kv_a_mqa.weight`, [width, kvLoraRank + ropeDim], "matrix"),
  );
  const kept = site.norm(graph.slice(compressed, 1, 0, kvLoraRank), `${block}.attn_kv_a_norm.weight`);
  const rotatedKey = rotate(split(site, graph.slice(compressed, 1, kvLoraRank, kvLoraRank + ropeDim), 1));
  const expand = (name: string, dim: number) =>
    split(site, graph.matmul(kept, site.weight(`${block}.${name}.weight`, [kvLoraRank, heads * dim], "matrix")), heads);
  return {
    queries: graph.multiply(turned, 1 / Math.sqrt(keyDim)),
    keys: graph.concat([expand("attn_k_b", plainDim), shared(site, rotatedKey)], 3),
    values: expand("attn_v_b", valueDim),
  };
}

/** [sequences · tokens, heads · dimensions] → [sequences, heads, tokens, dimensions]. */
function split({ graph, grid: { sequences, tokens } }: Site, x: Tensor, heads: number): Tensor {
  return graph.transpose(graph.reshape(x, [sequences, tokens, heads, x.shape[1]! / heads]), [0, 2, 1, 3]);
}

/** Keys or values of few heads, given to all: neighbouring query heads share one. */
function shared({ graph, grid: { sequences, tokens }, config: { heads } }: Site, x: Tensor): Tensor {
  const [, kvHeads, , dim] = x.shape as [number, number, number, number];
  if (kvHeads === heads) return x;
  const spread = graph.expand(graph.reshape(x, [sequences, kvHeads, 1, tokens, dim]), [
    sequences,
    kvHeads,
    heads / kvHeads,
    tokens,
    dim,
  ]);
  return graph.reshape(spread, [sequences, heads, tokens, dim]);
}
