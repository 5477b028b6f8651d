/** A model's config held against its own tensors before anything is estimated from it. */
import { componentsOf } from "../anatomy/index.ts";
import { UserError } from "../errors.ts";
import { formatCount } from "../units/index.ts";
import { type Comparison, compareCounts, placedTensors } from "../weights/index.ts";
import type { ResolvedModel } from "./model-reference.ts";

/**
 * Parameters by the config and by the file, part by part.
 *
 * @returns null where there is only a config
 * @throws UserError where they contradict each other: an estimate from such a config would be a wrong number
 */
export function configAgainstFile({ name, shape, checkpoint }: ResolvedModel): Comparison | null {
  if (checkpoint === null) return null;
  const comparison = compareCounts(componentsOf(shape), placedTensors(checkpoint, shape.layers));
  const { contradictions } = comparison;
  if (contradictions.length === 0) return comparison;
  const parts = contradictions
    .slice(0, 4)
    .map(({ scope, part, config, file }) => `${scope}, ${part}: ${formatCount(config)} against ${formatCount(file)}`);
  const more = contradictions.length > parts.length ? `; ${contradictions.length - parts.length} parts more` : "";
  throw new UserError({
    happened: `no estimate: the config of ${name} contradicts its tensors: ${parts.join("; ")}${more}`,
    expected: "a config and a file of the same model, which count the same parameters",
    mend: "download both from one revision; the config alone is read from its config.json",
  });
}
