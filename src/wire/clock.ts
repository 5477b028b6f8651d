/** Where times come from, so that a test can choose them. */
export interface Clock {
  /** Monotonic milliseconds with fractions, from any start. */
  now(): number;
  date(): Date;
}

export const systemClock: Clock = { now: () => performance.now(), date: () => new Date() };
