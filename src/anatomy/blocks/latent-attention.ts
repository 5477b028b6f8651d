/**
 * Multi-head latent attention (MLA): keys and values are rebuilt from one latent a token, and one rotary key serves all
 * heads. Weights and decoding work:
 *
 *   h·q + q + q·nh·(n+r)   (or h·nh·(n+r) without query compression)
 *   + h·(c+r) + c + c·nh·(n+v) + nh·v·h
 *   decode, absorbed: 2·nh·(c+r) to score and 2·nh·c to read an entry
 *   prompt and training, rebuilt: 2·nh·(n+r) and 2·nh·v
 *
 * h hidden size, nh heads, q query rank, c latent rank, n and r dimensions of a key without and with rotation, v of a value.
 *
 * @see DeepSeek-V2, arXiv:2405.04434, §2.1 and appendix C; absorption: §2.1.2
 */
import type { BlockAnatomy, Weights } from "../block.ts";

export interface LatentAttention {
  readonly kind: "latent attention";
  readonly hiddenSize: number;
  readonly heads: number;
  /** Rank of the compressed queries; null where they are projected at once (V2-Lite, Moonlight). */
  readonly queryRank: number | null;
  readonly latentRank: number;
  /** Of a key without rotation. */
  readonly keyHeadDim: number;
  readonly rotaryDim: number;
  readonly valueHeadDim: number;
  /** Multiplies the output of every head element by element, from the layer's input (K3). */
  readonly outputGate?: boolean;
  /** Picks the tokens that are read (DSA); null where all are. */
  readonly indexer: Indexer | null;
  /** Keys and values are cached as the heads read them, not as the latent: what llama.cpp does with its older files. */
  readonly cachesHeads?: boolean;
}

/**
 * DeepSeek sparse attention's lightning indexer: small keys, scored by small queries, pick the tokens that are read.
 *
 * @see DeepSeek-V3.2, arXiv:2512.02556, §2.1
 */
export interface Indexer {
  readonly heads: number;
  readonly keyDim: number;
  readonly topTokens: number;
  /** Picks with another layer's indexer: no weights, no keys and no work of its own (GLM-5.2). */
  readonly shared?: boolean;
}

export function latentAttention(block: LatentAttention): BlockAnatomy {
  const { hiddenSize, heads, queryRank, latentRank, keyHeadDim, rotaryDim, valueHeadDim, indexer } = block;
  const queries = heads * (keyHeadDim + rotaryDim);
  const queryWeights =
    queryRank === null ? hiddenSize * queries : hiddenSize * queryRank + queryRank + queryRank * queries;
  const kvWeights =
    hiddenSize * (latentRank + rotaryDim) + latentRank + latentRank * heads * (keyHeadDim + valueHeadDim);
  const outputs = heads * valueHeadDim;
  const gateWeights = block.outputGate ? hiddenSize * outputs : 0;
  const entry = block.cachesHeads
    ? ([
        { role: "key", count: queries },
        { role: "value", count: outputs },
      ] as const)
    : ([
        { role: "latent", count: latentRank },
        { role: "rotary key", count: rotaryDim },
      ] as const);
  const rebuiltFlops = 2 * heads * (keyHeadDim + rotaryDim + valueHeadDim);
  const ownIndexer = indexer !== null && !indexer.shared ? indexer : null;
  const read =
    indexer === null
      ? ({ kind: "all" } as const)
      : ({ kind: "top", count: indexer.topTokens, of: { kind: "all" } } as const);
  return {
    weights: [
      { part: "attention", parameters: queryWeights + kvWeights + outputs * hiddenSize + gateWeights },
      ...(ownIndexer === null ? [] : [indexerWeights(ownIndexer, { hiddenSize, queryRank: queryRank ?? hiddenSize })]),
    ],
    cache: [
      { elements: entry, span: { kind: "all" } },
      ...(ownIndexer === null
        ? []
        : [{ elements: [{ role: "index key" as const, count: ownIndexer.keyDim }], span: { kind: "all" as const } }]),
    ],
    work: [
      {
        kind: "scores",
        flopsPerEntry: block.cachesHeads ? rebuiltFlops : 2 * heads * (latentRank + rotaryDim + latentRank),
        // A chosen few tokens are read as latents: rebuilding keys and values for each choice would cost more.
        ...(indexer === null && { promptFlopsPerEntry: rebuiltFlops }),
        reads: entry,
        span: read,
      },
      ...(ownIndexer === null
        ? []
        : [
            {
              kind: "index" as const,
              flopsPerEntry: 2 * ownIndexer.heads * ownIndexer.keyDim,
              reads: [{ role: "index key" as const, count: ownIndexer.keyDim }],
              span: { kind: "all" as const },
            },
          ]),
    ],
  };
}

/** Queries from the compressed query, one key with its normalisation (gain and bias), and a weight for each head. */
function indexerWeights(indexer: Indexer, from: { hiddenSize: number; queryRank: number }): Weights {
  const { heads, keyDim } = indexer;
  return {
    part: "indexer",
    parameters: from.queryRank * heads * keyDim + from.hiddenSize * keyDim + 2 * keyDim + from.hiddenSize * heads,
  };
}
