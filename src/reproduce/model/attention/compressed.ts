/**
 * DeepSeek-V4's attention as llama.cpp's `deepseek4` computes it. A token reads the last few tokens, itself among them,
 * and the whole text before it as entries, each of which stands for `ratio` tokens. A key is its own value, and one
 * serves all heads. As values carry the rotation of the place they come from, the mixture is turned back by the reader's.
 *
 * @see DeepSeek-V4, arXiv:2606.19348, §2.3; src/models/deepseek4.cpp and src/llama-kv-cache-dsv4.cpp of llama.cpp
 */
import type { Shape, Tensor } from "../../graph/graph.ts";
import { type CompressedAttention, type Indexer, ropeBaseOf } from "../config.ts";
import { Site, type WeightRole } from "../site.ts";

/** Tokens to an entry where the windows of neighbouring entries overlap (CSA). */
const overlapping = 4;

/** On the layer's normed input [sequences · tokens, width]; the same shape comes back. */
export function compressedAttention(site: Site, x: Tensor, design: CompressedAttention): Tensor {
  const { heads } = site.config;
  const { headDim, ropeDim, queryRank, ratio, indexer } = design;
  const latent = site.norm(site.linear(x, "attn_q_a", queryRank), "attn_q_a_norm");
  const query = site.unit(site.split(site.linear(latent, "attn_q_b", heads * headDim), heads));
  const queries = rotate(site, query, { ropeDim });
  const own = site.split(site.norm(site.linear(x, "attn_kv", headDim), "attn_kv_a_norm"), 1);
  const window = rotate(site, own, { ropeDim });
  const sinks = site.weight("attn_sinks.weight", [heads], "bias");
  const entries = ratio === 0 ? null : entriesOf(site, x, compressor(site, "attn_compressor", headDim, ratio), ropeDim);
  const passedOver = ratio === 0 || indexer === null ? null : notChosen(site, x, latent, indexer, { ropeDim, ratio });
  const mixed = mix(site, { queries, window, entries, passedOver, sinks }, design);
  return projectGroups(site, rotate(site, mixed, { ropeDim, isBack: true }), design);
}

interface Reading {
  /** [sequences, heads, tokens, dimensions]. */
  readonly queries: Tensor;
  /** Keys and values in one, [sequences, 1, tokens or entries, dimensions]; `null` where the text is too short for any. */
  readonly window: Tensor;
  readonly entries: Tensor | null;
  /** What the indexer adds to the entries' logits, [sequences, 1, tokens, entries]. */
  readonly passedOver: Tensor | null;
  readonly sinks: Tensor;
}

/**
 * Softmax attention over window, entries and the head's sink: [sequences, heads, tokens, dimensions]. A sink takes a share
 * and gives nothing: a key of zeros, but for a dimension of its own, in which queries have the head's logit.
 */
function mix(
  site: Site,
  { queries, window, entries, passedOver, sinks }: Reading,
  design: CompressedAttention,
): Tensor {
  const { graph } = site;
  const [sequences, heads, tokens, dim] = queries.shape as [number, number, number, number];
  const zeros = (...shape: Shape) => graph.expand(graph.scalar(0), shape);
  const read = graph.concat([window, ...(entries === null ? [] : [entries]), zeros(sequences, 1, 1, dim)], 2);
  const count = read.shape[2]!;
  const values = graph.reshape(read, [sequences, count, dim]);
  const isSink = graph.shared(`sink of ${sequences}×${count}`, [sequences, count, 1], (entry) =>
    entry % count === count - 1 ? 1 : 0,
  );
  const keys = graph.concat([values, isSink], 2);
  const sink = graph.expand(graph.reshape(sinks, [1, heads, 1, 1]), [sequences, heads, tokens, 1]);
  const withSink = graph.concat([graph.multiply(queries, 1 / Math.sqrt(dim)), sink], 3);
  const rows = graph.reshape(withSink, [sequences, heads * tokens, dim + 1]);
  const products = graph.reshape(graph.matmul(rows, graph.flip(keys)), [sequences, heads, tokens, count]);
  const sight = mask(site, design, count);
  const around = (choice: Tensor) =>
    graph.concat([zeros(sequences, 1, tokens, tokens), choice, zeros(sequences, 1, tokens, 1)], 3);
  const logits = graph.add(products, passedOver === null ? sight : graph.add(sight, around(passedOver)));
  const largest = graph.largest(graph.slice(logits, 3, 0, count - 1), [0, 2, 3]);
  // QK-Clip has nothing to scale: queries and keys are normed, and their logits bounded.
  site.steering.heads.push({ largest: graph.reshape(largest, [heads]), madeOf: [] });
  const shares = graph.reshape(graph.softmax(logits), [sequences, heads * tokens, count]);
  return graph.reshape(graph.matmul(shares, values), queries.shape);
}

