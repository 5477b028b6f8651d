import { expect, test } from "vitest";
import { type Place, placing } from "./tensor-part.ts";

const shown = ({ scope, part, layer }: Place) => `${scope} / ${part} / ${layer}`;
const placed = (names: readonly string[], layers: number | null) => names.map(placing(names, layers)).map(shown);

/** Names from released checkpoints: each list is one checkpoint's, with the layers of its config. */
const checkpoints: Record<string, readonly [layers: number | null, names: Record<string, string>]> = {
  "Llama and Qwen": [
    32,
    {
      "model.embed_tokens.weight": "backbone / embedding / null",
      "model.layers.0.input_layernorm.weight": "backbone / norms / 0",
      "model.layers.0.self_attn.q_proj.bias": "backbone / attention / 0",
      "model.layers.0.self_attn.q_norm.weight": "backbone / attention / 0",
      "model.layers.31.mlp.down_proj.weight": "backbone / dense feed-forward / 31",
      "model.layers.31.mlp.gate_proj.weight": "backbone / dense feed-forward / 31",
      "model.layers.31.post_attention_layernorm.weight": "backbone / norms / 31",
      "model.norm.weight": "backbone / norms / null",
      "lm_head.weight": "backbone / output head / null",
    },
  ],
  "Kimi-K2.5": [
    61,
    {
      "language_model.model.layers.60.mlp.experts.383.up_proj.weight_packed": "backbone / routed experts / 60",
      "language_model.model.layers.1.mlp.gate.e_score_correction_bias": "backbone / router / 1",
      "language_model.model.layers.1.mlp.shared_experts.up_proj.weight": "backbone / shared experts / 1",
      "vision_tower.encoder.blocks.0.wqkv.weight": "vision / vision tower / null",
      "mm_projector.proj.0.weight": "vision / projector / null",
    },
  ],
  "DeepSeek-V3.2": [
    61,
    {
      "model.layers.3.self_attn.indexer.wq_b.weight": "backbone / indexer / 3",
      "model.layers.3.self_attn.indexer.k_norm.bias": "backbone / indexer / 3",
      "model.layers.3.self_attn.kv_a_layernorm.weight": "backbone / attention / 3",
      "model.layers.61.self_attn.indexer.wk.weight": "multi-token prediction / indexer / 61",
      "model.layers.61.eh_proj.weight": "multi-token prediction / multi-token projection / 61",
      "model.layers.61.enorm.weight": "multi-token prediction / norms / 61",
      "model.layers.61.shared_head.norm.weight": "multi-token prediction / norms / 61",
      "model.layers.61.shared_head.head.weight": "second copies / output head / 61",
      "model.layers.61.embed_tokens.weight": "second copies / embedding / 61",
    },
  ],
  "DeepSeek-V4.1-Flash": [
    40,
    {
      "embed.weight": "backbone / embedding / null",
      "head.weight": "backbone / output head / null",
      hc_head_fn: "backbone / residual mixing / null",
      "layers.2.hc_attn_scale": "backbone / residual mixing / 2",
      "layers.2.attn.attn_sink": "backbone / attention / 2",
      "layers.2.attn.compressor.wkv.weight": "backbone / compressor / 2",
      "layers.2.attn.indexer.wk.weight": "backbone / indexer / 2",
      "layers.2.ffn.gate.bias_vl": "backbone / router / 2",
      "layers.14.engram.embed.weight": "engram / engram tables / 14",
      "layers.14.engram.embed.scale": "engram / engram tables / 14",
      "layers.14.engram.wkv.weight": "engram / engram projections / 14",
      "layers.14.engram.q_weight": "engram / engram projections / 14",
      "vision.patch_embed.proj.weight": "vision / vision tower / null",
      "aligner.layers.0.weight": "vision / projector / null",
      image_newline: "vision / vision tower / null",
      "mtp.0.main_proj.weight": "draft / multi-token projection / 40",
      "mtp.0.main_norm.weight": "draft / norms / 40",
      "mtp.1.ffn.experts.5.w1.weight": "draft / routed experts / 41",
      "mtp.2.markov_head.embed.weight": "draft / embedding / 42",
      "mtp.2.markov_head.head.weight": "draft / output head / 42",
      "mtp.2.confidence_head.proj.weight": "draft / output head / 42",
      "mtp.2.hc_head_base": "draft / residual mixing / 42",
    },
  ],
  "Kimi K3": [
    93,
    {
      "language_model.model.layers.0.self_attn.A_log": "backbone / linear attention / 0",
      "language_model.model.layers.0.self_attn.q_proj.weight": "backbone / linear attention / 0",
      "language_model.model.layers.3.self_attn.q_b_proj.weight": "backbone / attention / 3",
      "language_model.model.layers.3.self_attention_res_proj.weight": "backbone / residual mixing / 3",
      "language_model.model.layers.3.mlp_res_norm.weight": "backbone / residual mixing / 3",
      "language_model.model.layers.3.block_sparse_moe.gate.weight": "backbone / router / 3",
      "language_model.model.layers.3.block_sparse_moe.experts.0.w1.weight_packed": "backbone / routed experts / 3",
      "language_model.model.layers.3.block_sparse_moe.routed_expert_norm.weight": "backbone / latent projections / 3",
    },
  ],
  "Qwen3-Next": [
    48,
    {
      "model.layers.0.linear_attn.in_proj_qkvz.weight": "backbone / linear attention / 0",
      "model.layers.0.linear_attn.norm.weight": "backbone / linear attention / 0",
      "model.layers.3.self_attn.o_proj.weight": "backbone / attention / 3",
      "model.layers.3.mlp.shared_expert_gate.weight": "backbone / shared experts / 3",
      "mtp.fc.weight": "multi-token prediction / multi-token projection / null",
      "mtp.layers.0.mlp.gate.weight": "multi-token prediction / router / 48",
      "mtp.pre_fc_norm_hidden.weight": "multi-token prediction / norms / null",
    },
  ],
  "gpt-oss, Qwen-VL, Nemotron-H": [
    null,
    {
      "model.layers.0.mlp.experts.gate_up_proj_blocks": "backbone / routed experts / 0",
      "model.layers.0.mlp.router.bias": "backbone / router / 0",
      "model.layers.0.self_attn.sinks": "backbone / attention / 0",
      "model.visual.blocks.3.mlp.linear_fc1.weight": "vision / vision tower / null",
      "visual.merger.mlp.0.weight": "vision / projector / null",
      "model.visual.deepstack_merger_list.0.norm.weight": "vision / projector / null",
      "backbone.layers.0.mixer.in_proj.weight": "backbone / state space / 0",
      "backbone.layers.7.mixer.q_proj.weight": "backbone / attention / 7",
      "backbone.layers.1.mixer.up_proj.weight": "backbone / dense feed-forward / 1",
      "backbone.norm_f.weight": "backbone / norms / null",
    },
  ],
  "GGUF, deepseek2": [
    61,
    {
      "token_embd.weight": "backbone / embedding / null",
      "output_norm.weight": "backbone / norms / null",
      "output.weight": "backbone / output head / null",
      "blk.0.attn_norm.weight": "backbone / norms / 0",
      "blk.0.attn_q_a_norm.weight": "backbone / attention / 0",
      "blk.0.attn_kv_a_mqa.weight": "backbone / attention / 0",
      "blk.0.ffn_gate.weight": "backbone / dense feed-forward / 0",
      "blk.3.ffn_norm.weight": "backbone / norms / 3",
      "blk.3.ffn_gate_inp.weight": "backbone / router / 3",
      "blk.3.exp_probs_b.bias": "backbone / router / 3",
      "blk.3.ffn_gate_exps.weight": "backbone / routed experts / 3",
      "blk.3.ffn_gate_shexp.weight": "backbone / shared experts / 3",
      "blk.61.nextn.eh_proj.weight": "multi-token prediction / multi-token projection / 61",
      "blk.61.nextn.shared_head_norm.weight": "multi-token prediction / norms / 61",
      "blk.61.nextn.embed_tokens.weight": "second copies / embedding / 61",
    },
  ],
  "GGUF, deepseek4": [
    null,
    {
      "output_hc_fn.weight": "backbone / residual mixing / null",
      "blk.2.hc_ffn_fn.weight": "backbone / residual mixing / 2",
      "blk.2.attn_sinks.weight": "backbone / attention / 2",
      "blk.2.attn_output_a.weight": "backbone / attention / 2",
      "blk.2.attn_compressor_ape.weight": "backbone / compressor / 2",
      "blk.2.indexer_compressor_kv.weight": "backbone / compressor / 2",
      "blk.2.indexer.proj.weight": "backbone / indexer / 2",
      "blk.0.ffn_gate_tid2eid.weight": "backbone / expert table / 0",
    },
  ],
  "GGUF, hybrids": [
    null,
    {
      "blk.0.ssm_f_a.weight": "backbone / linear attention / 0",
      "blk.0.attn_q.weight": "backbone / linear attention / 0",
      "blk.0.attn_norm.weight": "backbone / norms / 0",
      "blk.1.attn_q.weight": "backbone / attention / 1",
      "blk.2.ssm_in.weight": "backbone / state space / 2",
      "v.blk.0.attn_q.weight": "vision / vision tower / null",
      "mm.0.weight": "vision / projector / null",
    },
  ],
};

test.each(Object.entries(checkpoints))("%s", (_checkpoint, [layers, names]) => {
  const list = Object.keys(names);
  expect(Object.fromEntries(placed(list, layers).map((place, index) => [list[index], place]))).toEqual(names);
});

test("names that nobody knows are other, in the backbone", () => {
  const names = ["rotary.cache", "model.layers.3.wormhole.weight", "layers", "", ".", "model.layers.x.mlp", "mtp"];
  expect(names.map(placing(names, 4)).every(({ part }) => part === "other")).toBe(true);
});

test("the same draft heads in no checkpoint: prediction modules", () => {
  expect(placed(["mtp.0.e_proj.weight", "mtp.0.attn.wq_a.weight"], 43)).toEqual([
    "multi-token prediction / multi-token projection / 43",
    "multi-token prediction / attention / 43",
  ]);
});
