import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type CacheRule,
  kimi,
  llamaCpp,
  noCache,
  openAiIntervals,
  type Price,
  type Route,
  vllm,
} from "../../routes/index.ts";
import type { Plan } from "../plan.ts";
import type { Sample } from "../scenario.ts";
import { planInputCosts, planTokens } from "./plan-tokens.ts";

/** A route whose tokens are the numbers in the text, or words where it has no tokenizer. */
function routeWith(cacheRule: CacheRule | null, hasTokenizer = true): Route {
  return {
    id: "r/m",
    model: "m",
    endpoint: { baseUrl: "http://localhost", protocol: "openai-chat", apiKey: null },
    kind: "vendor",
    notice: null,
    attention: null,
    trainedContextTokens: null,
    contextTokens: null,
    price: null,
    kvCache: null,
    cacheRule,
    tokenize: hasTokenizer
      ? async ({ messages }) => Int32Array.from(String(messages[0]!.content).split(" "), Number)
      : null,
    lane: "r",
    maxOutputTokens: 1,
  };
}

function planOf(prompts: readonly (readonly number[])[], isInOrder = false): Plan {
  const samples = prompts.map(
    (tokens, index): Sample => ({
      id: String(index),
      document: String(tokens[0]),
      messages: [{ role: "user", content: tokens.join(" ") }],
      target: null,
      depth: null,
      answerable: true,
    }),
  );
  return {
    scenario: {
      name: "s",
      version: 1,
      question: "?",
      source: "made up",
      cells: [{}],
      sampleCount: () => samples.length,
      samples: () => samples,
      isInOrder,
      scorers: [],
      contextTokens: () => 0,
      options: {},
    },
    routes: [],
    repeats: 1,
    limit: () => Number.POSITIVE_INFINITY,
    temperature: 0,
    seed: 1,
    maxTokens: null,
  } as Plan;
}

const distinctPrefixes = (prompts: readonly (readonly number[])[]) =>
  new Set(prompts.flatMap((tokens) => tokens.map((_, end) => tokens.slice(0, end + 1).join()))).size;

const permutations = <Item>(items: readonly Item[]): Item[][] =>
  items.length === 0
    ? [[]]
    : items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));

/** Tokens that one slot evaluates: the longest common prefix with the prompt before is read, the last token never. */
function oneSlot(prompts: readonly (readonly number[])[]): number {
  let held: readonly number[] = [];
  let evaluated = 0;
  for (const tokens of prompts) {
    let shared = 0;
    while (shared < tokens.length - 1 && shared < held.length && held[shared] === tokens[shared]) shared++;
    // llama.cpp reads what its only slot shares, however little that is.
    evaluated += tokens.length - shared;
    held = tokens;
  }
  return evaluated;
}

const smallPrompts = fc.array(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 7 }), {
  minLength: 1,
  maxLength: 6,
});

test("one call at a time, the plan evaluates as little as the best of all orders, and naive what the given order does", async () => {
  await fc.assert(
    fc.asyncProperty(smallPrompts, async (prompts) => {
      const tokens = await planTokens(planOf(prompts), routeWith(llamaCpp()), 1);
      expect(tokens).toMatchObject({
        prompts: prompts.length,
        inputTokens: prompts.flat().length,
        lowerBoundTokens: distinctPrefixes(prompts),
        expectedUncachedTokens: Math.min(...permutations(prompts).map(oneSlot)),
        naiveUncachedTokens: oneSlot(prompts),
        approximate: false,
      });
    }),
    { numRuns: 60 },
  );
});

