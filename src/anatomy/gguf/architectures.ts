/** The architectures of GGUF files, each by the kinds of layers that it is made of. */
import { blockAttention, chunkedAttention, fullAttention, windowedAttention } from "./grouped-attention.ts";
import { latentAttention, sparseLatentAttention } from "./latent-attention.ts";
import type { Mixing } from "./mixing.ts";
import { deltaAttention, gatedDelta, lightningAttention, mamba, mamba2, shortConvolution } from "./recurrent.ts";

/** Projections of queries hold the output's gate too. */
const gated = fullAttention({ outputGate: "elementwise" });

/** By llama.cpp's names. A layer may be of several kinds, in Nemotron-H of none. */
const architectures: Readonly<Record<string, readonly Mixing[]>> = {
  llama: [fullAttention()],
  mistral3: [fullAttention()],
  granite: [fullAttention()],
  granitemoe: [fullAttention()],
  smollm3: [fullAttention()],
  seed_oss: [fullAttention()],
  internlm2: [fullAttention()],
  olmoe: [fullAttention({ qkNorm: "per-head" })],
  "minimax-m2": [fullAttention({ qkNorm: "per-head" })],
  "minimax-m3": [blockAttention],
  glm4moe: [fullAttention()],
  qwen2: [fullAttention()],
  qwen2moe: [fullAttention()],
  qwen2vl: [fullAttention()],
  qwen3: [fullAttention()],
  qwen3moe: [fullAttention()],
  qwen3vl: [fullAttention()],
  qwen3vlmoe: [fullAttention()],
  gemma2: [windowedAttention(2, 4_096)],
  gemma3: [windowedAttention(6)],
  "gpt-oss": [windowedAttention(2)],
  mimo2: [windowedAttention(0)],
  llama4: [chunkedAttention],
  deepseek2: [latentAttention],
  deepseek32: [sparseLatentAttention],
  "glm-dsa": [sparseLatentAttention],
  "kimi-linear": [deltaAttention, latentAttention],
  "kimi-k3": [deltaAttention, latentAttention],
  qwen3next: [gatedDelta, gated],
  qwen35: [gatedDelta, gated],
  qwen35moe: [gatedDelta, gated],
  "minimax-01": [lightningAttention, fullAttention({}, "attn_q.weight")],
  mamba: [mamba],
  mamba2: [mamba2],
  jamba: [mamba, fullAttention()],
  granitehybrid: [mamba2, fullAttention()],
  nemotron_h: [mamba2, fullAttention()],
  nemotron_h_moe: [mamba2, fullAttention()],
  "falcon-h1": [mamba2, fullAttention()],
  lfm2: [shortConvolution, windowedAttention(0)],
  lfm2moe: [shortConvolution, fullAttention()],
};

export const kindsOfLayers = (architecture: string): readonly Mixing[] | null =>
  Object.hasOwn(architectures, architecture) ? architectures[architecture]! : null;
