/** A decoder as data: every layer's attention and feed-forward part, and how the layers are joined. */

/**
 * Multi-head (kvHeads = heads), grouped-query or multi-query (kvHeads = 1) attention; with a window, a token sees so many
 * tokens and no more, itself among them.
 *
 * @see GQA: Ainslie et al. 2023, arXiv:2305.13245; windows: Beltagy et al. 2020, arXiv:2004.05150, §3.1
 */
export interface GroupedAttention {
  readonly kind: "grouped";
  readonly kvHeads: number;
  readonly headDim: number;
  /** Tokens that one sees; `null` for all before it. */
  readonly window: number | null;
}

/**
 * Multi-head latent attention: keys and values come from one latent of `kvRank` values, and one rotated key of `ropeDim`
 * values is shared by the heads. As in DeepSeek-V2-Lite, queries are not compressed.
 *
 * @see DeepSeek-V2, arXiv:2405.04434, §2.1
 */
export interface LatentAttention {
  readonly kind: "latent";
  readonly kvRank: number;
  readonly ropeDim: number;
  /** Dimensions of a head's query and key that are not rotated. */
  readonly plainDim: number;
  readonly valueDim: number;
  /** No position encoding [false]: the `ropeDim` values are shared by the heads as before, but nothing is rotated. */
  readonly nope?: boolean;
}

/** Chooses the entries that a token reads: the `topK` it scores highest. Its keys are entries of their own. */
export interface Indexer {
  readonly heads: number;
  readonly keyDim: number;
  readonly topK: number;
}

/**
 * A window of tokens, and the text compressed to entries of `ratio` tokens: 4, of which an indexer chooses (CSA), 128, of
 * which all are read (HCA), or 0 for the window alone. Key and value are one vector of `headDim`, shared by the heads.
 *
 * @see DeepSeek-V4, arXiv:2606.19348, §2.3
 */
export interface CompressedAttention {
  readonly kind: "compressed";
  readonly headDim: number;
  /** The last dimensions of a head, which are rotated. */
  readonly ropeDim: number;
  /** Values that a token's queries are made from. */
  readonly queryRank: number;
  /** Tokens that one sees as they are, itself among them. */
  readonly window: number;
  readonly ratio: 0 | 4 | 128;
  /** Groups of heads, each of which is brought to `outputRank` values before all are joined. */
  readonly outputGroups: number;
  readonly outputRank: number;
  /** With ratio 4; `null` where all entries are read. */
  readonly indexer: Indexer | null;
}

/**
 * Kimi Delta Attention: in place of a cache, a head keeps a matrix of headDim × headDim that maps keys to values. Each of
 * its rows fades at a rate that the token sets, and the token corrects what its key finds (gated delta rule).
 *
 * @see Kimi Linear, arXiv:2510.26692, §3
 */
export interface DeltaAttention {
  readonly kind: "delta";
  /** Of queries, keys and values, and the rank of the projections that set fading and output gate. */
  readonly headDim: number;
  /** Tokens that the short convolutions of queries, keys and values span, 2 or more. */
  readonly convolution: number;
}

export type Attention = GroupedAttention | LatentAttention | CompressedAttention | DeltaAttention;

/** SwiGLU (Shazeer 2020, arXiv:2002.05202). */
export interface DenseFeedForward {
  readonly kind: "dense";
  readonly hidden: number;
}

/**
 * Fine-grained experts beside shared ones, which every token passes (DeepSeekMoE, arXiv:2401.06066, §3). The router's
 * sigmoid scores plus a bias choose; the scores alone weigh. `balanceRate` is how far a step moves the biases against the
 * load; 0 leaves them at 0.
 *
 * @see bias: Wang et al. 2024, arXiv:2408.15664, §2.2; sigmoid: DeepSeek-V3, arXiv:2412.19437, §2.1.2
 */
export interface ExpertFeedForward {
  readonly kind: "experts";
  readonly count: number;
  readonly used: number;
  readonly shared: number;
  /** Hidden width of one expert. */
  readonly hidden: number;
  readonly balanceRate: number;
}

export type FeedForward = DenseFeedForward | ExpertFeedForward;

export interface LayerConfig {
  readonly attention: Attention;
  readonly feedForward: FeedForward;
}

/**
 * Manifold-constrained hyper-connections: in place of one residual stream several, all `width` wide. A sublayer reads a
 * mixture of them and writes to each with a weight of its own; between sublayers, a doubly stochastic matrix mixes them.
 * Weights and matrix depend on the token.
 *
 * @see mHC, arXiv:2512.24880, §4; after hyper-connections, Zhu et al. 2024, arXiv:2409.19606
 */
export interface HyperConnections {
  /** 2 or more; the released models have 4. */
  readonly streams: number;
  /** Times that the mixing matrix is normalised, rows and columns; the released models have 20. */
  readonly sinkhornIterations: number;
}

export interface DecoderConfig {
  /** Width of the residual stream. */
  readonly width: number;
  readonly heads: number;
  readonly vocabularySize: number;
  readonly layers: readonly LayerConfig[];
  /** Of RoPE's frequencies [1,000,000]. The smaller, the easier near distances are told apart, and the harder far content is matched. */
  readonly ropeBase?: number;
  /** How sublayers are joined [one residual stream, to which each adds]. */
  readonly hyperConnections?: HyperConnections;
}

/** So many layers that are all alike. */
export const alike = (layers: number, layer: LayerConfig): LayerConfig[] => Array.from({ length: layers }, () => layer);

/** Su et al. 2021, arXiv:2104.09864, §3.2.2; the default is Qwen2's. */
export const ropeBaseOf = ({ ropeBase = 1_000_000 }: Pick<DecoderConfig, "ropeBase">): number => ropeBase;

/** Of all norms, as the files say too. */
export const normEpsilon = 1e-6;

/** Values that one token of context adds to the cache of one layer, as long as it is within the layer's window. */
export function cachedValues(attention: Attention): number {
  switch (attention.kind) {
    case "grouped":
      return 2 * attention.kvHeads * attention.headDim;
    case "latent":
      return attention.kvRank + attention.ropeDim;
    case "compressed":
      return attention.headDim + entryValues(attention);
    case "delta":
      return 0;
  }
}

/**
 * Values that one layer keeps of a sequence, however long it is: the heads' matrices, and for each convolution the inputs
 * of the tokens before.
 */
export function stateValues(attention: Attention, heads: number): number {
  if (attention.kind !== "delta") return 0;
  const { headDim, convolution } = attention;
  return heads * headDim ** 2 + 3 * (convolution - 1) * heads * headDim;
}

/** Of these, what is still there when the token has left the window: its part of an entry, and of the indexer's key. */
export const entryValues = ({ ratio, headDim, indexer }: CompressedAttention): number =>
  ratio === 0 ? 0 : (headDim + (indexer?.keyDim ?? 0)) / ratio;
