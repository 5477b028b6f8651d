/**
 * Compressed attention: `deepseek4`. The engine runs it with four residual streams and with experts only. Experts, and
 * streams where the decoder has one, are given values that make them a plain SwiGLU and a plain residual. It turns
 * neighbouring dimensions together, as our layer does.
 */
import { UserError } from "../../../errors.ts";
import { bool, f32, f32s, type GgufMetadata, type GgufTensor, i32s, u32 } from "../../../weights/index.ts";
import { type CompressedAttention, type DecoderConfig, type Indexer, ropeBaseOf } from "../../model/config.ts";
import { type Architecture, plainTensor, zeros } from "./architecture.ts";
import { connectionKeys, joinsStreams, neutralConnections } from "./connections.ts";
import { denseHidden } from "./feed-forward.ts";

/** llama.cpp's number for the square root of softplus, from `llama_expert_gating_func_type` in llama-hparams.h. */
const sqrtSoftplusGating = 4;

/**
 * @throws UserError where no layer has an indexer: the engine divides by the size of its cache; and where the decoder has
 * another number of residual streams than four
 */
export function deepseek4(config: DecoderConfig): Architecture {
  const designs = config.layers.flatMap(({ attention }) => (attention.kind === "compressed" ? [attention] : []));
  const [first] = designs as [CompressedAttention, ...CompressedAttention[]];
  const indexer = designs.find((design) => design.indexer !== null)?.indexer;
  if (indexer == null)
    throw new UserError({
      happened: "no layer of compressed attention has an indexer",
      expected: "at least one with a ratio of 4 and an indexer: llama.cpp's deepseek4 does not run without",
      mend: "give one layer an indexer",
    });
  return {
    name: "deepseek4",
    keys: { ...attentionKeys(config, designs, first, indexer), ...connectionKeys(config), ...neutralKeys(config) },
    tensor: (weight, data, type) => {
      const { name, shape, role } = weight;
      if (name.endsWith("_ape.weight")) return [{ name, shape: shape.toReversed(), type: "f32", values: () => data }];
      const own = plainTensor(weight, data, joinsStreams.test(name) ? "f32" : type);
      if (name.endsWith("attn_output_a.weight")) {
        const [groups, inputs, rank] = shape as [number, number, number];
        return [{ ...own, shape: [inputs, groups * rank] }];
      }
      const feedForward = /^(blk\.\d+\.ffn_(?:gate|up|down))\.weight$/.exec(name)?.[1];
      if (feedForward !== undefined) return [{ ...own, name: `${feedForward}_exps.weight`, shape: [...own.shape, 1] }];
      return role === "embedding" ? [own, { ...own, name: "output.weight" }] : [own];
    },
    neutral: neutralTensors(config),
  };
}

const attentionKeys = (
  config: DecoderConfig,
  designs: readonly CompressedAttention[],
  { headDim, ropeDim, queryRank, window, outputGroups, outputRank }: CompressedAttention,
  indexer: Indexer,
): GgufMetadata => ({
  "attention.head_count_kv": u32(1),
  "attention.key_length": u32(headDim),
  "attention.value_length": u32(headDim),
  "rope.dimension_count": u32(ropeDim),
  "attention.q_lora_rank": u32(queryRank),
  "attention.sliding_window": u32(window),
  "attention.indexer.head_count": u32(indexer.heads),
  "attention.indexer.key_length": u32(indexer.keyDim),
  "attention.indexer.top_k": u32(indexer.topK),
  "attention.output_group_count": u32(outputGroups),
  "attention.output_lora_rank": u32(outputRank),
  "attention.compress_ratios": i32s(designs.map(({ ratio }) => ratio)),
  "attention.compress_rope_freq_base": f32(ropeBaseOf(config)),
});

const neutralKeys = (config: DecoderConfig): GgufMetadata => {
  const hidden = denseHidden(config);
  return {
    feed_forward_length: u32(hidden),
    hash_layer_count: u32(0),
    // 0 leaves SwiGLU as it is.
    swiglu_clamp_exp: f32s(config.layers.map(() => 0)),
    swiglu_clamp_shexp: f32s(config.layers.map(() => 0)),
    expert_count: u32(1),
    expert_used_count: u32(1),
    expert_shared_count: u32(1),
    expert_feed_forward_length: u32(hidden),
    expert_weights_scale: f32(1),
    expert_weights_norm: bool(true),
    expert_gating_func: u32(sqrtSoftplusGating),
  };
};

function neutralTensors(config: DecoderConfig): GgufTensor[] {
  const { width } = config;
  const hidden = denseHidden(config);
  // One expert has all the weight, whatever its score; the shared one adds nothing.
  const experts = config.layers.flatMap((_, layer) => [
    zeros(`blk.${layer}.ffn_gate_inp.weight`, width, 1),
    zeros(`blk.${layer}.exp_probs_b.bias`, 1),
    zeros(`blk.${layer}.ffn_gate_shexp.weight`, width, hidden),
    zeros(`blk.${layer}.ffn_up_shexp.weight`, width, hidden),
    zeros(`blk.${layer}.ffn_down_shexp.weight`, hidden, width),
  ]);
  return [...neutralConnections(config), ...experts];
}
