/** Every kind of block, and what each is made of. */
import type { BlockAnatomy } from "../block.ts";
import { type Attention, attention } from "./attention.ts";
import { type CompressedAttention, compressedAttention } from "./compressed-attention.ts";
import { type Compressor, compressor } from "./compressor.ts";
import { type DeltaAttention, deltaAttention } from "./delta-attention.ts";
import { type Experts, experts } from "./experts.ts";
import { type FeedForward, feedForward } from "./feed-forward.ts";
import { type GatedDelta, gatedDelta } from "./gated-delta.ts";
import { type LatentAttention, latentAttention } from "./latent-attention.ts";
import { type LightningAttention, lightningAttention } from "./lightning-attention.ts";
import { type Plain, plain } from "./plain.ts";
import { type ShortConvolution, shortConvolution } from "./short-convolution.ts";
import { type StateSpace, stateSpace } from "./state-space.ts";

export type Block =
  | Attention
  | LatentAttention
  | CompressedAttention
  | Compressor
  | DeltaAttention
  | GatedDelta
  | LightningAttention
  | StateSpace
  | ShortConvolution
  | FeedForward
  | Experts
  | Plain;

const known = new WeakMap<Block, BlockAnatomy>();

/** Answered once a block: estimates ask again for every context and component. */
export function anatomyOfBlock(block: Block): BlockAnatomy {
  const before = known.get(block);
  if (before !== undefined) return before;
  const anatomy = describe(block);
  known.set(block, anatomy);
  return anatomy;
}

function describe(block: Block): BlockAnatomy {
  switch (block.kind) {
    case "attention":
      return attention(block);
    case "latent attention":
      return latentAttention(block);
    case "compressed attention":
      return compressedAttention(block);
    case "compressor":
      return compressor(block);
    case "delta attention":
      return deltaAttention(block);
    case "gated delta":
      return gatedDelta(block);
    case "lightning attention":
      return lightningAttention(block);
    case "state space":
      return stateSpace(block);
    case "short convolution":
      return shortConvolution(block);
    case "feed-forward":
      return feedForward(block);
    case "experts":
      return experts(block);
    case "plain":
      return plain(block);
  }
}
