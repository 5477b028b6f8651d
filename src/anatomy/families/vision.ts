/**
 * Vision towers and the projectors behind them, by the fields of their configs. A tower whose layout is not known is left
 * out and named, never estimated.
 *
 * @see SigLIP as in Gemma 3: transformers, models/siglip and models/gemma3; Qwen's: models/qwen3_vl, models/qwen3_5
 * @see MoonViT: Kimi-VL, arXiv:2504.07491, §2.1; Kimi K3, arXiv:2607.24653. DeepSeek-V4.1-Flash, arXiv:2609.19969, §2.6
 */
import { z } from "zod";
import type { PlacedBlock } from "../model.ts";
import { count, flag, type RawConfig } from "./config.ts";

export interface Vision {
  readonly blocks: readonly PlacedBlock[];
  readonly assumptions: readonly string[];
}

/** Kimi K2.5 and K3: patches and a learnt grid of positions, layers of attention and two matrices, 2·2 patches to a token. */
const MoonVit = z.object({
  vt_hidden_size: count,
  vt_intermediate_size: count,
  vt_num_hidden_layers: count,
  patch_size: count,
  merge_kernel_size: z.tuple([count, count]),
  init_pos_emb_height: count,
  init_pos_emb_width: count,
  mm_projector_type: z.enum(["patchmerger", "patchmergerv2"]),
  qkv_hidden_size: count.optional(),
  linear_bias: flag(true),
  attn_bias: flag(true),
  patch_embed_proj_bias: flag(true),
  norm_type: z.enum(["layernorm", "rmsnorm"]).default("layernorm"),
});

/** V4.1: gated layers without learnt positions; squares of patches to a token. */
const DeepseekVit = z.object({
  model_type: z.literal("deepseek_v41_vision"),
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: count,
  patch_size: count,
  downsample_ratio: count,
});

/** Gemma 3: squares of one size with learnt positions; what it gives is pooled, so that patches do not count. */
const Siglip = z.object({
  model_type: z.literal("siglip_vision_model"),
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: count,
  patch_size: count,
  image_size: count,
});

/** Qwen3-VL and Qwen3.5: patches of two frames, learnt positions, squares of patches to a token. */
const QwenVit = z.object({
  depth: count,
  hidden_size: count,
  intermediate_size: count,
  in_channels: count,
  patch_size: count,
  temporal_patch_size: count,
  spatial_merge_size: count,
  num_position_embeddings: count,
  out_hidden_size: count,
  deepstack_visual_indexes: z.array(z.int()).max(100),
});

/** @param hiddenSize  of the language model */
export function visionOf(config: RawConfig, hiddenSize: number): Vision {
  const raw = config.vision_config;
  if (raw === undefined || raw === null) return { blocks: [], assumptions: [] };
  const sizes =
    sizesOf(MoonVit, raw, (moon) => moonVit(moon, hiddenSize)) ??
    sizesOf(DeepseekVit, raw, (deepseek) => deepseekVit(deepseek, hiddenSize)) ??
    (config.model_type === "gemma3" ? sizesOf(Siglip, raw, (siglip) => siglipVit(siglip, hiddenSize)) : undefined) ??
    sizesOf(QwenVit, raw, qwenVit);
  if (sizes === undefined)
    return { blocks: [], assumptions: ["the vision tower is not counted: its layout is not known from the config"] };
  return {
    blocks: (["vision tower", "projector"] as const).map((part) => ({
      scope: "vision",
      layer: null,
      block: { kind: "plain", part, parameters: sizes[part] },
    })),
    assumptions: [],
  };
}

function sizesOf<T extends z.ZodType>(
  layout: T,
  raw: unknown,
  sizes: (config: z.output<T>) => Sizes,
): Sizes | undefined {
  const parsed = layout.safeParse(raw);
  return parsed.success ? sizes(parsed.data) : undefined;
}

type Sizes = Readonly<Record<"vision tower" | "projector", number>>;

function moonVit(config: z.output<typeof MoonVit>, hiddenSize: number): Sizes {
  const { vt_hidden_size: h, vt_intermediate_size: width, qkv_hidden_size: inner = h } = config;
  const norm = config.norm_type === "rmsnorm" ? h : 2 * h;
  const attention = 4 * h * inner + (config.attn_bias ? 3 * inner + h : 0);
  const feedForward = 2 * h * width + (config.linear_bias ? width + h : 0);
  const patches = 3 * config.patch_size ** 2 * h + (config.patch_embed_proj_bias ? h : 0);
  const positions = config.init_pos_emb_height * config.init_pos_emb_width * h;
  const merged = h * config.merge_kernel_size[0] * config.merge_kernel_size[1];
  const matrices = merged * merged + merged * hiddenSize;
  return {
    "vision tower": patches + positions + config.vt_num_hidden_layers * (2 * norm + attention + feedForward) + norm,
    // The first merger normalises what it reads and has biases; the second normalises what it writes.
    projector:
      config.mm_projector_type === "patchmerger" ? matrices + merged + hiddenSize + 2 * h : matrices + hiddenSize,
  };
}

function deepseekVit(config: z.output<typeof DeepseekVit>, hiddenSize: number): Sizes {
  const { hidden_size: h, intermediate_size: width } = config;
  const layer = 2 * h + (4 * h * h + 4 * h) + 3 * h * width;
  const merged = h * config.downsample_ratio ** 2;
  return {
    // Three vectors mark an image's start, end and line breaks among the tokens.
    "vision tower": 3 * config.patch_size ** 2 * h + h + config.num_hidden_layers * layer + h + 3 * hiddenSize,
    projector: merged * hiddenSize + hiddenSize + hiddenSize * hiddenSize + hiddenSize,
  };
}

/** Layers with biases and two norms with biases. */
const plainLayer = (h: number, width: number) => 4 * h + 4 * (h * h + h) + 2 * h * width + width + h;

function siglipVit(config: z.output<typeof Siglip>, hiddenSize: number): Sizes {
  const { hidden_size: h, intermediate_size: width, patch_size: patch, image_size: image } = config;
  const patches = 3 * patch ** 2 * h + h;
  const positions = Math.floor(image / patch) ** 2 * h;
  return {
    "vision tower": patches + positions + config.num_hidden_layers * plainLayer(h, width) + 2 * h,
    projector: h * hiddenSize + h,
  };
}

function qwenVit(config: z.output<typeof QwenVit>): Sizes {
  const { hidden_size: h, intermediate_size: width } = config;
  const patches = config.in_channels * config.temporal_patch_size * config.patch_size ** 2 * h + h;
  const merged = h * config.spatial_merge_size ** 2;
  const merger = merged * merged + merged + merged * config.out_hidden_size + config.out_hidden_size;
  // Each layer that is looked into has a merger of its own, which normalises what is merged already.
  const deep = config.deepstack_visual_indexes.length * (merger + 2 * merged);
  return {
    "vision tower": patches + config.num_position_embeddings * h + config.depth * plainLayer(h, width),
    projector: 2 * h + merger + deep,
  };
}
