import fc from "fast-check";
import { expect, test } from "vitest";
import { answer, sample, unasked } from "../../../test/fixtures/scored.ts";
import { Regex, regex } from "./regex.ts";

const scoreOf = async (pattern: string, text: string, flags = "") =>
  (await regex(Regex.parse({ type: "regex", pattern, flags }))).score(sample(), answer(text), unasked);

test("an answer that matches is right, and the explanation shows what matched", async () => {
  expect(await scoreOf("\\d+ (?:days|weeks)", "Within 30 days.")).toEqual({
    value: 1,
    explanation: "right: “30 days” matches /\\d+ (?:days|weeks)/",
  });
  expect(await scoreOf("^yes$", "Yes", "i")).toMatchObject({ value: 1 });
  expect(await scoreOf("^yes$", "no")).toEqual({ value: 0, explanation: "expected a match of /^yes$/, got no" });
});

// Each of them takes a backtracking engine longer than this test may last: 2^n or n^6 steps.
test.each([
  ["^(a+)+$", `${"a".repeat(50_000)}b`],
  ["(x+x+)+y", "x".repeat(50_000)],
  ["^(\\w|\\d)*$", `${"1".repeat(50_000)}!`],
  ["(.*)(.*)(.*)(.*)(.*)=", "a".repeat(20_000)],
])("the pattern %s is no burden", async (pattern, text) => {
  expect(await scoreOf(pattern, text)).toMatchObject({ value: 0 });
});

const atom = fc.constantFrom("a", "b", "[ab]", "[^a]", "\\d", "\\w", "\\s", ".", "\\b", "^", "$", "1", "\\u0061");
const piece = fc
  .tuple(atom, fc.constantFrom("", "", "?", "*", "+", "{2}", "{1,2}"))
  .map(([one, repeat]) => (/^(?:\^|\$|\\b)$/.test(one) ? one : one + repeat));
const branch = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(""));
const pattern = fc.array(branch, { minLength: 1, maxLength: 2 }).map((branches) => `(?:${branches.join("|")})`);

test("what JavaScript's own engine matches is matched, and nothing else", async () => {
  await fc.assert(
    fc.asyncProperty(
      pattern,
      fc.constantFrom("", "i", "m", "s"),
      fc.string({ unit: fc.constantFrom(..."abA1 \n-"), maxLength: 8 }),
      async (source, flags, text) => {
        expect((await scoreOf(source, text, flags))!.value).toBe(new RegExp(source, flags).test(text) ? 1 : 0);
      },
    ),
    { numRuns: 500 },
  );
});

test.each(["(?=a)b", "(a)\\1", "(?<!a)b", "(", "(a{1000}){1000}"])(
  "the pattern %s is refused before anything is asked",
  async (source) => {
    await expect(scoreOf(source, "a")).rejects.toMatchObject({
      name: "UserError",
      mistake: { expected: expect.stringContaining("without lookaround") },
    });
  },
);

test("flags are few, each once", () => {
  for (const flags of ["g", "ii", "u"])
    expect(Regex.safeParse({ type: "regex", pattern: "a", flags }).success).toBe(false);
});
