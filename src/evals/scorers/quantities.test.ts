import fc from "fast-check";
import { expect, test } from "vitest";
import { quantitiesIn } from "./quantities.ts";

const valuesIn = (text: string, decimal: "." | "," = ".") => quantitiesIn(text, decimal).map(({ value }) => value);

test.each([
  ["30", [30]],
  ["-5 and −5 and –5", [-5, -5, -5]],
  ["+5", [5]],
  ["1,234,567.89", [1_234_567.89]],
  ["1'234'567 and 1 234 567 and 1_234", [1_234_567, 1_234_567, 1_234]],
  ["1{,}234", [1_234]],
  [".5 and 0.5 and -.5", [0.5, 0.5, -0.5]],
  ["1.5e-3, 2E6, 1e3", [0.0015, 2_000_000, 1_000]],
  ["1.5 × 10^-3, 1.5x10^{6}, 2·10⁻³, 3 \\times 10^{2}", [0.0015, 1_500_000, 0.002, 300]],
  ["3.2 million, 3.2M, 10k, 2bn, 1 trillion", [3_200_000, 3_200_000, 10_000, 2e9, 1e12]],
  ["10^6, 10⁶, 10^{-3}, 10**6, 2^10", [1_000_000, 1_000_000, 0.001, 1_000_000, 2, 10]],
  ["3.2 Million, £1.2m, €3k, $2 bn, 4m pounds", [3_200_000, 1_200_000, 3_000, 2e9, 4_000_000]],
  ["$1,200.50, -$5, $-5, €3, USD 7, 8 EUR", [1_200.5, -5, -5, 3, 7, 8]],
  ["3-5 and 2024-11-28", [3, 5, 2024, 11, 28]],
  ["1, 2,3", [1, 2, 3]],
  ["12,5", [12, 5]],
  ["H100, GPT-4, x_1, v1.2.3, 192.168.0.1", []],
  ["_30_ **30** (30) 30.", [30, 30, 30, 30]],
  ["a 30-day window", [30]],
  ["大约30天", [30]],
  ["３０％", [30]],
  ["minus 5, it is negative 5, to minus $5", [-5, -5, -5]],
  ["x minus 5, 10 minus 5", [5, 10, 5]],
  ["1½, 2 ¾ cups, 1½ million", [1.5, 2.75, 1_500_000]],
  ["1e999", []],
  ["", []],
] as const)("%j holds %j", (text, values) => {
  expect(valuesIn(text)).toEqual(values);
});

test.each([
  ["1.234.567,89", [1_234_567.89]],
  ["1.234 und 12,5", [1_234, 12.5]],
  ["1 234,5 €", [1_234.5]],
] as const)("with decimal commas, %j holds %j", (text, values) => {
  expect(valuesIn(text, ",")).toEqual(values);
});

test.each([
  ["30 days", "day", "30 days"],
  ["30 d", "day", "30 d"],
  ["12.5%", "%", "12.5%"],
  ["12.5 percent", "%", "12.5 percent"],
  ["12.5 per cent", "%", "12.5 per cent"],
  ["12\\%", "%", "12\\%"],
  ["$5", "$", "$5"],
  ["US$5", "usd", "US$5"],
  ["5 miles per hour", "mph", "5 miles per hour"],
  ["5 square metres of it", "m²", "5 square metres"],
  ["5 dollars", "$", "5 dollars"],
  ["250 ms", "ms", "250 ms"],
  ["5 in", "inch", "5 in"],
  ["5 in, and", "inch", "5 in"],
  ["5 in the box", null, "5"],
  ["5 in total", null, "5"],
  ["5 in-depth articles", null, "5"],
  ["5 A4 sheets", null, "5"],
  ["minus 5 °C", "°C", "minus 5 °C"],
  ["3 customers", "customer", "3"],
  ["3", null, "3"],
] as const)("the unit of %j is %s, shown as %j", (text, unit, shown) => {
  expect(quantitiesIn(text, ".")).toMatchObject([{ unit, text: shown }]);
});

test("references and the numbers of a list are marks", () => {
  expect(quantitiesIn("1. Refunds [3]\n2) within 30 days", ".").map(({ value, isMark }) => [value, isMark])).toEqual([
    [1, true],
    [3, true],
    [2, true],
    [30, false],
  ]);
});

const numbers = fc.oneof(
  fc.integer({ min: -1e12, max: 1e12 }),
  fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((value) => Number(value.toFixed(3))),
);
const around = fc.constantFrom(
  ["", ""],
  ["about ", " in all"],
  ["(", ")"],
  ["**", "**"],
  ["= ", "."],
  ["Antwort: ", "\n"],
);

test("a number that Intl formats is read back, with points or with commas", () => {
  const formats = [
    [".", "en-US"],
    [",", "de-DE"],
    [",", "fr-FR"],
    [",", "es-ES"],
    [".", "de-CH"],
    [".", "ja-JP"],
  ] as const;
  fc.assert(
    fc.property(numbers, fc.constantFrom(...formats), around, (value, [decimal, locale], [before, after]) => {
      const written = new Intl.NumberFormat(locale, { maximumFractionDigits: 3 }).format(value);
      expect(valuesIn(`${before}${written}${after}`, decimal)).toEqual([value === 0 ? expect.closeTo(0) : value]);
    }),
    { numRuns: 1_000 },
  );
});

test("a number that JavaScript prints is read back, exponents included", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), around, (value, [before, after]) => {
      for (const written of [String(value), value.toExponential()])
        expect(valuesIn(`${before}${written}${after}`)).toEqual([Object.is(value, -0) ? expect.closeTo(0) : value]);
    }),
    { numRuns: 1_000 },
  );
});

test("any text is read, and what was read stands where it is said to", () => {
  const text = fc.string({ unit: fc.constantFrom(..."0123456789.,'-−$% eE+×^{}[]()\nkMx_d\\") });
  fc.assert(
    fc.property(text, fc.constantFrom("." as const, "," as const), (given, decimal) => {
      for (const quantity of quantitiesIn(given, decimal)) {
        expect(Number.isFinite(quantity.value)).toBe(true);
        expect(given.slice(quantity.start, quantity.start + quantity.text.length)).toBe(quantity.text);
      }
    }),
    { numRuns: 1_000 },
  );
});

test("long runs of digits and marks are no burden", () => {
  expect(valuesIn("1".repeat(100_000))).toEqual([]);
  expect(valuesIn(`${"1.".repeat(100_000)} 7`)).toEqual([7]);
  expect(valuesIn("1, ".repeat(100_000))).toHaveLength(100_000);
});
