/** A clock that stands still until a test moves it, so that lifetimes pass without waiting. */
import type { Clock } from "../../src/wire/index.ts";

export interface ManualClock extends Clock {
  advance(ms: number): void;
}

export function manualClock(startMs = 0): ManualClock {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    date: () => new Date(nowMs),
    advance(ms) {
      nowMs += ms;
    },
  };
}

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
