import fc from "fast-check";
import { expect, test } from "vitest";
import { histories } from "../../../../../test/cache-rules/random-histories.ts";
import * as rules from "../../../../routes/index.ts";
import { playRule, type TimedPrompt } from "./play-rule.ts";

const tried = [
  rules.idealCache(),
  rules.deepSeek({ granularityTokens: 2, lifetimeMs: 12 }),
  rules.kimi({ lifetimeMs: 9 }),
  rules.vllm({ blockTokens: 2, capacityTokens: 24 }),
  rules.sglang({ capacityTokens: 24 }),
  rules.anthropic({ minimumTokens: 2 }),
];

test("a history played at once says of each call what it says of the last one, told with those before", () => {
  fc.assert(
    fc.property(histories(8), fc.constantFrom(...tried), (history, rule) => {
      const calls = history.map(({ prompt: { sentAtMs, ...prompt }, output }): TimedPrompt => {
        return { prompt, answer: output.tokens, sentAtMs, endedAtMs: output.atMs };
      });
      const each = history.map(
        ({ prompt }, index) => rules.expectedTokens(rule, history.slice(0, index), prompt).readTokens,
      );
      expect(playRule(rule, calls)).toEqual(each);
    }),
  );
});

test("where time is ignored nothing expires", () => {
  const prompt = { tokens: Int32Array.from({ length: 512 }, (_, at) => at) };
  const calls = [0, 600_000].map((sentAtMs) => ({ prompt, answer: null, sentAtMs, endedAtMs: sentAtMs + 1 }));
  expect(playRule(rules.kimi(), calls)).toEqual([0, 0]);
  expect(playRule(rules.kimi(), calls, true)).toEqual([0, 512]);
});
