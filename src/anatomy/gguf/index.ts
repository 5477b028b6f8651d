/**
 * From the header of a GGUF to the shape of a model: what llama.cpp runs, with the cache that llama.cpp keeps.
 *
 * @see llama.cpp, src/llama-arch.cpp for keys and names of tensors, src/models/*.cpp for what each architecture loads,
 *      `llama_model::create_memory` for what it caches
 */
import { z } from "zod";
import { UserError } from "../../errors.ts";
import { anatomyOfBlock, type Block } from "../blocks/index.ts";
import { backbone, norm } from "../families/assemble.ts";
import { count, countOrZero, optional, unknownAttention } from "../families/config.ts";
import type { ModelShape, PlacedBlock } from "../model.ts";
import { componentsOf } from "../parameters.ts";
import { attentionName } from "./attention-name.ts";
import { CompressedKeys, compressedShape } from "./compressed-attention.ts";
import { feedForwards } from "./feed-forward.ts";
import {
  type GgufDescription,
  type GgufFile,
  ggufFile,
  hasTensor,
  readKeys,
  refuseUnknownKeys,
  vocabularySizeOf,
} from "./file.ts";
import { chunkedAttention, fullAttention, windowedAttention } from "./grouped-attention.ts";
import { latentAttention, sparseLatentAttention } from "./latent-attention.ts";
import type { Mixing } from "./mixing.ts";
import { deltaAttention, gatedDelta, mamba, mamba2, shortConvolution } from "./recurrent.ts";

export type { GgufDescription } from "./file.ts";

/** Projections of queries hold the output's gate too. */
const gated = fullAttention({ outputGate: "elementwise" });

/** The kinds of layers of an architecture, by llama.cpp's name; a layer may be of several, in Nemotron-H of none. */
const mixings: Readonly<Record<string, readonly Mixing[]>> = {
  llama: [fullAttention()],
  mistral3: [fullAttention()],
  granite: [fullAttention()],
  granitemoe: [fullAttention()],
  smollm3: [fullAttention()],
  seed_oss: [fullAttention()],
  internlm2: [fullAttention()],
  olmoe: [fullAttention({ qkNorm: "per-head" })],
  "minimax-m2": [fullAttention({ qkNorm: "per-head" })],
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
  llama4: [chunkedAttention],
  deepseek2: [latentAttention],
  deepseek32: [sparseLatentAttention],
  "glm-dsa": [sparseLatentAttention],
  "kimi-linear": [deltaAttention, latentAttention],
  "kimi-k3": [deltaAttention, latentAttention],
  qwen3next: [gatedDelta, gated],
  qwen35: [gatedDelta, gated],
  qwen35moe: [gatedDelta, gated],
  mamba: [mamba],
  mamba2: [mamba2],
  jamba: [mamba, fullAttention()],
  granitehybrid: [mamba2, fullAttention()],
  nemotron_h: [mamba2, fullAttention()],
  nemotron_h_moe: [mamba2, fullAttention()],
  "falcon-h1": [mamba2, fullAttention()],
  lfm2: [shortConvolution, fullAttention()],
  lfm2moe: [shortConvolution, fullAttention()],
};

/**
 * The shape of the model in a GGUF. Its cache is the one that llama.cpp keeps, its storage is left to whoever knows the
 * tensors' types.
 *
 * @throws UserError where the architecture has no formula here, a key is missing or impossible, or the parameters that the
 *         metadata describe are not those of the tensors, layer by layer
 */
export function modelShapeOfGguf(description: GgufDescription): ModelShape {
  const file = ggufFile(description);
  const shape = shapeOf(file);
  requireSameParameters(shape, file);
  return { ...shape, family: file.architecture, cacheFormat: "f16" };
}

function shapeOf(file: GgufFile): ModelShape {
  if (file.architecture === "deepseek4") {
    refuseUnknownKeys(file, CompressedKeys.shape);
    return compressedShape(file);
  }
  const kinds = Object.hasOwn(mixings, file.architecture) ? mixings[file.architecture] : undefined;
  if (kinds === undefined) throw unknownAttention(`of GGUF architecture ${file.architecture}`);
  refuseUnknownKeys(file, Object.assign({}, ...kinds.map(({ keys }) => keys)));
  return layeredShape(file, kinds);
}

const ModelKeys = z.looseObject({
  embedding_length: count,
  block_count: count.max(2_000),
  /** Of these, layers at the end that predict further tokens. */
  nextn_predict_layers: optional(countOrZero),
  context_length: optional(count),
});