/**
 * [tokens, tokens + entries + 1], to be added to logits. An entry is seen from its last token on, which is when all that
 * it stands for has been read.
 */
function mask({ graph, grid: { tokens } }: Site, { window, ratio }: CompressedAttention, count: number): Tensor {
  return graph.shared(`mask ${tokens} ${window} ${ratio}`, [tokens, count], (entry) => {
    const reader = Math.floor(entry / count);
    const place = entry % count;
    if (place === count - 1) return 0;
    const isSeen =
      place < tokens ? place <= reader && reader - place < window : (place - tokens + 1) * ratio <= reader + 1;
    return isSeen ? 0 : unseen;
  });
}

const unseen = -1e9;

interface Compressor {
  readonly dim: number;
  readonly ratio: 4 | 128;
  /** 2 where windows overlap: first the weights for the block before, then those for the block itself. */
  readonly parts: 1 | 2;
  /** [width, parts · dim]. */
  readonly toValues: Tensor;
  readonly toScores: Tensor;
  /** Added to the scores by the place in the block, [ratio, parts · dim]. */
  readonly places: Tensor;
  readonly gain: Tensor;
}

function compressor(site: Site, name: string, dim: number, ratio: 4 | 128): Compressor {
  const parts = ratio === overlapping ? 2 : 1;
  const shape = [site.config.width, parts * dim];
  return {
    dim,
    ratio,
    parts,
    toValues: site.weight(`${name}_kv.weight`, shape, "matrix"),
    toScores: site.weight(`${name}_gate.weight`, shape, "matrix"),
    places: site.weight(`${name}_ape.weight`, [ratio, parts * dim], "bias"),
    gain: site.weight(`${name}_norm.weight`, [dim], "norm"),
  };
}

/**
 * The entries of all complete blocks, [sequences, 1, entries, dim]: in each dimension a softmax over the block's tokens,
 * and over those of the block before where windows overlap. An entry stands at its block's first token. `null` where no
 * block is complete.
 */
function entriesOf(site: Site, x: Tensor, weights: Compressor, ropeDim: number): Tensor | null {
  const { graph } = site;
  const { sequences, tokens } = site.grid;
  const { dim, ratio, parts, toValues, toScores, places, gain } = weights;
  const count = Math.floor(tokens / ratio);
  if (count === 0) return null;

  const whole = count * ratio;
  const sources = graph.reshape(x, [sequences, tokens, site.config.width]);
  const blocks = whole === tokens ? sources : graph.slice(sources, 1, 0, whole);
  const inBlocks = (weight: Tensor) =>
    graph.reshape(graph.matmul(blocks, weight), [sequences, count, ratio, parts * dim]);
  const gathered = (vectors: Tensor, beforeFirst: number) => {
    if (parts === 1) return vectors;
    const earlier = graph.slice(vectors, 3, 0, dim);
    const none = graph.expand(graph.scalar(beforeFirst), [sequences, 1, ratio, dim]);
    const before = count === 1 ? none : graph.concat([none, graph.slice(earlier, 1, 0, count - 1)], 1);
    return graph.concat([before, graph.slice(vectors, 3, dim, 2 * dim)], 2);
  };
  const scores = graph.flip(gathered(graph.add(inBlocks(toScores), places), unseen));
  const values = graph.flip(gathered(inBlocks(toValues), 0));
  const pooled = graph.sum(graph.multiply(graph.softmax(scores), values), [3]);
  const normed = graph.multiply(site.unit(graph.reshape(pooled, [sequences, 1, count, dim])), gain);
  return rotate(site, normed, { ropeDim, stride: ratio });
}

/**
 * The indexer's choice: 0 for the `topK` entries it scores highest, of those that the token sees, and a large negative
 * number for others, [sequences, 1, tokens, entries]; `null` where no text is long enough to have more. Entries that tie
 * with the last one chosen are read too. The Hadamard transform that engines turn its queries and keys with changes no
 * score.
 *
 * No gradient goes through a choice, and V4 trains the indexer by a loss of its own, which is not here: its weights stay
 * as they are.
 */
