/**
 * Trains the reading specimens: `node src/reproduce/train-specimens.ts [reader-mha …]`. Training is checkpointed under
 * `.assay/training/` and goes on where it stopped; weights and cards land in `specimens/`. What the weights do beyond
 * their training is measured afterwards, by `specimens/measure-recall.ts`.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, UserError } from "../errors.ts";
import { writeGguf } from "../weights/index.ts";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import { ggufOf } from "./export.ts";
import { type Recipe, recipeOf, type SpecimenName, specimenNames } from "./recipes.ts";
import { beginning, type CurvePoint, type Progress, train, weightsOf } from "./school.ts";
import { cardOf } from "./specimen-card.ts";

const checkpoints = ".assay/training";
const shipped = "specimens";

function namesFrom(wanted: readonly string[]): readonly SpecimenName[] {
  if (wanted.length === 0) return specimenNames;
  return wanted.map((name) => {
    const known = specimenNames.find((specimen) => specimen === name);
    if (known !== undefined) return known;
    throw new UserError({
      happened: `there is no recipe for "${name}"`,
      expected: `one of ${specimenNames.join(", ")}`,
      mend: "name one of them, or none to train all",
    });
  });
}

async function trainSpecimen(name: SpecimenName): Promise<void> {
  const recipe = recipeOf(name);
  const path = join(checkpoints, `${name}.checkpoint`);
  let progress = (await loadCheckpoint(path)) ?? beginning(recipe);
  for await (const next of train(recipe, progress)) {
    progress = next;
    await saveCheckpoint(path, next);
    print(recipe, next);
  }
  const weights = join(shipped, `${name}.gguf`);
  await writeGguf(weights, ggufOf(name, recipe.config, weightsOf(recipe), progress.state, "f16"));
  const card = await cardOf(recipe, progress, weights);
  await writeFile(join(shipped, `${name}.json`), `${JSON.stringify(card, null, 2)}\n`);
}

function print(recipe: Recipe, { stage, steps, curve, cpuSeconds }: Progress): void {
  const row = curve.at(-1) as CurvePoint;
  const share = (value: number) => `${(100 * value).toFixed(1)} %`;
  console.log(
    `${recipe.name}  stage ${stage + 1}/${recipe.stages.length}  step ${steps}  lines ≤ ${row.lines}  ` +
      `loss ${row.loss.toFixed(3)}  values ${share(row.values)}  references ${share(row.references)}  ` +
      `unknown ${share(row.unknowns)}  CPU ${cpuSeconds.toFixed(0)} s`,
  );
}

try {
  for (const name of namesFrom(process.argv.slice(2))) await trainSpecimen(name);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(`error:    ${messageOf(error)}\nexpected: ${error.mistake.expected}\nto mend:  ${error.mistake.mend}`);
  process.exitCode = 2;
}
