/** What runs beside the sublayers from the embedding to the last norm, and how each is joined to it. */
import type { Tensor } from "../graph/graph.ts";
import type { Site } from "./site.ts";

export interface Residual {
  /** What the first sublayer is joined to, of the embedding [sequences · tokens, width]. */
  readonly open: (embedding: Tensor) => Tensor;
  /** With a sublayer joined, which reads [sequences · tokens, width] and writes the same. */
  readonly join: (site: Site, part: "attn" | "ffn", x: Tensor, sublayer: (input: Tensor) => Tensor) => Tensor;
  /** What the last norm reads, [sequences · tokens, width]. */
  readonly close: (x: Tensor) => Tensor;
}

/** One stream: what a sublayer writes is added to what it read (He et al. 2015, arXiv:1512.03385). */
export const plainResidual: Residual = {
  open: (embedding) => embedding,
  join: ({ graph }, _, x, sublayer) => graph.add(x, sublayer(x)),
  close: (x) => x,
};
