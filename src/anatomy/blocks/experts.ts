/**
 * A mixture of experts: a router picks some of many feed-forward networks for each token; shared ones serve every token.
 *
 *   E·3·h·w + s·3·h·w + h·E (+ E where the router's choice is biased)
 *
 * @see DeepSeekMoE, arXiv:2401.06066, §3; bias: DeepSeek-V3, arXiv:2412.19437, §2.1.2
 */
import type { BlockAnatomy } from "../block.ts";
import { feedForwardWeights } from "./feed-forward.ts";

export interface Experts {
  readonly kind: "experts";
  readonly hiddenSize: number;
  readonly routed: number;
  /** Of the routed experts, those that a token passes through. */
  readonly used: number;
  readonly width: number;
  /** Left out where the experts read the hidden state itself. */
  readonly latent?: {
    /** The routed experts work in a space of this size; projections lead in and out (K3). */
    readonly size: number;
    /** Gains that normalise the experts' sum before it is projected back. */
    readonly norm: boolean;
  };
  readonly gated: boolean;
  readonly bias?: boolean;
  /** Shared experts as one network; null where there are none. */
  readonly shared: { readonly width: number; readonly gate?: boolean } | null;
  readonly router: {
    readonly weights: boolean;
    /** One bias an expert: for balance (DeepSeek-V3) or of the projection (gpt-oss). */
    readonly bias: boolean;
    /** Entries of a table that names the experts of each token instead of scoring them (V4's first layers). */
    readonly tableEntries?: number;
  };
}

export function experts(block: Experts): BlockAnatomy {
  const { hiddenSize, routed, used, width, gated, latent, shared, router } = block;
  const expert = feedForwardWeights({
    hiddenSize: latent?.size ?? hiddenSize,
    width,
    gated,
    bias: block.bias ?? false,
  });
  const latentWeights = latent ? 2 * hiddenSize * latent.size + (latent.norm ? latent.size : 0) : 0;
  return {
    weights: [
      {
        part: "router",
        parameters: (router.weights ? hiddenSize * routed : 0) + (router.bias ? routed : 0),
      },
      { part: "routed experts", parameters: routed * expert, activeParameters: used * expert },
      ...(latentWeights === 0 ? [] : [{ part: "latent projections" as const, parameters: latentWeights }]),
      ...(shared === null
        ? []
        : [
            {
              part: "shared experts" as const,
              parameters:
                feedForwardWeights({ hiddenSize, width: shared.width, gated, bias: block.bias ?? false }) +
                (shared.gate ? hiddenSize : 0),
            },
          ]),
      ...(router.tableEntries
        ? [{ part: "expert table" as const, parameters: router.tableEntries, activeParameters: 0 }]
        : []),
    ],
    cache: [],
    work: [],
  };
}
