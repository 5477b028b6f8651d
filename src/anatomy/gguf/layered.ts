/**
 * A model as layers between an embedding and a head. Which norms, networks and prediction modules a file has, its tensors
 * say; how large they are, its keys.
 */
import { z } from "zod";
import type { Block } from "../blocks/index.ts";
import { backbone, norm } from "../families/assemble.ts";
import { count, countOrZero, optional, unknownAttention } from "../families/config.ts";
import type { ModelShape, PlacedBlock } from "../model.ts";
import { attentionName } from "./attention-name.ts";
import { feedForwards } from "./feed-forward.ts";
import { type GgufFile, hasTensor, readKeys, vocabularySizeOf } from "./file.ts";
import type { Mixing } from "./mixing.ts";

const ModelKeys = z.looseObject({
  embedding_length: count,
  block_count: count.max(2_000),
  /** Of these, layers at the end that predict further tokens. */
  nextn_predict_layers: optional(countOrZero),
  context_length: optional(count),
});

/** @throws UserError where a key is missing or impossible, or a layer has no tensors that read context */
export function layeredShape(file: GgufFile, kinds: readonly Mixing[]): ModelShape {
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
const layerNorms = ["attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm"].flatMap(withBias);
/** LFM2's files call theirs after the embedding. */
const finalNorms = ["output_norm", "token_embd_norm"].flatMap(withBias);
