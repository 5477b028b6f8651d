/** The feed-forward networks of a layer, dense or experts: which of them there are, the tensors say; how wide, the keys. */
import { z } from "zod";
import type { Block } from "../blocks/index.ts";
import { count, countOrZero, optional } from "../families/config.ts";
import { type GgufFile, hasTensor, ofLayer, perLayer, readKeys } from "./file.ts";

const Keys = z.looseObject({
  embedding_length: count,
  feed_forward_length: optional(perLayer(countOrZero)),
  expert_count: optional(countOrZero),
  expert_used_count: optional(perLayer(countOrZero)),
  expert_feed_forward_length: optional(perLayer(countOrZero)),
  expert_shared_count: optional(countOrZero),
  expert_shared_feed_forward_length: optional(countOrZero),
  /** Nemotron's, and Kimi's. */
  moe_latent_size: optional(countOrZero),
  expert_latent_length: optional(countOrZero),
});

/** The networks of each layer. @see llama.cpp, src/models, `load_arch_tensors` of each architecture */
export function feedForwards(file: GgufFile): (layer: number) => Block[] {
  const keys = readKeys(Keys, file);
  const hiddenSize = keys.embedding_length;
  return (layer) => {
    const has = (name: string) => hasTensor(file, layer, name);
    const denseWidth = ofLayer(keys.feed_forward_length ?? 0, layer);
    const dense: Block = {
      kind: "feed-forward",
      hiddenSize,
      width: denseWidth,
      gated: has("ffn_gate.weight"),
      bias: has("ffn_up.bias"),
    };
    return [
      ...(has("ffn_up.weight") ? [dense] : []),
      ...(has("ffn_gate_inp.weight") ? [experts(layer, has, denseWidth)] : []),
    ];
  };

  function experts(layer: number, has: (name: string) => boolean, denseWidth: number): Block {
    const used = ofLayer(keys.expert_used_count ?? 0, layer);
    // Qwen's files give the width of all experts that a token passes through, where they give no expert's.
    const width =
      ofLayer(keys.expert_feed_forward_length ?? 0, layer) ||
      (file.architecture.startsWith("qwen") ? denseWidth / used : denseWidth);
    const sharedWidth =
      keys.expert_shared_feed_forward_length ||
      (file.architecture.startsWith("qwen") ? denseWidth : (keys.expert_shared_count || 1) * width);
    const routed = keys.expert_count ?? 0;
    const latentSize = keys.moe_latent_size || keys.expert_latent_length || 0;
    return {
      kind: "experts",
      hiddenSize,
      routed,
      used,
      width,
      ...(latentSize > 0 && { latent: { size: latentSize, norm: has("ffn_routed_norm.weight") } }),
      gated: has("ffn_gate_exps.weight") || has("ffn_gate_up_exps.weight"),
      bias: has("ffn_down_exps.bias"),
      shared: has("ffn_down_shexp.weight") ? { width: sharedWidth, gate: has("ffn_gate_inp_shexp.weight") } : null,
      router: { weights: true, bias: has("exp_probs_b.bias") || has("ffn_gate_inp.bias") },
    };
  }
}
