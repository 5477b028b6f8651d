import fc from "fast-check";
import { expect, test } from "vitest";
import { commonPrefix } from "../../../test/cache-rules/random-histories.ts";
import { wordPrompt } from "./word-prompt.ts";

const words = fc.array(fc.nat(2), { minLength: 1, maxLength: 40 });
const promptOf = (said: readonly number[], factor: number) =>
  wordPrompt("openai", { messages: [{ role: "user", content: said.map((word) => "abc"[word]).join(" ") }] }, factor)!
    .tokens;

test("stretched, texts share what their words share, and one other word makes another prompt", () => {
  fc.assert(
    fc.property(words, words, fc.double({ min: 0.5, max: 2, noNaN: true }), (one, other, factor) => {
      const [left, right] = [promptOf(one, factor), promptOf(other, factor)];
      // The marks of the turn are not stretched.
      expect(Math.abs(left.length - 2 - one.length * factor)).toBeLessThanOrEqual(1);
      const sharedWords = commonPrefix(one, other);
      if (sharedWords === one.length && sharedWords === other.length) expect(left).toEqual(right);
      else {
        const shared = commonPrefix(left, right) - 1;
        expect(Math.abs(shared - sharedWords * factor)).toBeLessThanOrEqual(2 * Math.max(1, factor));
      }
    }),
    { numRuns: 500 },
  );
});
