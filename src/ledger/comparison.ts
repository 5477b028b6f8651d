/** The five ways in which publishers set one value against another. */
import { z } from "zod";

export const Comparison = z
  .enum(["share", "cut", "gain", "times more", "times less"])
  .describe("share: own / other; cut: 1 − own / other; gain: own / other − 1; times less: other / own");
export type Comparison = z.infer<typeof Comparison>;

/** @returns the comparison as a plain number: 0.9 for a cut of 90 %, 437 for 437 times less */
export function compare(own: number, other: number, as: Comparison): number {
  switch (as) {
    case "share":
    case "times more":
      return own / other;
    case "cut":
      return 1 - own / other;
    case "gain":
      return own / other - 1;
    case "times less":
      return other / own;
  }
}
