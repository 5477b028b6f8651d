/**
 * Delta attention among latent attention without positions: `kimi-linear`. Zero KV heads mark a layer of the former. With
 * layers of one kind alone the engine ends its process: it cannot make the other's empty cache.
 */
import { type GgufTensor, i32s, u32 } from "../../../weights/index.ts";
import type { DecoderConfig, DeltaAttention, LatentAttention } from "../../model/config.ts";
import type { Weight } from "../../model/site.ts";
import { type Architecture, type MatrixType, plainTensor } from "./architecture.ts";
import { expertKeys, sigmoidGating } from "./feed-forward.ts";
import { latentKeys, latentTensor } from "./latent.ts";

export function kimiLinear(config: DecoderConfig, delta: DeltaAttention, latent: LatentAttention): Architecture {
  const kinds = config.layers.map(({ attention }) => attention.kind);
  return {
    name: "kimi-linear",
    keys: {
      ...expertKeys(config),
      expert_gating_func: u32(sigmoidGating),
      ...latentKeys(latent),
      "attention.head_count_kv": i32s(kinds.map((kind) => (kind === "delta" ? 0 : 1))),
      "ssm.conv_kernel": u32(delta.convolution),
      "kda.head_dim": u32(delta.headDim),
    },
    tensor: (weight, data, type) => {
      const layer = /^blk\.(\d+)\./.exec(weight.name)?.[1];
      if (layer !== undefined && kinds[Number(layer)] === "latent")
        return [latentTensor(weight, data, type, config.heads, latent)];
      const own = deltaTensor(weight, data, type);
      return weight.role === "embedding" ? [own, { ...own, name: "output.weight" }] : [own];
    },
    neutral: sharedExperts(config),
  };
}

function deltaTensor(weight: Weight, data: Float32Array, type: MatrixType): GgufTensor {
  const { role, name, shape } = weight;
  if (role === "convolution") {
    const [span, channels] = shape as [number, number];
    return { ...plainTensor(weight, data, "f32"), shape: [span, 1, channels, 1] };
  }
  if (role === "decay")
    // The engine multiplies by the negative rate, of which we keep the logarithm.
    return {
      name: name.replace("ssm_a_log", "ssm_a"),
      shape: [1, ...shape, 1, 1],
      type: "f32",
      values: () => data.map((rate) => -Math.exp(rate)),
    };
  return plainTensor(weight, data, type);
}

/** The engine adds shared experts to routed ones in any case: where there are none, one that gives 0. */
const sharedExperts = ({ layers, width }: DecoderConfig): GgufTensor[] =>
  layers.flatMap(({ feedForward }, layer) => {
    if (feedForward.kind === "dense" || feedForward.shared > 0) return [];
    const { hidden } = feedForward;
    const zeros = (part: string, shape: readonly [number, number]): GgufTensor => ({
      name: `blk.${layer}.ffn_${part}_shexp.weight`,
      shape,
      type: "f32",
      values: () => new Float32Array(width * hidden),
    });
    return [zeros("gate", [width, hidden]), zeros("up", [width, hidden]), zeros("down", [hidden, width])];
  });
