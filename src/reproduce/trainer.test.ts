import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { randomFrom } from "../stats/index.ts";
import { trainingReading } from "./lookup.ts";
import { gridOf, judgedIn, lookupBatch, registerRoom } from "./lookup-batch.ts";
import { recipeOf, specimenNames } from "./recipes.ts";
import { weightsOf } from "./school.ts";
import { startValues } from "./start.ts";
import { forwardPass, Trainer, type Values } from "./trainer.ts";

const layout = { sequences: 2, questions: 3, registerTokens: registerRoom(6) };

const batchAt = (step: number) => {
  const random = randomFrom(`test ${step}`);
  return lookupBatch(
    Array.from({ length: layout.sequences }, () => trainingReading(6, layout.questions, random)),
    layout,
  );
};

const settings = { weightDecay: 0.01, maxGradientNorm: 1 };

function disturbed(values: Values): Values {
  const random = randomFrom(4);
  return Object.fromEntries(
    Object.entries(values).map(([name, data]) => [name, data.map((value) => value + 0.05 * random.normal())]),
  );
}

async function tenSteps(name: (typeof specimenNames)[number]) {
  const recipe = recipeOf(name);
  const start = disturbed(startValues(recipe.config, weightsOf(recipe), 1));
  const trainer = await Trainer.create(recipe.config, gridOf(layout), judgedIn(layout), settings, start);
  const losses: number[] = [];
  for (let step = 0; step < 10; step++)
    losses.push(await trainer.step(batchAt(step % 2), { adamRate: 1e-3, muonRate: 1e-3 }));
  const hash = createHash("sha256");
  for (const data of Object.values(trainer.state)) hash.update(data);
  return { losses, hash: hash.digest("hex") };
}

test("ten steps give the same bits each time, and a smaller loss", async () => {
  const [once, again] = [await tenSteps("reader-gqa"), await tenSteps("reader-gqa")];
  expect(again).toEqual(once);
  expect(once.losses[9]).toBeLessThan(once.losses[0]! * 0.9);
});

test.each(specimenNames)("%s reads before any training: its circuit is constructed", async (name) => {
  const recipe = recipeOf(name);
  const batch = batchAt(7);
  const forward = await forwardPass(recipe.config, gridOf(layout), judgedIn(layout));
  const logits = await forward(startValues(recipe.config, weightsOf(recipe), 1), batch);
  const vocabulary = recipe.config.vocabularySize;
  for (const [place, target] of batch.targets.entries()) {
    if (batch.importance[place] === 0) continue;
    const row = logits.subarray(place * vocabulary, (place + 1) * vocabulary);
    expect(row.indexOf(Math.max(...row))).toBe(target);
  }
});
