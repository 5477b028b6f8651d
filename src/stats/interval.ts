/** The two ends of an interval, in the unit of what it is an interval of. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The confidence of every interval that does not say otherwise. */
export const defaultConfidence = 0.95;
