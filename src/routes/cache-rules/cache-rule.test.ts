import fc from "fast-check";
import { expect, test } from "vitest";
import { histories, replay } from "../../../test/cache-rules/random-histories.ts";
import { anthropic } from "./anthropic.ts";
import { type CacheRule, expectedTokens } from "./cache-rule.ts";
import { chunkCache } from "./chunk-cache.ts";
import { deepSeek } from "./deepseek.ts";
import { idealCache } from "./ideal.ts";
import { kimi } from "./kimi.ts";
import { llamaCpp } from "./llama-cpp.ts";
import { noCache } from "./no-cache.ts";
import { openAiBreakpoints } from "./openai-breakpoints.ts";
import { openAiIntervals } from "./openai-intervals.ts";
import { sglang } from "./sglang.ts";
import { vllm } from "./vllm.ts";

/** Chunks that the small prompts of random histories fill. */
const small = { chunkTokens: 2, minimumTokens: 2, lifetimeMs: 20 };

const rules: readonly CacheRule[] = [
  deepSeek({ granularityTokens: 2 }),
  { ...kimi(), open: () => chunkCache({ ...small, keysApart: false, reportsWrites: true }) },
  { ...openAiIntervals(), open: () => chunkCache({ ...small, keysApart: true, reportsWrites: false }) },
  openAiBreakpoints({ minimumTokens: 3 }),
  anthropic({ minimumTokens: 3 }),
  vllm({ blockTokens: 2, capacityTokens: 40 }),
  sglang(),
  llamaCpp({ sequences: 2 }),
  noCache,
  idealCache(),
];

test.each(rules)("$name: what is expected stays under the ceiling and inside the prompt", (rule) => {
  fc.assert(
    fc.property(histories(), (history) => {
      const ceiling = replay(idealCache().open(), history);
      for (const [index, { readTokens, writtenTokens }] of replay(rule.open(), history).entries()) {
        expect(readTokens).toBeLessThanOrEqual(ceiling[index]!.readTokens);
        expect(readTokens + (writtenTokens ?? 0)).toBeLessThanOrEqual(history[index]!.prompt.tokens.length);
      }
    }),
  );
});

test.each(rules)("$name: a prompt's expectation follows from the history alone", (rule) => {
  fc.assert(
    fc.property(histories(8), (history) => {
      const last = history.at(-1)!;
      expect(expectedTokens(rule, history.slice(0, -1), last.prompt)).toEqual(replay(rule.open(), history).at(-1));
    }),
  );
});

test.each([
  vllm({ blockTokens: 2 }),
  vllm({ blockTokens: 2, capacityTokens: 1_000 }),
  sglang(),
  sglang({ pageTokens: 2 }),
  deepSeek({ granularityTokens: 2 }),
])("$name: a request that was refused leaves nothing, however long it took", (rule) => {
  fc.assert(
    fc.property(histories(), fc.array(fc.boolean()), (history, refusals) => {
      const isRefused = (index: number) => refusals[index] ?? false;
      const answered = history.filter((_, index) => !isRefused(index));
      const [asked, spared] = [rule.open(), rule.open()];
      replay(asked, history, isRefused);
      replay(spared, answered, () => false);
      const sentAtMs = Math.max(...history.map(({ output }) => output.atMs));
      for (const { prompt } of history) {
        const [one, other] = [asked, spared].map((cache) => cache.begin({ ...prompt, sentAtMs }));
        expect(one!.expected).toEqual(other!.expected);
        for (const call of [one!, other!]) call.refuse!();
      }
    }),
  );
});

test("a request of unknown end has ended before the next was sent", () => {
  const prompt = { tokens: Int32Array.from({ length: 300 }, (_, index) => index), sentAtMs: 0 };
  const next = { ...prompt, sentAtMs: 1 };
  expect(expectedTokens(kimi(), [{ prompt, output: null }], next).readTokens).toBe(256);
  const running = { prompt, output: { tokens: new Int32Array(0), atMs: 2 } };
  expect(expectedTokens(kimi(), [running], next).readTokens).toBe(0);
});