test("four at a time, a cache of blocks evaluates no more than the best order of one at a time", async () => {
  const chunk = 2;
  await fc.assert(
    fc.asyncProperty(smallPrompts, async (prompts) => {
      const tokens = await planTokens(planOf(prompts), routeWith(vllm({ blockTokens: chunk })), 4);
      const blocks = new Set<string>();
      let best = 0;
      for (const prompt of prompts) {
        const all = Math.floor(prompt.length / chunk);
        for (let block = 1; block <= all; block++) blocks.add(prompt.slice(0, block * chunk).join());
        best += prompt.length - all * chunk;
      }
      // A last block that is shared is evaluated all the same: the last token is never read.
      const repeats = prompts.filter(
        (prompt, at) =>
          prompt.length % chunk === 0 &&
          prompts.some((other, before) => before !== at && other.slice(0, prompt.length).join() === prompt.join()),
      ).length;
      expect(tokens.expectedUncachedTokens).toBeGreaterThanOrEqual(best + blocks.size * chunk);
      expect(tokens.expectedUncachedTokens).toBeLessThanOrEqual(best + (blocks.size + repeats) * chunk);
    }),
    { numRuns: 60 },
  );
});

const questions = (documents: number, each: number, tokens: number, mixed: boolean) =>
  Array.from({ length: documents * each }, (_, index) => {
    const document = mixed ? index % documents : Math.floor(index / each);
    return [document, ...Array.from({ length: tokens }, (_, at) => 10 + ((document * 7_919 + at) % 97)), 1_000 + index];
  });

test("a scenario in order is counted window by window as if it were one", async () => {
  const prompts = questions(300, 4, 50, false);
  const tokens = await planTokens(planOf(prompts, true), routeWith(llamaCpp({ sequences: 2 })), 1);
  expect(tokens).toMatchObject({
    inputTokens: 1_200 * 52,
    lowerBoundTokens: distinctPrefixes(prompts),
    expectedUncachedTokens: distinctPrefixes(prompts),
    naiveUncachedTokens: distinctPrefixes(prompts),
  });
});

test("without a tokenizer words are counted, and it says so; without a rule nothing is expected", async () => {
  const prompts = questions(2, 3, 20, true);
  const words = await planTokens(planOf(prompts), routeWith(null, false), 2);
  // The role is a token too.
  expect(words).toMatchObject({ inputTokens: 6 * 23, approximate: true });
  expect(words).toMatchObject({ expectedUncachedTokens: null, naiveUncachedTokens: null });
});

const price = (cacheWriteUsdPerMtok: number | null): Price => ({
  uncachedInputUsdPerMtok: 1,
  cacheReadUsdPerMtok: 0.1,
  cacheWriteUsdPerMtok,
  outputUsdPerMtok: 9,
  observedOn: "2026-01-01",
  source: "made up",
});

test("the cost is that of what is read, written and neither, and null where something is unknown", async () => {
  const prompts = questions(4, 8, 2_000, false);
  const kept = await planTokens(planOf(prompts), routeWith(kimi({ reportsWrites: true })), 4);
  const { inputTokens, expectedUncachedTokens: uncached, expectedCacheWriteTokens: written } = kept;
  const { expectedUsd, lowerBoundUsd, naiveUsd } = planInputCosts(kept, price(1.25));
  expect(expectedUsd).toBeCloseTo((uncached! - written! + 1.25 * written! + 0.1 * (inputTokens - uncached!)) / 1e6, 12);
  expect(lowerBoundUsd).toBeCloseTo((kept.lowerBoundTokens + 0.1 * (inputTokens - kept.lowerBoundTokens)) / 1e6, 12);
  expect(naiveUsd).toBeGreaterThan(expectedUsd!);
  expect(planInputCosts(kept, null)).toEqual({ lowerBoundUsd: null, expectedUsd: null, naiveUsd: null });

  const unreported = await planTokens(planOf(prompts), routeWith(openAiIntervals()), 4);
  expect(unreported.expectedCacheWriteTokens).toBeNull();
  const unknownRule = await planTokens(planOf(prompts), routeWith(null), 4);
  expect(planInputCosts(unknownRule, price(null))).toMatchObject({ expectedUsd: null, naiveUsd: null });
  const nothing = await planTokens(planOf(prompts), routeWith(noCache), 4);
  expect(planInputCosts(nothing, price(null)).expectedUsd).toBeCloseTo(inputTokens / 1e6, 12);
});
