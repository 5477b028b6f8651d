/** How far recorded times are from what the server's own log says: TTFT, gaps between tokens, one-way arrival. */
import { quantile } from "../src/stats/index.ts";
import { measureTimingErrors, type TimingLoad } from "../test/fake-server/timing-error.ts";
import type { Outcome } from "./outcome.ts";

const load: TimingLoad = { concurrency: 32, callsEach: 10, tokens: 50, paceMs: 10, thinkMs: 100 };
const mostMs = 2;

export async function timing(rounds: number): Promise<Outcome> {
  const measured = [];
  for (let round = 0; round < rounds; round++) measured.push(await measureTimingErrors(load));
  const together = {
    ttft: measured.flatMap(({ ttftMs }) => ttftMs),
    gap: measured.flatMap(({ gapMs }) => gapMs),
    arrival: measured.flatMap(({ arrivalMs }) => arrivalMs),
  };
  const rows = Object.entries(together).map(([name, values]) => ({
    name,
    n: values.length,
    p50Ms: quantile(values, 0.5)!,
    p99Ms: quantile(values, 0.99)!,
    maxMs: values.reduce((most, value) => Math.max(most, value), 0),
  }));
  const words: Readonly<Record<string, string>> = {
    ttft: "TTFT, less the server's request-to-first-token",
    gap: "gap between tokens, less the server's",
    arrival: "a token's arrival, less its sending",
  };
  return {
    title: `Timing error: ${load.concurrency} streams at a time, ${load.tokens} tokens each, one every ${load.paceMs} ms, ${rounds} rounds`,
    table: [
      ["", "n", "p50 ms", "p99 ms", "max ms"],
      ...rows.map(({ name, n, p50Ms, p99Ms, maxMs }) => [
        words[name]!,
        String(n),
        p50Ms.toFixed(3),
        p99Ms.toFixed(3),
        maxMs.toFixed(2),
      ]),
    ],
    goals: rows
      .filter(({ name }) => name !== "arrival")
      .map(({ name, p99Ms }) => ({
        goal: `${name} p99 below ${mostMs} ms`,
        measured: `${p99Ms.toFixed(3)} ms`,
        met: p99Ms < mostMs,
      })),
    notes: ["The peer is the server's own log: both processes read one monotonic clock."],
    figures: { load, rounds, rows },
  };
}
