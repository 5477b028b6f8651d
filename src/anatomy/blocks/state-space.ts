/**
 * A selective state space: each channel of a widened input keeps a state that decays and is read by what the token says.
 * Mamba decides the decay of each state by itself, through a step of low rank; Mamba-2 of a whole head, and shares what
 * writes and reads the state in groups of heads.
 *
 *   Mamba:    2·h·i + i·k + i·(r+2s) + r·i + i + i·s + i + i·h            (+ i convolution bias, + r+2s norms)
 *   Mamba-2:  h·(2i+2gs+n) + (i+2gs)·k + 3n + i·h                         (+ i+2gs convolution bias, + i norm)
 *   state:    i·s, and (k−1) inputs of the convolution: i, in Mamba-2 i+2gs
 *   work:     5·i·s a token: decay the state (1), add to it (2), read it (2)
 *
 * h hidden size, i inner size, s states of a channel, k tokens of the convolution, r rank of the step, n heads, g groups.
 *
 * @see Mamba: Gu and Dao 2023, arXiv:2312.00752, §3. Mamba-2: Dao and Gu 2024, arXiv:2405.21060, §7
 */
import type { BlockAnatomy } from "../block.ts";

export interface StateSpace {
  readonly kind: "state space";
  readonly hiddenSize: number;
  readonly innerSize: number;
  /** Of one channel. */
  readonly stateSize: number;
  readonly convolutionTokens: number;
  readonly convolutionBias: boolean;
  readonly steps:
    | { readonly of: "channels"; readonly rank: number }
    | { readonly of: "heads"; readonly heads: number; readonly groups: number };
  /** Gains: Jamba's on step, writing and reading; Mamba-2's on the output. */
  readonly norm: boolean;
}

export function stateSpace(block: StateSpace): BlockAnatomy {
  const { innerSize, stateSize, convolutionTokens, steps } = block;
  const convolved = innerSize + (steps.of === "heads" ? 2 * steps.groups * stateSize : 0);
  const state = [{ role: "state", count: innerSize * stateSize }] as const;
  const once = { kind: "constant", entries: 1 } as const;
  const convolution = convolved * (convolutionTokens + (block.convolutionBias ? 1 : 0));
  return {
    weights: [{ part: "state space", parameters: projections(block) + convolution }],
    cache: [
      { elements: state, span: once },
      { elements: [{ role: "convolution", count: convolved * (convolutionTokens - 1) }], span: once },
    ],
    work: [{ kind: "state", flopsPerEntry: 5 * innerSize * stateSize, reads: state, span: once }],
  };
}

function projections({ hiddenSize, innerSize, stateSize, steps, norm }: StateSpace): number {
  const output = innerSize * hiddenSize;
  if (steps.of === "heads") {
    const { heads, groups } = steps;
    const input = hiddenSize * (2 * innerSize + 2 * groups * stateSize + heads);
    return input + 3 * heads + (norm ? innerSize : 0) + output;
  }
  const chosen = steps.rank + 2 * stateSize;
  const ofChannel = chosen + steps.rank + 1 + stateSize + 1;
  return 2 * hiddenSize * innerSize + innerSize * ofChannel + (norm ? chosen : 0) + output;
}
