/**
 * Trains the reading specimens: `node src/reproduce/readers/train.ts [reader-mha …]`. Training is checkpointed under
 * `.assay/training/` and goes on where it stopped; weights and cards land in `specimens/`.
 */
import { join } from "node:path";
import { UserError } from "../../errors.ts";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import { type Recipe, readerNames, recipeOf } from "./recipes.ts";
import { beginning, type Progress, train } from "./school.ts";

const checkpoints = ".assay/training";

function namesFrom(wanted: readonly string[]): readonly string[] {
  if (wanted.length === 0) return readerNames;
  for (const name of wanted)
    if (!readerNames.includes(name))
      throw new UserError({
        happened: `there is no recipe for "${name}"`,
        expected: `one of ${readerNames.join(", ")}`,
        mend: "name one of them, or none to train all",
      });
  return wanted;
}

async function trainSpecimen(name: string): Promise<void> {
  const recipe = recipeOf(name);
  const path = join(checkpoints, `${name}.checkpoint`);
  for await (const progress of train(recipe, (await loadCheckpoint(path, recipe)) ?? beginning(recipe))) {
    await saveCheckpoint(path, recipe, progress);
    print(recipe, progress);
  }
}

function print(recipe: Recipe, { stage, curve, spent }: Progress): void {
  const { step, stage: label, loss, values, references, unknowns } = curve.at(-1)!;
  const share = (name: string, value: number | null) =>
    value === null ? "" : `  ${name} ${(100 * value).toFixed(1)} %`;
  console.log(
    `${recipe.name}  stage ${Math.min(stage + 1, recipe.stages.length)}/${recipe.stages.length}  ${label}  step ${step}  loss ${loss.toFixed(3)}` +
      `${share("values", values)}${share("references", references)}${share("unknown", unknowns)}  CPU ${spent.cpuSeconds.toFixed(0)} s`,
  );
}

try {
  for (const name of namesFrom(process.argv.slice(2))) await trainSpecimen(name);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(`error:    ${error.message}\nexpected: ${error.mistake.expected}\nto mend:  ${error.mistake.mend}`);
  process.exitCode = 2;
}