function layeredShape(file: GgufFile, kinds: readonly Mixing[]): ModelShape {
  const keys = readKeys(ModelKeys, file);
  const hiddenSize = keys.embedding_length;
  const vocabularySize = vocabularySizeOf(file);
  const layers = keys.block_count - (keys.nextn_predict_layers ?? 0);
  const standAlone = file.architecture.startsWith("nemotron_h");
  const mixers = kinds.map(({ block }) => block(file));
  const mix = (layer: number) => mixers.map((mixer) => mixer(layer)).filter((block) => block !== null);
  const feedForward = feedForwards(file);
  const mixed = Array.from({ length: layers }, (_, layer) => mix(layer));
  const bare = mixed.findIndex((blocks, layer) => [...blocks, ...(standAlone ? feedForward(layer) : [])].length === 0);
  if (bare >= 0) throw unknownAttention(`in layer ${bare}, which has no tensors of ${file.architecture}'s attention`);
  const tiedEmbeddings = !file.elements.has("output.weight");
  return {
    family: file.architecture,
    attention: attentionName(mixed),
    hiddenSize,
    layers,
    vocabularySize,
    tiedEmbeddings,
    contextTokens: keys.context_length ?? null,
    blocks: [
      ...backbone({
        hiddenSize,
        vocabularySize,
        tiedEmbeddings,
        normElements: hiddenSize * finalNorms.filter((name) => file.elements.has(name)).length,
        layers: mixed.map((blocks, layer) => [norms(layer), ...blocks, ...feedForward(layer), ...residuals(layer)]),
      }),
      ...scores(["output_res_score.weight"]).map((block) => ({ scope: "backbone" as const, layer: null, block })),
      ...Array.from({ length: keys.block_count - layers }, (_, index) => layers + index).flatMap(predictionModule),
    ],
    cacheFormat: "f16",
    storage: null,
    assumptions: [],
  };

  function norms(layer: number): Block {
    return norm(hiddenSize * layerNorms.filter((name) => hasTensor(file, layer, name)).length);
  }

  function residuals(layer: number): Block[] {
    return scores(["attn", "ffn"].map((name) => `blk.${layer}.${name}_res_score.weight`));
  }

  /** One vector each: llama.cpp's files hold a query of Kimi K3's residual attention multiplied with the gains of its norm. */
  function scores(names: readonly string[]): Block[] {
    const there = names.filter((name) => file.elements.has(name));
    return there.map(() => ({ kind: "plain", part: "residual mixing", parameters: hiddenSize }));
  }

  /** A layer that predicts a further token; a file may leave it out. */
  function predictionModule(layer: number): PlacedBlock[] {
    const has = (name: string) => hasTensor(file, layer, `nextn.${name}.weight`);
    if (!has("eh_proj")) return [];
    const blocks: Block[] = [
      { kind: "plain", part: "multi-token projection", parameters: 2 * hiddenSize * hiddenSize },
      norm(hiddenSize * ["enorm", "hnorm", "shared_head_norm"].filter(has).length),
      norms(layer),
      ...mix(layer),
      ...feedForward(layer),
    ];
    return [
      ...blocks.map((block) => ({ scope: "multi-token prediction" as const, layer, block })),
      ...copies
        .filter(([name]) => has(name))
        .map(([, part]) => ({
          scope: "second copies" as const,
          layer,
          block: { kind: "plain", part, parameters: vocabularySize * hiddenSize } as const,
        })),
    ];
  }
}

/** What a prediction module shares with the model, stored again. */
const copies = [
  ["embed_tokens", "embedding"],
  ["shared_head_head", "output head"],
] as const;
/** Falcon-H1's files leave the ending out. */
const withBias = (name: string) => [`${name}.weight`, `${name}.bias`, name];
const layerNorms = ["attn_norm", "attn_norm_2", "post_attention_norm", "ffn_norm", "post_ffw_norm"].flatMap(withBias);
/** LFM2's files call theirs after the embedding. */
const finalNorms = ["output_norm", "token_embd_norm"].flatMap(withBias);

/** Factors of the rotation and scales of quantised tensors, which are no parameters. */
const companions = /^rope_|\.rope_|\.(?:input_)?scale$/;

/**
 * The metadata and the tensors are two witnesses: a shape that one of them contradicts is none.
 *
 * @throws UserError that names the layer
 */
function requireSameParameters(shape: ModelShape, { architecture, elements }: GgufFile): void {
  const surplus = new Map<number | null, number>();
  const add = (layer: number | null, more: number) => surplus.set(layer, (surplus.get(layer) ?? 0) + more);
  for (const [name, count] of elements) if (!companions.test(name)) add(layerOf(name), count);
  for (const { layer, parameters } of componentsOf(shape)) add(layer, -parameters);
  for (const [layer, difference] of surplus) {
    if (difference === 0) continue;
    const place = layer === null ? "outside of its layers" : `in layer ${layer}`;
    throw new UserError({
      happened: `no estimate: ${place} a ${architecture} GGUF has ${Math.abs(difference)} parameters ${difference > 0 ? "more" : "fewer"} than its metadata describe`,
      expected: "tensors and metadata of one model",
      mend: "download it again; an architecture with new kinds of tensors needs a newer version of this tool",
    });
  }
  const cached = shape.blocks.flatMap(({ block }) => anatomyOfBlock(block).cache.flatMap((store) => store.elements));
  if (cached.every(({ count }) => Number.isSafeInteger(count) && count >= 0)) return;
  throw unknownAttention(`with impossible sizes in ${architecture}`);
}

const layerOf = (name: string): number | null => {
  const number = /^blk\.(\d{1,6})\./.exec(name)?.[1];
  return number === undefined ? null : Number(number);
};
