import { expect, test } from "vitest";
import { kimi, llamaCpp } from "../../routes/index.ts";
import { planPrompts } from "./prompt-plan.ts";
import { simulated } from "./simulation.ts";

const promptsOf = (all: readonly Int32Array[]) => ({
  of: (prompt: number) => ({ tokens: all[prompt]! }),
  count: all.length,
  isExact: false,
});

/** Questions, in turn about each document, that begin alike in pairs, behind an instruction that all share. */
function questions(documents: number, each: number, documentTokens: number, instructionTokens: number) {
  const instruction = Array.from({ length: instructionTokens }, (_, at) => 7_000 + at);
  return Array.from({ length: documents * each }, (_, index) => {
    const [document, question] = [index % documents, Math.floor(index / documents)];
    const text = Array.from({ length: documentTokens }, (_, at) => 1 + ((document * 7_919 + at * 31) % 5_003));
    return Int32Array.of(...instruction, ...text, 8_000 + (question >> 1), 8_500, 9_000 + index, 9_001);
  });
}

test.each([2, 4, 8])(
  "%d slots that do not share evaluate hardly more than the tree, and work side by side",
  (slots) => {
    const rule = llamaCpp({ sequences: slots });
    const all = questions(9, 6, 600, 70);
    const { schedule, tree, prompts } = planPrompts(promptsOf(all), rule, slots);
    const { evaluatedTokens, ms } = simulated(schedule, prompts.of, rule, slots);
    // Each slot reads the instruction once.
    expect(evaluatedTokens).toBeLessThanOrEqual(1.02 * tree.tokens + 70 * slots);
    const oneAfterTheOther = simulated(schedule, prompts.of, rule, 1).ms;
    expect(ms).toBeLessThan((1.5 / Math.min(slots, 4.5)) * oneAfterTheOther);
  },
);

test("what would be read again for the most part waits, though the slots stand idle", () => {
  const rule = llamaCpp({ sequences: 4 });
  // One text of four lengths.
  const all = [200, 400, 600, 800].flatMap((length) =>
    Array.from({ length: 4 }, (_, question) =>
      Int32Array.of(...Array.from({ length }, (_, at) => at), 9_000 + length, 9_001 + question),
    ),
  );
  const { schedule, tree, prompts } = planPrompts(promptsOf(all), rule, 4);
  expect(simulated(schedule, prompts.of, rule, 4).evaluatedTokens).toBeLessThanOrEqual(1.05 * tree.tokens);
});

test("where a prefix is there for all once it was read, only the first about a document is waited for", () => {
  const all = questions(3, 5, 600, 0);
  const { schedule } = planPrompts(promptsOf(all), kimi(), 4);
  const firsts = [...schedule.after].filter((before) => before === -1);
  expect(firsts).toHaveLength(3);
  expect(schedule.after.filter((before) => before >= 0 && schedule.after[before] !== -1)).toHaveLength(6);
});

test("the prompts are made from the tree again", () => {
  const all = questions(4, 3, 50, 10);
  const { prompts } = planPrompts(promptsOf(all), kimi(), 4);
  for (const [prompt, tokens] of all.entries()) expect(prompts.of(prompt).tokens).toEqual(tokens);
});

test("prompts that are too many for a tree of tokens are planned by blocks", () => {
  const length = 2_000;
  const all = Array.from({ length: 40 }, (_, index) =>
    Int32Array.from({ length }, (_, at) => (at < length / 2 ? (index >> 1) * length + at : -index * length - at)),
  );
  const { schedule, tree } = planPrompts(promptsOf(all), null, 1, 10_000);
  expect(tree.tokensOf).toBeNull();
  expect([...schedule.order]).toEqual([...all.keys()]);
  const least = 20 * (length / 2) + 40 * (length / 2);
  expect(tree.tokens).toBeGreaterThanOrEqual(least);
  expect(tree.tokens - tree.slackTokens).toBeLessThanOrEqual(least);
  expect(tree.slackTokens).toBeLessThan(0.02 * least);
});
