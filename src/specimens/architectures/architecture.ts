/** One architecture of llama.cpp filled with numbers, and the parts that all of them are made of. */
import { f32, type GgufMetadata, type GgufTensor, string, u32 } from "../../weights/index.ts";
import type { Size } from "./size.ts";
import { gain, matrix } from "./tensors.ts";

export interface Architecture {
  /** llama.cpp's name for it, and the prefix of its keys. */
  readonly name: string;
  readonly metadata: GgufMetadata;
  readonly tensors: readonly GgufTensor[];
}

/** The keys that every architecture needs, then its own with the prefix put before them. */
export function keysOf(name: string, size: Size, own: GgufMetadata): GgufMetadata {
  const keys: GgufMetadata = {
    vocab_size: u32(size.vocabularySize),
    context_length: u32(size.contextTokens),
    embedding_length: u32(size.width),
    block_count: u32(size.layers),
    feed_forward_length: u32(size.feedForward),
    "attention.layer_norm_rms_epsilon": f32(1e-6),
    "attention.head_count": u32(size.heads),
    "rope.freq_base": f32(10_000),
    ...own,
  };
  const prefixed = Object.entries(keys).map(([key, value]) => [`${name}.${key}`, value] as const);
  return { "general.architecture": string(name), ...Object.fromEntries(prefixed) };
}

/** Embedding and unembedding. Token vectors have unit variance; the logits are spread so that greedy text varies. */
export const embeddings = ({ width, vocabularySize }: Size): GgufTensor[] => [
  matrix("token_embd.weight", [width, vocabularySize], { scale: Math.sqrt(width) }),
  gain("output_norm", width),
  matrix("output.weight", [width, vocabularySize], { scale: 4 }),
];

/** The SwiGLU feed-forward of a dense layer. */
export const denseFeedForward = (block: string, { width, feedForward }: Size): GgufTensor[] => [
  matrix(`${block}.ffn_gate.weight`, [width, feedForward]),
  matrix(`${block}.ffn_up.weight`, [width, feedForward]),
  matrix(`${block}.ffn_down.weight`, [feedForward, width], { scale: 0.5 }),
];
