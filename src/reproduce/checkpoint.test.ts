import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomFrom } from "../stats/index.ts";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import { sizeOf } from "./graph.ts";
import { type Recipe, recipeOf } from "./recipes.ts";
import { type Progress, train, weightsOf } from "./school.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-checkpoint-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** 150 steps of one narrow layer: two rows of the curve in the first stage, one in the second. */
const stage = { lines: { min: 3, max: 4 }, sequences: 1, questions: 1, enough: 2 };
const recipe: Recipe = {
  ...recipeOf("reader-gqa"),
  config: {
    ...recipeOf("reader-gqa").config,
    layers: 1,
    width: 8,
    heads: 2,
    feedForward: 8,
    attention: { kind: "grouped", kvHeads: 1, headDim: 8, ropeDim: 8 },
  },
  stages: [
    { ...stage, maxSteps: 100 },
    { ...stage, maxSteps: 50, lines: { min: 3, max: 5 } },
  ],
  peakRate: 1e-2,
};

function start(): Progress {
  const random = randomFrom("start");
  const state = Object.fromEntries(
    weightsOf(recipe).map(({ name, shape }) => [
      name,
      Float32Array.from({ length: sizeOf(shape) }, () => 0.3 * random.normal()),
    ]),
  );
  return { stage: 0, stepInStage: 0, steps: 0, state, curve: [], cpuSeconds: 0 };
}

/** All but the time it took, hashed: a difference in the last bit of a weight or a moment counts. */
const bitsOf = ({ state, cpuSeconds: _, ...where }: Progress) => ({
  where,
  state: Object.fromEntries(
    Object.entries(state).map(([name, values]) => [name, createHash("sha256").update(values).digest("hex")]),
  ),
});

test("training taken up from a checkpoint, in a stage or between two, ends in the same bits as in one go", async () => {
  const paths: string[] = [];
  let straight: Progress | null = null;
  for await (const progress of train(recipe, start())) {
    paths.push(join(folder, `row-${paths.length}`));
    await saveCheckpoint(paths.at(-1)!, progress);
    straight = progress;
  }
  expect(paths).toHaveLength(3);
  expect(bitsOf(straight!).state).not.toEqual(bitsOf((await loadCheckpoint(paths[1]!))!).state);
  for (const path of paths.slice(0, 2)) {
    let resumed = (await loadCheckpoint(path))!;
    for await (const progress of train(recipe, resumed)) resumed = progress;
    expect(bitsOf(resumed)).toEqual(bitsOf(straight!));
  }
});

test("where nothing was saved there is no checkpoint", async () => {
  expect(await loadCheckpoint(join(folder, "nowhere"))).toBeNull();
});
