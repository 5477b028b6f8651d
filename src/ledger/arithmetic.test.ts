import fc from "fast-check";
import { expect, test } from "vitest";
import { evaluate } from "./arithmetic.ts";

const { expression } = fc.letrec<{ expression: string; operand: string }>((tie) => ({
  operand: fc.oneof(
    { maxDepth: 4 },
    fc.integer({ min: 0, max: 10_000 }).map(String),
    fc.tuple(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 0, max: 999 })).map(([a, b]) => `${a}.${b}`),
    tie("expression").map((inner) => `(${inner})`),
    tie("expression").map((inner) => `-(${inner})`),
  ),
  expression: fc
    .tuple(
      tie("operand"),
      fc.array(fc.tuple(fc.constantFrom(" + ", " - ", "*", "/"), tie("operand")), { maxLength: 3 }),
    )
    .map(([first, rest]) => first + rest.flat().join("")),
}));

test("sums come out as JavaScript has them", () => {
  fc.assert(
    fc.property(expression, (text) => {
      expect(evaluate(text)).toBe(Function(`return ${text}`)());
    }),
    { numRuns: 2_000 },
  );
});

test.each(["", "1 +", "(1", "1)", "2 3", "a", "1 ** 2", "process.exit()"])("%j is no sum", (text) => {
  expect(() => evaluate(text)).toThrow(SyntaxError);
});
