import { expect, test } from "vitest";
import { measureTimingErrors, quantile } from "./timing-error.ts";

// On a quiet machine p99 is about 1 ms; tests share theirs, so the bound is on what others cannot move much.
test("32 streams at once are timed to within 2 ms of the server's own log", { retry: 2 }, async () => {
  const errors = await measureTimingErrors({ concurrency: 32, callsEach: 2, tokens: 50, paceMs: 10 });
  expect(errors.arrivalMs).toHaveLength(32 * 2 * 50);
  // Nothing is seen before it was sent: both clocks are one.
  expect(errors.arrivalMs[0]).toBeGreaterThan(-0.1);
  expect(quantile(errors.arrivalMs, 0.5)).toBeLessThan(2);
  expect(quantile(errors.gapMs, 0.5)).toBeLessThan(2);
});
