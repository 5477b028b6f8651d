/** The answer is the target, but for differences that do not count. */
import { z } from "zod";
import type { Scorer } from "../scenario.ts";
import { normalisation, normalised } from "./normalise.ts";
import { scoreName } from "./score-name.ts";
import { targetsOf } from "./targets.ts";
import { verdict } from "./verdict.ts";

export const Exact = z.strictObject({ type: z.literal("exact"), name: scoreName, ...normalisation });

/** 1 where the answer equals the target or an alternative; nothing to say about a sample without a target. */
export function exact(spec: z.infer<typeof Exact>): Scorer {
  return {
    name: spec.name ?? spec.type,
    version: 2,
    score: (sample, answer) => {
      const targets = targetsOf(sample);
      if (targets === null) return null;
      // Texts of marks alone are compared as they are: `?` is not `!`.
      const folded = (text: string) => normalised(text, spec) || text.trim();
      const given = folded(answer.text);
      const right = targets.find((target) => folded(target) === given);
      return verdict(right !== undefined, right ?? targets.join(" or "), answer.text.trim());
    },
  };
}
