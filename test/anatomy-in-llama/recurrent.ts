/** Layers of llama.cpp that keep a state in the place of a cache: their tensors, by llama.cpp's names. */
import { constant, gain, matrix } from "../../src/specimens/architectures/tensors.ts";
import { type GgufMetadata, type GgufTensor, u32 } from "../../src/weights/index.ts";

export interface StateDimensions {
  readonly width: number;
  readonly inner: number;
  readonly state: number;
  /** Tokens that the convolution spans. */
  readonly convolution: number;
  /** Rank of the step, or heads. */
  readonly steps: number;
  /** 0 in Mamba, which has none. */
  readonly groups: number;
}

export const stateKeys = ({ inner, state, convolution, steps, groups }: StateDimensions): GgufMetadata => ({
  "ssm.conv_kernel": u32(convolution),
  "ssm.inner_size": u32(inner),
  "ssm.state_size": u32(state),
  "ssm.time_step_rank": u32(steps),
  ...(groups > 0 && { "ssm.group_count": u32(groups) }),
});

export const mambaLayer = (
  block: string,
  { width, inner, state, convolution, steps }: StateDimensions,
  { norms = false } = {},
): GgufTensor[] => [
  matrix(`${block}.ssm_in.weight`, [width, 2 * inner]),
  matrix(`${block}.ssm_conv1d.weight`, [convolution, inner], { type: "f32" }),
  constant(`${block}.ssm_conv1d.bias`, [inner], 0),
  matrix(`${block}.ssm_x.weight`, [inner, steps + 2 * state]),
  matrix(`${block}.ssm_dt.weight`, [steps, inner]),
  constant(`${block}.ssm_dt.bias`, [inner], 0),
  constant(`${block}.ssm_a`, [state, inner], -1),
  constant(`${block}.ssm_d`, [inner], 1),
  matrix(`${block}.ssm_out.weight`, [inner, width]),
  ...(norms
    ? [gain(`${block}.ssm_dt_norm`, steps), gain(`${block}.ssm_b_norm`, state), gain(`${block}.ssm_c_norm`, state)]
    : []),
];

/** The convolution's bias may be missing by llama.cpp's list of tensors; the code that runs it needs it. */
export const mamba2Layer = (
  block: string,
  { width, inner, state, convolution, steps, groups }: StateDimensions,
  { norm = true } = {},
): GgufTensor[] => {
  const convolved = inner + 2 * groups * state;
  return [
    matrix(`${block}.ssm_in.weight`, [width, inner + convolved + steps]),
    matrix(`${block}.ssm_conv1d.weight`, [convolution, convolved], { type: "f32" }),
    constant(`${block}.ssm_conv1d.bias`, [convolved], 0),
    constant(`${block}.ssm_dt.bias`, [steps], 0),
    constant(`${block}.ssm_a`, [1, steps], -1),
    constant(`${block}.ssm_d`, [1, steps], 1),
    ...(norm ? [constant(`${block}.ssm_norm.weight`, [inner / groups, groups], 1)] : []),
    matrix(`${block}.ssm_out.weight`, [inner, width]),
  ];
};

/** Qwen's: `steps` heads of values and `groups` heads of keys, all of `state` dimensions. */
export const gatedDeltaLayer = (
  block: string,
  { width, inner, state, convolution, steps, groups }: StateDimensions,
  { oneProjection = true } = {},
): GgufTensor[] => {
  const convolved = inner + 2 * groups * state;
  return [
    matrix(`${block}.attn_qkv.weight`, [width, convolved]),
    matrix(`${block}.attn_gate.weight`, [width, inner]),
    matrix(`${block}.ssm_conv1d.weight`, [convolution, convolved], { type: "f32" }),
    constant(`${block}.ssm_dt.bias`, [steps], 0),
    constant(`${block}.ssm_a`, [steps], -1),
    ...(oneProjection
      ? [matrix(`${block}.ssm_ba.weight`, [width, 2 * steps])]
      : [matrix(`${block}.ssm_beta.weight`, [width, steps]), matrix(`${block}.ssm_alpha.weight`, [width, steps])]),
    gain(`${block}.ssm_norm`, state),
    matrix(`${block}.ssm_out.weight`, [inner, width]),
  ];
};

/** MiniMax-01's: linear attention with a fixed decay. */
export const lightningLayer = (block: string, width: number, inner: number): GgufTensor[] => [
  matrix(`${block}.attn_qkv.weight`, [width, 3 * inner]),
  matrix(`${block}.attn_gate.weight`, [width, inner]),
  gain(`${block}.attn_norm_2`, inner),
  matrix(`${block}.attn_output.weight`, [inner, width]),
];

/** LFM2's. */
export const shortConvolutionLayer = (block: string, width: number, tokens: number): GgufTensor[] => [
  matrix(`${block}.shortconv.conv.weight`, [tokens, width], { type: "f32" }),
  matrix(`${block}.shortconv.in_proj.weight`, [width, 3 * width]),
  matrix(`${block}.shortconv.out_proj.weight`, [width, width]),
];
