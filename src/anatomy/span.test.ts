import fc from "fast-check";
import { expect, test } from "vitest";
import { entriesAt, entriesUpTo, peakEntries, type Span } from "./span.ts";

const size = fc.integer({ min: 1, max: 300 });
const span: fc.Arbitrary<Span> = fc.letrec<{ span: Span }>((tie) => ({
  span: fc.oneof(
    { maxDepth: 3 },
    fc.constant<Span>({ kind: "all" }),
    size.map((tokens): Span => ({ kind: "window", tokens })),
    size.map((tokens): Span => ({ kind: "chunk", tokens })),
    size.map((ratio): Span => ({ kind: "compressed", ratio })),
    size.map((entries): Span => ({ kind: "constant", entries })),
    fc.tuple(size, tie("span")).map(([count, of]): Span => ({ kind: "top", count, of })),
  ),
})).span;

test("the sum in closed form is the sum term by term", () => {
  fc.assert(
    fc.property(span, fc.integer({ min: 0, max: 1_000 }), (of, tokens) => {
      let sum = 0;
      for (let t = 1; t <= tokens; t++) sum += entriesAt(of, t);
      expect(entriesUpTo(of, tokens)).toBe(sum);
    }),
    { numRuns: 500 },
  );
});

test("the peak is the most entries on the way", () => {
  fc.assert(
    fc.property(span, fc.integer({ min: 1, max: 400 }), (of, tokens) => {
      const onTheWay = Array.from({ length: tokens }, (_, index) => entriesAt(of, index + 1));
      expect(peakEntries(of, tokens)).toBe(Math.max(...onTheWay));
    }),
    { numRuns: 300 },
  );
});
