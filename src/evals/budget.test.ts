import fc from "fast-check";
import { expect, test } from "vitest";
import { budgetOf } from "./budget.ts";

test("settled and reserved together never exceed the cap, in whatever order calls start and end", () => {
  const step = fc.record({
    ceiling: fc.double({ min: 0, max: 2, noNaN: true }),
    share: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    ends: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.double({ min: 0.5, max: 5, noNaN: true }), (steps, cap) => {
      const budget = budgetOf(cap);
      const open: { ceiling: number; settle: (cost: number | null) => void }[] = [];
      let spent = 0;
      for (const { ceiling, share, ends } of steps) {
        const reservation = budget.reserve(ceiling);
        if (reservation !== null) open.push({ ceiling, settle: reservation.settle });
        if (ends && open.length > 0) {
          const call = open.shift()!;
          call.settle(share === null ? null : share * call.ceiling);
          spent += share === null ? call.ceiling : share * call.ceiling;
        }
        const reserved = open.reduce((sum, call) => sum + call.ceiling, 0);
        expect(spent + reserved).toBeLessThanOrEqual(cap + 1e-9);
        expect(budget.settledUsd()).toBeCloseTo(spent, 9);
      }
    }),
  );
});

test("a reservation settles once, and an unknown cost settles as the ceiling", () => {
  const budget = budgetOf(1, 0.2);
  const reservation = budget.reserve(0.5)!;
  reservation.settle(null);
  reservation.settle(null);
  expect(budget.settledUsd()).toBeCloseTo(0.7);
  expect(budget.reserve(0.4)).toBeNull();
});
