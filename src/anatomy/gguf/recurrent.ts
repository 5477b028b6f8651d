/** Layers that keep a state of fixed size: linear attention, state spaces, short convolutions. */
import { z } from "zod";
import type { StateSpace } from "../blocks/state-space.ts";
import { count, eachLayer, optional } from "../families/config.ts";
import { ofLayer, perLayer } from "./file.ts";
import { type Mixing, mixing } from "./mixing.ts";

/** Which layers are recurrent, the tensors say as well as these keys. */
const recurrentLayers = {
  full_attention_interval: optional(count),
  "attention.recurrent_layers": optional(eachLayer(z.unknown())),
};

/** Kimi's. */
export const deltaAttention: Mixing = mixing(
  z.looseObject({
    embedding_length: count,
    "attention.head_count": perLayer(count),
    "kda.head_dim": count,
    "ssm.conv_kernel": count,
    "kda.gate_lower_bound": z.unknown().optional(),
  }),
  "ssm_f_a.weight",
  (keys, layer, has) => ({
    kind: "delta attention",
    hiddenSize: keys.embedding_length,
    heads: ofLayer(keys["attention.head_count"], layer),
    headDim: keys["kda.head_dim"],
    convolutionTokens: keys["ssm.conv_kernel"],
    fullRankGate: has("ssm_g.weight"),
  }),
);

/** MiniMax-01's. */
export const lightningAttention: Mixing = mixing(
  z.looseObject({
    embedding_length: count,
    "attention.head_count": perLayer(count),
    "attention.key_length": count,
    ...recurrentLayers,
  }),
  "attn_gate.weight",
  (keys, layer) => ({
    kind: "lightning attention",
    hiddenSize: keys.embedding_length,
    heads: ofLayer(keys["attention.head_count"], layer),
    headDim: keys["attention.key_length"],
  }),
);

const StateKeys = z.looseObject({
  embedding_length: count,
  "ssm.conv_kernel": count,
  "ssm.inner_size": count,
  "ssm.state_size": count,
  "ssm.time_step_rank": count,
});
const GroupedStateKeys = StateKeys.extend({ "ssm.group_count": count });

/** Qwen's, where keys and values have heads of one size. */
export const gatedDelta: Mixing = mixing(GroupedStateKeys.extend(recurrentLayers), "ssm_out.weight", (keys) => ({
  kind: "gated delta",
  hiddenSize: keys.embedding_length,
  keyHeads: keys["ssm.group_count"],
  valueHeads: keys["ssm.time_step_rank"],
  keyDim: keys["ssm.state_size"],
  valueDim: keys["ssm.inner_size"] / keys["ssm.time_step_rank"],
  convolutionTokens: keys["ssm.conv_kernel"],
}));

const stateSpace = (
  keys: z.output<typeof StateKeys>,
  has: (tensor: string) => boolean,
  rest: Pick<StateSpace, "steps" | "norm">,
): StateSpace => ({
  kind: "state space",
  hiddenSize: keys.embedding_length,
  innerSize: keys["ssm.inner_size"],
  stateSize: keys["ssm.state_size"],
  convolutionTokens: keys["ssm.conv_kernel"],
  convolutionBias: has("ssm_conv1d.bias"),
  ...rest,
});

export const mamba: Mixing = mixing(
  StateKeys.extend({ "ssm.dt_b_c_rms": z.unknown().optional() }),
  "ssm_out.weight",
  (keys, _, has) =>
    stateSpace(keys, has, {
      steps: { of: "channels", rank: keys["ssm.time_step_rank"] },
      norm: has("ssm_dt_norm.weight"),
    }),
);

export const mamba2: Mixing = mixing(GroupedStateKeys, "ssm_out.weight", (keys, _, has) =>
  stateSpace(keys, has, {
    steps: { of: "heads", heads: keys["ssm.time_step_rank"], groups: keys["ssm.group_count"] },
    norm: has("ssm_norm.weight"),
  }),
);

export const shortConvolution: Mixing = mixing(
  z.looseObject({ embedding_length: count, "shortconv.l_cache": count }),
  "shortconv.conv.weight",
  (keys) => ({ kind: "short convolution", hiddenSize: keys.embedding_length, tokens: keys["shortconv.l_cache"] }),
);
