/** Files of llama.cpp that differ from a specimen's architecture in a few keys and tensors. */
import type { Architecture } from "../../src/specimens/architectures/architecture.ts";
import { deepseek2, type LatentModel } from "../../src/specimens/architectures/deepseek2.ts";
import type { SparseModel } from "../../src/specimens/architectures/deepseek32.ts";
import { deepseek32 } from "../../src/specimens/architectures/deepseek32.ts";
import { type DeltaModel, kimiLinear } from "../../src/specimens/architectures/kimi-linear.ts";
import { constant, gain, matrix } from "../../src/specimens/architectures/tensors.ts";
import { f32, type GgufMetadata, type GgufTensor, i32s, string, u32 } from "../../src/weights/index.ts";

/** MLA as files had it before llama.cpp cached the latent: heads of keys and values, one up-projection for both. */
export function unabsorbed(model: LatentModel): Architecture {
  const { name, metadata, tensors } = deepseek2(model);
  const { kvRank, ropeDim, plainDim, valueDim } = model.latent;
  const ofLatent = /key_length_mla|value_length_mla/;
  return {
    name,
    metadata: {
      ...Object.fromEntries(Object.entries(metadata).filter(([key]) => !ofLatent.test(key))),
      "deepseek2.attention.head_count_kv": u32(model.heads),
      "deepseek2.attention.key_length": u32(plainDim + ropeDim),
      "deepseek2.attention.value_length": u32(valueDim),
    },
    tensors: tensors.flatMap((tensor) => {
      if (tensor.name.endsWith("attn_v_b.weight")) return [];
      if (!tensor.name.endsWith("attn_k_b.weight")) return [tensor];
      return [matrix(tensor.name.replace("k_b", "kv_b"), [kvRank, model.heads * (plainDim + valueDim)])];
    }),
  };
}

/** GLM-5: as DeepSeek-V3.2, but layers may use the indexer of a layer before them. */
export function glmDsa(model: SparseModel, hasIndexer: (layer: number) => boolean): Architecture {
  const { metadata, tensors } = deepseek32(model);
  const types = Array.from({ length: model.layers }, (_, layer) => (hasIndexer(layer) ? 1 : 0));
  const renamed = Object.entries(metadata).map(([key, value]) => [key.replace("deepseek32.", "glm-dsa."), value]);
  return {
    name: "glm-dsa",
    metadata: {
      ...(Object.fromEntries(renamed) as GgufMetadata),
      "general.architecture": string("glm-dsa"),
      "glm-dsa.attention.indexer.types": i32s(types),
    },
    tensors: tensors.filter(({ name }) => !name.includes(".indexer.") || hasIndexer(Number(name.split(".")[1]))),
  };
}

/** The last layer becomes a module that predicts a further token; the model's own cache does without it. */
export function withPrediction(
  architecture: Architecture,
  { layers, width, vocabularySize }: LatentModel,
  { copies }: { readonly copies: boolean },
): Architecture {
  const block = `blk.${layers - 1}.nextn`;
  return {
    ...architecture,
    metadata: { ...architecture.metadata, [`${architecture.name}.nextn_predict_layers`]: u32(1) },
    tensors: [
      ...architecture.tensors,
      matrix(`${block}.eh_proj.weight`, [2 * width, width]),
      gain(`${block}.enorm`, width),
      gain(`${block}.hnorm`, width),
      gain(`${block}.shared_head_norm`, width),
      ...(copies
        ? ["embed_tokens", "shared_head_head"].map((name) => matrix(`${block}.${name}.weight`, [width, vocabularySize]))
        : []),
    ],
  };
}

/** Kimi K3: as Kimi Linear, with gates of full rank, experts in a smaller space and residuals that attend over layers. */
export function kimiK3(model: DeltaModel, latentSize: number): Architecture {
  const { metadata, tensors } = kimiLinear(model);
  const { width, heads, experts } = model;
  const renamed = Object.entries(metadata).map(([key, value]) => [key.replace("kimi-linear.", "kimi-k3."), value]);
  const score = (name: string) => constant(`${name}_res_score.weight`, [width], 0);
  const changed = (tensor: GgufTensor): GgufTensor[] => {
    const [, layer, name] = /^blk\.(\d+)\.(.*)$/.exec(tensor.name) ?? [];
    const block = `blk.${layer}`;
    switch (name) {
      case "ssm_a":
        return [constant(tensor.name, [heads], -1)];
      case "ssm_g_a.weight":
        return [];
      case "ssm_g_b.weight":
        return [matrix(`${block}.ssm_g.weight`, [width, heads * model.delta.headDim])];
      case "attn_norm.weight":
        return [tensor, score(`${block}.attn`), score(`${block}.ffn`)];
      case "attn_kv_a_norm.weight":
        return [tensor, matrix(`${block}.attn_gate.weight`, [width, heads * model.latent.valueDim])];
      case "ffn_gate_exps.weight":
      case "ffn_up_exps.weight":
        return [matrix(tensor.name, [latentSize, experts.width, experts.count])];
      case "ffn_down_exps.weight":
        return [
          matrix(tensor.name, [experts.width, latentSize, experts.count]),
          matrix(`${block}.ffn_routed_down.weight`, [width, latentSize]),
          matrix(`${block}.ffn_routed_up.weight`, [latentSize, width]),
          gain(`${block}.ffn_routed_norm`, latentSize),
        ];
      default:
        return [tensor];
    }
  };
  return {
    name: "kimi-k3",
    metadata: {
      ...(Object.fromEntries(renamed) as GgufMetadata),
      "general.architecture": string("kimi-k3"),
      "kimi-k3.expert_latent_length": u32(latentSize),
      "kimi-k3.attn_res.block_size": u32(2),
      "kimi-k3.activation.situ_beta": f32(1),
      "kimi-k3.activation.situ_linear_beta": f32(1),
    },
    tensors: [...tensors.flatMap(changed), score("output")],
  };
}
