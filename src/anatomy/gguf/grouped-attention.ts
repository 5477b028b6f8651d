/** Attention with keys and values of its own, over everything, a window or a chunk. */
import { z } from "zod";
import type { Attention } from "../blocks/attention.ts";
import { count, countOrZero, optional } from "../families/config.ts";
import { hasTensor, ofLayer, perLayer } from "./file.ts";
import { type Mixing, mixing } from "./mixing.ts";

const Keys = z.looseObject({
  embedding_length: count,
  "attention.head_count": perLayer(countOrZero),
  "attention.head_count_kv": optional(perLayer(countOrZero)),
  "attention.key_length": optional(count),
  "attention.value_length": optional(count),
});

const Windows = Keys.extend({
  "attention.sliding_window": optional(countOrZero),
  "attention.sliding_window_pattern": optional(perLayer(z.union([countOrZero, z.boolean()]))),
});

type Span = Attention["span"];

/** Layers that read everything. @param outputGate  as of `Attention` */
export const fullAttention = (outputGate?: Attention["outputGate"]): Mixing =>
  mixing(Keys, (keys, file) => (layer) => [
    attention(keys, (name) => hasTensor(file, layer, name), layer, { kind: "all" }, outputGate),
  ]);

/**
 * Layers that read a window, but for the last of every `pattern`, which reads everything.
 *
 * @param tokens  of a window, where the file does not say; left out, all layers then read everything
 */
export const windowedAttention = (pattern: number, tokens?: number): Mixing =>
  mixing(Windows, (keys, file) => {
    const window = keys["attention.sliding_window"] ?? tokens ?? 0;
    const span: Span = window === 0 ? { kind: "all" } : { kind: "window", tokens: window };
    return (layer) => [
      attention(
        keys,
        (name) => hasTensor(file, layer, name),
        layer,
        isLocal(keys["attention.sliding_window_pattern"] ?? pattern, layer) ? span : { kind: "all" },
      ),
    ];
  });

/** Llama 4: chunks of a fixed size in three layers of four; a window of 0 in the file turns them off. */
export const chunkedAttention: Mixing = mixing(Windows, (keys, file) => {
  const span: Span = keys["attention.sliding_window"] === 0 ? { kind: "all" } : { kind: "chunk", tokens: 8_192 };
  return (layer) => [
    attention(
      keys,
      (name) => hasTensor(file, layer, name),
      layer,
      isLocal(keys["attention.sliding_window_pattern"] ?? 4, layer) ? span : { kind: "all" },
    ),
  ];
});

/** A list says it of each layer; a number that the last of so many reads everything, 0 that none does. */
function isLocal(pattern: number | boolean | readonly (number | boolean)[], layer: number): boolean {
  if (typeof pattern !== "number") return Boolean(ofLayer(pattern, layer));
  return pattern === 0 || layer % pattern < pattern - 1;
}

function attention(
  keys: z.output<typeof Keys>,
  has: (name: string) => boolean,
  layer: number,
  span: Span,
  outputGate?: Attention["outputGate"],
): Attention {
  const { embedding_length: hiddenSize, "attention.head_count": allHeads } = keys;
  const heads = ofLayer(allHeads, layer);
  const usualDim = Math.floor(hiddenSize / ofLayer(allHeads, 0));
  const headDim = keys["attention.key_length"] ?? usualDim;
  return {
    kind: "attention",
    hiddenSize,
    heads,
    kvHeads: ofLayer(keys["attention.head_count_kv"] ?? allHeads, layer),
    headDim,
    valueHeadDim: keys["attention.value_length"] ?? usualDim,
    span,
    qkvBias: has("attn_q.bias") || has("attn_qkv.bias"),
    outputBias: has("attn_output.bias"),
    ...(has("attn_q_norm.weight") && { qkNorm: "shared" as const }),
    ...(outputGate !== undefined && { outputGate }),
    sinks: has("attn_sinks.weight"),
  };
}
