import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import { type Recipe, recipeOf } from "./recipes.ts";
import { beginning, type Progress, train } from "./school.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-school-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Two rows of the curve in the first stage, and what is left of 8,000 tokens in the second: 52 steps, two rows. */
const recipe: Recipe = {
  ...recipeOf("reader-gqa"),
  config: {
    ...recipeOf("reader-gqa").config,
    width: 8,
    heads: 2,
    layers: [
      {
        attention: { kind: "grouped", kvHeads: 1, headDim: 8, window: null },
        feedForward: { kind: "dense", hidden: 8 },
      },
    ],
  },
  stages: [
    { forms: ["pair"], tokens: 16, sequences: 2, maxSteps: 100, enough: 2 },
    { forms: ["triple", "of"], tokens: 46, sequences: 2, maxSteps: 1, enough: 2 },
  ],
  trainingTokens: 8_000,
};

/** All but the time it took, hashed: a difference in the last bit of a weight or a moment counts. */
const bitsOf = ({ state, spent, ...where }: Progress) => ({
  where,
  flops: spent.flops,
  state: Object.fromEntries(
    Object.entries(state).map(([name, values]) => [name, createHash("sha256").update(values).digest("hex")]),
  ),
});

test("training taken up from a checkpoint, in a stage or between two, ends in the same bits as in one go", async () => {
  const paths: string[] = [];
  let straight: Progress | null = null;
  for await (const progress of train(recipe, beginning(recipe))) {
    paths.push(join(folder, `row-${paths.length}`));
    await saveCheckpoint(paths.at(-1)!, recipe, progress);
    straight = progress;
  }
  expect(paths).toHaveLength(4);
  expect(straight).toMatchObject({ steps: 152, tokens: 100 * 32 + 52 * 92 });
  expect(bitsOf(straight!).state).not.toEqual(bitsOf((await loadCheckpoint(paths[2]!, recipe))!).state);
  for (const path of paths.slice(0, 3)) {
    let resumed = (await loadCheckpoint(path, recipe))!;
    for await (const progress of train(recipe, resumed)) resumed = progress;
    expect(bitsOf(resumed)).toEqual(bitsOf(straight!));
  }
});

test("a stage ends as soon as enough is right", async () => {
  const [easy, last] = recipe.stages;
  const quick = { ...recipe, stages: [{ ...easy!, enough: 0 }, last!] };
  const rows: Progress[] = [];
  for await (const progress of train(quick, beginning(quick))) rows.push(progress);
  expect(rows[0]).toMatchObject({ stage: 1, steps: 50 });
});

test("where nothing was saved there is no checkpoint, and that of another recipe is refused", async () => {
  expect(await loadCheckpoint(join(folder, "nowhere"), recipe)).toBeNull();
  const path = join(folder, "other");
  await saveCheckpoint(path, recipe, beginning(recipe));
  await expect(loadCheckpoint(path, { ...recipe, seed: 2 })).rejects.toThrow("another recipe");
});