function notChosen(
  site: Site,
  x: Tensor,
  latent: Tensor,
  { heads, keyDim, topK }: Indexer,
  { ropeDim, ratio }: { readonly ropeDim: number; readonly ratio: 4 | 128 },
): Tensor | null {
  const { graph } = site;
  const { sequences, tokens } = site.grid;
  const still = new StillSite(site);
  const toQueries = still.weight("indexer.attn_q_b.weight", [latent.shape[1]!, heads * keyDim], "matrix");
  const toShares = still.weight("indexer.proj.weight", [site.config.width, heads], "matrix");
  const toKeys = compressor(still, "indexer_compressor", keyDim, ratio);
  const count = Math.floor(tokens / ratio);
  const keys = count <= topK ? null : entriesOf(site, x, toKeys, ropeDim);
  if (keys === null) return null;

  const queries = rotate(site, site.split(graph.matmul(latent, toQueries), heads), { ropeDim });
  const rows = graph.reshape(queries, [sequences, heads * tokens, keyDim]);
  const products = graph.matmul(rows, graph.flip(graph.reshape(keys, [sequences, count, keyDim])));
  const matches = graph.reshape(graph.relu(products), [sequences, heads, tokens, count]);
  const shares = graph.multiply(site.split(graph.matmul(x, toShares), heads), 1 / Math.sqrt(heads * keyDim));
  const scores = graph.sum(graph.multiply(matches, shares), [1]);
  // Where fewer are seen than are to be chosen, unseen ones make up the number: the mask hides them again.
  const complete = graph.shared(`complete ${tokens} ${ratio}`, [tokens, count], (entry) =>
    ((entry % count) + 1) * ratio <= Math.floor(entry / count) + 1 ? 0 : unseen,
  );
  const chosen = graph.topMask(graph.add(scores, complete), topK);
  return graph.multiply(graph.add(graph.negate(chosen), 1), unseen);
}

/** The same place, for weights that are not trained. */
class StillSite extends Site {
  constructor(site: Site) {
    super(site.graph, site.grid, site.config, site, site.prefix);
  }

  override weight(name: string, shape: Shape, role: WeightRole): Tensor {
    const full = this.prefix + name;
    const tensor = this.graph.input(full, shape);
    this.weights.push({ name: full, shape, role, tensor });
    return tensor;
  }
}

interface Rotation {
  readonly ropeDim: number;
  /** Tokens from one position to the next [1]. */
  readonly stride?: number;
  readonly isBack?: boolean;
}

/**
 * RoPE on the last `ropeDim` dimensions of [sequences, heads, positions, dimensions], where neighbours (2i, 2i + 1) turn
 * together, as in the released weights. All layers have one base, where V4 has a larger one in those that compress.
 */
function rotate(site: Site, x: Tensor, { ropeDim, stride = 1, isBack = false }: Rotation): Tensor {
  const { graph } = site;
  const [sequences, heads, positions, dim] = x.shape as [number, number, number, number];
  const pairs = ropeDim / 2;
  const base = ropeBaseOf(site.config);
  const table = (name: string, of: (angle: number) => number) =>
    graph.shared(`${name} of pairs ${positions}×${pairs}, every ${stride}`, [positions, pairs, 1], (entry) =>
      of(Math.floor(entry / pairs) * stride * base ** (-(entry % pairs) / pairs)),
    );
  const cosines = table("cos", Math.cos);
  const sines = isBack ? table("-sin", (angle) => -Math.sin(angle)) : table("sin", Math.sin);
  const plain = dim - ropeDim;
  const rotated = plain === 0 ? x : graph.slice(x, 3, plain, dim);
  const paired = graph.reshape(rotated, [sequences, heads, positions, pairs, 2]);
  const even = graph.slice(paired, 4, 0, 1);
  const odd = graph.slice(paired, 4, 1, 2);
  const turned = graph.concat(
    [
      graph.subtract(graph.multiply(even, cosines), graph.multiply(odd, sines)),
      graph.add(graph.multiply(even, sines), graph.multiply(odd, cosines)),
    ],
    4,
  );
  const back = graph.reshape(turned, [sequences, heads, positions, ropeDim]);
  return plain === 0 ? back : graph.concat([graph.slice(x, 3, 0, plain), back], 3);
}

/** The heads' outputs to the residual stream: a group of neighbouring heads each to `outputRank` values, then all together. */
function projectGroups(site: Site, mixed: Tensor, { outputGroups, outputRank }: CompressedAttention): Tensor {
  const { graph } = site;
  const [sequences, heads, tokens, dim] = mixed.shape as [number, number, number, number];
  const members = heads / outputGroups;
  const grouped = graph.transpose(
    graph.reshape(mixed, [sequences, outputGroups, members, tokens, dim]),
    [1, 0, 3, 2, 4],
  );
  const inputs = graph.reshape(grouped, [outputGroups, site.count, members * dim]);
  const down = site.weight("attn_output_a.weight", [outputGroups, members * dim, outputRank], "matrix");
  const small = graph.transpose(graph.matmul(inputs, down), [1, 0, 2]);
  const joined = graph.reshape(small, [site.count, outputGroups * outputRank]);
  return site.linear(joined, "attn_output_b", site.config.width, "residual");
}
