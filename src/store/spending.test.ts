import fc from "fast-check";
import { expect, test } from "vitest";
import type { RunInfo } from "../evals/index.ts";
import { openStore } from "./store.ts";

const run = (id: string) => ({ id, startedAt: "2026-11-28T00:00:00Z", status: "running" }) as RunInfo;

async function budgetOf(capUsd: number) {
  const store = await openStore(":memory:");
  await store.startRun(run("a"));
  return { budget: store.budget("a", capUsd), store };
}

test("settled and reserved together never exceed the cap, in whatever order calls start and end", async () => {
  const step = fc.record({
    ceiling: fc.double({ min: 0, max: 2, noNaN: true }),
    share: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    ends: fc.boolean(),
  });
  const steps = fc.array(step, { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(steps, fc.double({ min: 0.5, max: 5, noNaN: true }), async (given, cap) => {
      const { budget, store } = await budgetOf(cap);
      const open: { ceiling: number; settle: (cost: number | null) => void }[] = [];
      let settled = 0;
      for (const { ceiling, share, ends } of given) {
        const reservation = budget.reserve(ceiling);
        if (reservation !== null) open.push({ ceiling, settle: reservation.settle });
        if (ends && open.length > 0) {
          const call = open.shift()!;
          call.settle(share === null ? null : share * call.ceiling);
          settled += share === null ? call.ceiling : share * call.ceiling;
        }
        const reserved = open.reduce((sum, call) => sum + call.ceiling, 0);
        const spent = budget.spent();
        expect(spent.settledUsd + spent.reservedUsd).toBeLessThanOrEqual(cap);
        expect(spent.settledUsd).toBeCloseTo(settled, 6);
        expect(spent.reservedUsd).toBeCloseTo(reserved, 6);
      }
      await store.close();
    }),
    { numRuns: 50 },
  );
});

test("a reservation settles once, and an unknown cost settles as the ceiling", async () => {
  const { budget } = await budgetOf(1);
  const reservation = budget.reserve(0.5)!;
  reservation.settle(null);
  reservation.settle(0.1);
  expect(budget.spent()).toEqual({ settledUsd: 0.5, reservedUsd: 0 });
  expect(budget.reserve(0.6)).toBeNull();
  expect(budget.reserve(0.5)).not.toBeNull();
});

test("two views of one run share its cap; another run has its own", async () => {
  const { budget, store } = await budgetOf(1);
  await store.startRun(run("b"));
  budget.reserve(0.7);
  expect(store.budget("a", 1).reserve(0.7)).toBeNull();
  expect(store.budget("b", 1).reserve(0.7)).not.toBeNull();
});

test("what a call cost beyond its ceiling is kept as it is, and nothing more is allowed", async () => {
  const { budget } = await budgetOf(1);
  budget.reserve(0.5)!.settle(1.5);
  expect(budget.spent()).toEqual({ settledUsd: 1.5, reservedUsd: 0 });
  expect(budget.reserve(0)).toBeNull();
});

test("the log says what was paid for trials that have no record, and what found passages", async () => {
  const store = await openStore(":memory:");
  await store.startRun(run("a"));
  const budget = store.budget("a", null);
  const of = (trialId: string) => budget.reserve(1, { trialId })!;
  of("broken off").settle(0.25);
  of("broken off").settle(null);
  of("refused").settle(0);
  of("killed");
  of("never sent").release();
  budget.reserve(null, { purpose: "embeddings of e" })!.settle(null);
  budget.reserve(1, { purpose: "embeddings of e" })!.settle(0.5);
  expect((await store.findRun("a")).logged).toEqual({
    brokenOff: { calls: 3, knownUsd: 0.25, unknown: 2 },
    finding: { calls: 2, knownUsd: 0.5, unknown: 1 },
    overCap: null,
  });
});

test("a run without a log says nothing of one", async () => {
  const store = await openStore(":memory:");
  await store.startRun(run("a"));
  expect(await store.findRun("a")).not.toHaveProperty("logged");
});

test("a cap that calls beyond their ceilings have broken is said, with how many they were", async () => {
  const { budget, store } = await budgetOf(1);
  budget.reserve(0.4)!.settle(0.3);
  const [first, second] = [budget.reserve(0.3)!, budget.reserve(0.3)!];
  first.settle(0.8);
  expect((await store.findRun("a")).logged!.overCap).toEqual({ capUsd: 1, settledUsd: 1.1, calls: 1 });
  second.settle(0.5);
  expect((await store.findRun("a")).logged!.overCap).toEqual({ capUsd: 1, settledUsd: 1.6, calls: 2 });
  // Under a cap that is set anew for the rest, it holds again.
  store.budget("a", 5).reserve(0.1)!.settle(0.1);
  expect((await store.findRun("a")).logged!.overCap).toBeNull();
});
