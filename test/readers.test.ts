/** The reading specimens as they are shipped: their cards say what they are, and they read as their cards say. */
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { expect, test } from "vitest";
import { examineReading } from "../src/reproduce/readers/examination.ts";
import { recipeOf } from "../src/reproduce/readers/recipes.ts";

interface Share {
  readonly share: number;
  readonly n: number;
}
interface Card {
  readonly name: string;
  readonly sha256: string;
  readonly config: unknown;
  readonly training: { readonly tokens: number; readonly stages: unknown };
  readonly recall: {
    readonly rows: readonly { readonly contextTokens: number; readonly values: Share; readonly grounded: Share }[];
  };
}
const cards = globSync("specimens/reader-*.json").map((path): Card => JSON.parse(readFileSync(path, "utf8")));

test("each has weights and a card", () => {
  const names = (pattern: string) => globSync(pattern).map((path) => basename(path).replace(/\.\w+$/, ""));
  expect(names("specimens/reader-*.json").sort()).toEqual(names("specimens/*.gguf").sort());
  expect(cards.length).toBeGreaterThan(0);
});

test.each(cards)("$name is what its recipe makes, with the curriculum of all", ({ name, sha256, config, training }) => {
  const recipe = recipeOf(name);
  expect(
    createHash("sha256")
      .update(readFileSync(`specimens/${name}.gguf`))
      .digest("hex"),
  ).toBe(sha256);
  expect(config).toEqual(recipe.config);
  expect(training.stages).toEqual(recipe.stages);
  expect(Math.abs(training.tokens / recipe.trainingTokens - 1)).toBeLessThan(1e-3);
});

test.each(cards)("$name reads a thousand tokens as well as its card says", async ({ name, sha256, recall }) => {
  const { values, grounded } = recall.rows.find(({ contextTokens }) => contextTokens === 1024)!;
  expect(values.n).toBeGreaterThanOrEqual(500);
  const questions = 24;
  const examination = {
    task: "reading",
    specimen: name,
    sha256,
    cache: "f16",
    contextTokens: 1024,
    questions,
  } as const;
  // Less than one run in a thousand is four standard errors below what the card has.
  for await (const { marks } of examineReading(examination, 3))
    if (marks !== null) {
      const slack = 4 * Math.sqrt((grounded.share * (1 - grounded.share) + 0.01) / questions);
      expect(marks.recall).toBeGreaterThan(grounded.share - slack);
    }
});
