import fc from "fast-check";
import { expect, test } from "vitest";
import { deepSeek, idealCache, kimi, llamaCpp, noCache } from "../../routes/index.ts";
import { PrefixTreeBuilder } from "./prefix-tree.ts";
import { asGiven, sharingFirst } from "./schedule.ts";
import { simulated } from "./simulation.ts";

const prompt = (tokens: Iterable<number>) => ({ tokens: Int32Array.from(tokens) });

function treeOf(prompts: readonly { readonly tokens: Int32Array }[]) {
  const builder = new PrefixTreeBuilder();
  for (const { tokens } of prompts) builder.add(tokens);
  return builder.build();
}

/** Questions about documents, in turn about each, as a data set mixes them. */
const questions = (documents: number, each: number, tokens: number) =>
  Array.from({ length: documents * each }, (_, index) => {
    const document = index % documents;
    const text = Array.from({ length: tokens }, (_, at) => 1 + ((document * 7919 + at * 31) % 5_003));
    return prompt([0, document, ...text, 9_000 + index, 9_001]);
  });

test("without a cache every token is evaluated, in whatever order", () => {
  const prompts = questions(3, 4, 50);
  const total = prompts.reduce((sum, { tokens }) => sum + tokens.length, 0);
  for (const schedule of [asGiven(12), sharingFirst(treeOf(prompts), { lead: 1, worthShare: 0.1 })])
    expect(simulated(schedule, (index) => prompts[index]!, noCache, 3)).toMatchObject({
      promptTokens: total,
      evaluatedTokens: total,
    });
});

test("one call at a time, an ideal cache evaluates the tree and no token more, in any order", () => {
  const prompts = fc.array(
    fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 8 }).map((tokens) => prompt(tokens)),
    { minLength: 1, maxLength: 16 },
  );
  fc.assert(
    fc.property(prompts, (given) => {
      const tree = treeOf(given);
      for (const schedule of [
        asGiven(given.length),
        sharingFirst(tree, { lead: Number.POSITIVE_INFINITY, worthShare: 0.1 }),
      ])
        expect(simulated(schedule, (index) => given[index]!, idealCache(), 1).evaluatedTokens).toBe(tree.tokens);
    }),
  );
});

test("llama.cpp with one slot evaluates little more than the tree, and far more where documents are mixed", () => {
  const prompts = questions(8, 6, 400);
  const tree = treeOf(prompts);
  const rule = llamaCpp({ sequences: 1 });
  const planned = simulated(
    sharingFirst(tree, { lead: Number.POSITIVE_INFINITY, worthShare: 0.1 }),
    (index) => prompts[index]!,
    rule,
    1,
  );
  const naive = simulated(asGiven(prompts.length), (index) => prompts[index]!, rule, 1);
  expect(planned.evaluatedTokens / tree.tokens).toBeLessThan(1.01);
  expect(naive.evaluatedTokens / tree.tokens).toBeGreaterThan(5);
});

test("where one prompt warms a prefix for all, four calls at a time evaluate hardly more than one", () => {
  const prompts = questions(8, 6, 1_024);
  const tree = treeOf(prompts);
  const planned = simulated(sharingFirst(tree, { lead: 1, worthShare: 0.1 }), (index) => prompts[index]!, kimi(), 4);
  const naive = simulated(asGiven(prompts.length), (index) => prompts[index]!, kimi(), 48);
  expect(planned.evaluatedTokens / tree.tokens).toBeLessThan(1.15);
  expect(naive.evaluatedTokens / tree.tokens).toBeGreaterThan(5);
});

test("where a prefix is kept once it was met twice, two leaders evaluate less than one", () => {
  const prompts = questions(4, 8, 700);
  const tree = treeOf(prompts);
  const evaluated = (lead: number) =>
    simulated(sharingFirst(tree, { lead, worthShare: 0.1 }), (index) => prompts[index]!, deepSeek(), 8).evaluatedTokens;
  expect(evaluated(2)).toBeLessThan(evaluated(1));
});

test("what is shared below the size of a chunk is not read", () => {
  const prompts = questions(1, 4, 100);
  const all = simulated(asGiven(4), (index) => prompts[index]!, kimi(), 1);
  expect(all.cacheReadTokens).toBe(0);
});
