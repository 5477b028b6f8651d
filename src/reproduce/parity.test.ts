import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomFrom } from "../stats/index.ts";
import { writeGguf } from "../weights/index.ts";
import { ggufOf } from "./export.ts";
import { openLlama } from "./llama.ts";
import { promptOf, testReading } from "./lookup.ts";
import { recipeOf, specimenNames } from "./recipes.ts";
import { weightsOf } from "./school.ts";
import { startValues } from "./start.ts";
import { forwardPass } from "./trainer.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-parity-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

// Logits are known up to a constant from probabilities, so log-probabilities are compared.
test.each(specimenNames)("%s has the same logits in llama.cpp as in our forward pass", async (name) => {
  const { config } = recipeOf(name);
  const weights = weightsOf({ config });
  const random = randomFrom(11);
  const values = Object.fromEntries(
    Object.entries(startValues(config, weights, 3)).map(([weight, data]) => [
      weight,
      data.map((value) => value + 0.03 * random.normal()),
    ]),
  );
  const path = join(folder, `${name}.gguf`);
  await writeGguf(path, ggufOf(name, config, weights, values, "f32"));
  await using llama = await openLlama(path, { contextTokens: 256, cache: "F32", flashAttention: false });

  const reading = testReading(4, 0.5, random);
  const tokens = llama.tokenize(promptOf(reading, reading.questions[0]!));
  const theirs = await llama.probabilities(tokens);
  const count = tokens.length;
  const places = Int32Array.from(tokens.keys());
  const forward = await forwardPass(config, { sequences: 1, tokens: count }, count);
  const mask = Float32Array.from({ length: count * count }, (_, at) =>
    at % count <= Math.floor(at / count) ? 0 : -1e9,
  );
  const ours = await forward(values, { tokens: Int32Array.from(tokens), positions: places, mask, judged: places });

  const differences = theirs.map((shares, place) => {
    const logits = ours.subarray(place * config.vocabularySize, (place + 1) * config.vocabularySize);
    const logSum = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
    return Math.max(...logits.map((logit, token) => Math.abs(logit - logSum - Math.log(shares[token]!))));
  });
  expect(count).toBeGreaterThan(60);
  expect(Math.max(...differences)).toBeLessThan(2e-3);
});
