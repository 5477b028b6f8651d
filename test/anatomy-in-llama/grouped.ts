/** Architectures of llama.cpp with grouped-query attention, which differ in biases, norms, experts and what layers read. */
import { type Architecture, denseFeedForward, keysOf } from "../../src/specimens/architectures/architecture.ts";
import { type GroupedDimensions, groupedAttention } from "../../src/specimens/architectures/llama.ts";
import { layersOf } from "../../src/specimens/architectures/size.ts";
import { constant, gain, matrix } from "../../src/specimens/architectures/tensors.ts";
import { type GgufMetadata, type GgufTensor, u32 } from "../../src/weights/index.ts";

export interface GroupedModel extends GroupedDimensions {
  readonly name: string;
  readonly keys?: GgufMetadata;
  readonly tied?: boolean;
  readonly qkvBias?: boolean;
  readonly outputBias?: boolean;
  readonly qkNorm?: boolean | "per-head";
  readonly sinks?: boolean;
  /** What layers have in the place of attention. */
  readonly mixer?: (layer: number) => GgufTensor[];
  /** In which layers there is a feed-forward network; left out, in all. */
  readonly hasFeedForward?: (layer: number) => boolean;
  /** What layers have besides. */
  readonly further?: (layer: number) => GgufTensor[];
  readonly lastNorm?: string;
  /** Norms of a layer, by name. */
  readonly norms?: readonly string[];
  readonly experts?: {
    readonly count: number;
    readonly used: number;
    readonly width: number;
    /** Width of the shared experts; 0 for none. */
    readonly shared: number;
    readonly sharedGate?: boolean;
    readonly bias?: boolean;
    /** A bias in the choice of experts, for balance. */
    readonly choiceBias?: boolean;
    /** The last of so many layers has experts. */
    readonly every?: number;
  };
}

export const grouped = (model: GroupedModel): Architecture => ({
  name: model.name,
  metadata: keysOf(model.name, model, {
    ...(model.heads > 0 && {
      "attention.head_count_kv": u32(model.kvHeads),
      "attention.key_length": u32(model.headDim),
      "attention.value_length": u32(model.headDim),
      "rope.dimension_count": u32(model.headDim),
    }),
    ...(model.experts && {
      expert_count: u32(model.experts.count),
      expert_used_count: u32(model.experts.used),
      expert_feed_forward_length: u32(model.experts.width),
      ...(model.experts.shared > 0 && { expert_shared_feed_forward_length: u32(model.experts.shared) }),
    }),
    ...model.keys,
  }),
  tensors: [
    ...outside(model),
    ...layersOf(model).flatMap((layer) => [
      ...(model.norms ?? ["attn_norm", "ffn_norm"]).map((norm) => gain(`blk.${layer}.${norm}`, model.width)),
      ...(model.mixer?.(layer) ?? attention(`blk.${layer}`, model)),
      ...((model.hasFeedForward?.(layer) ?? true) ? feedForward(layer, model) : []),
      ...(model.further?.(layer) ?? []),
    ]),
  ],
});

/** Embedding, last norm, and a head where it is not the embedding. */
const outside = ({ width, vocabularySize, tied, lastNorm = "output_norm" }: GroupedModel): GgufTensor[] => [
  matrix("token_embd.weight", [width, vocabularySize]),
  gain(lastNorm, width),
  ...(tied ? [] : [matrix("output.weight", [width, vocabularySize])]),
];

export const attention = (block: string, model: GroupedModel): GgufTensor[] => [
  ...groupedAttention(block, model),
  ...(model.qkNorm ? normsOf(block, model) : []),
  ...(model.qkvBias
    ? [
        constant(`${block}.attn_q.bias`, [model.heads * model.headDim], 0),
        constant(`${block}.attn_k.bias`, [model.kvHeads * model.headDim], 0),
        constant(`${block}.attn_v.bias`, [model.kvHeads * model.headDim], 0),
      ]
    : []),
  ...(model.outputBias ? [constant(`${block}.attn_output.bias`, [model.width], 0)] : []),
  ...(model.sinks ? [constant(`${block}.attn_sinks.weight`, [model.heads], 0)] : []),
];

function normsOf(block: string, { qkNorm, heads, kvHeads, headDim }: GroupedModel): GgufTensor[] {
  const [ofQueries, ofKeys] = qkNorm === "per-head" ? [heads, kvHeads] : [1, 1];
  return [gain(`${block}.attn_q_norm`, ofQueries * headDim), gain(`${block}.attn_k_norm`, ofKeys * headDim)];
}

function feedForward(layer: number, model: GroupedModel): GgufTensor[] {
  const block = `blk.${layer}`;
  const { width, experts } = model;
  if (experts === undefined || (layer + 1) % (experts.every ?? 1) !== 0) return denseFeedForward(block, model);
  return [
    matrix(`${block}.ffn_gate_inp.weight`, [width, experts.count], { type: "f32" }),
    matrix(`${block}.ffn_gate_exps.weight`, [width, experts.width, experts.count]),
    matrix(`${block}.ffn_up_exps.weight`, [width, experts.width, experts.count]),
    matrix(`${block}.ffn_down_exps.weight`, [experts.width, width, experts.count]),
    ...(experts.bias
      ? [
          constant(`${block}.ffn_gate_inp.bias`, [experts.count], 0),
          constant(`${block}.ffn_gate_exps.bias`, [experts.width, experts.count], 0),
          constant(`${block}.ffn_up_exps.bias`, [experts.width, experts.count], 0),
          constant(`${block}.ffn_down_exps.bias`, [width, experts.count], 0),
        ]
      : []),
    ...(experts.choiceBias ? [constant(`${block}.exp_probs_b.bias`, [experts.count], 0)] : []),
    ...(experts.shared > 0
      ? [
          matrix(`${block}.ffn_gate_shexp.weight`, [width, experts.shared]),
          matrix(`${block}.ffn_up_shexp.weight`, [width, experts.shared]),
          matrix(`${block}.ffn_down_shexp.weight`, [experts.shared, width]),
        ]
      : []),
    ...(experts.sharedGate ? [constant(`${block}.ffn_gate_inp_shexp.weight`, [width], 0)] : []),
  ];
}
