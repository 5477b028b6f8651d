/** Axes for quantities that grow by factors: contexts in powers of two, bytes and times in ones, twos and fives. */
import type { ScaleOptions } from "@observablehq/plot";
import { formatTokens } from "../units/index.ts";

/** Round numbers between the least and the greatest value: 1, 2, 5, 10, … or fewer where that were more than `most`. */
export function logTicks(values: readonly number[], most: number): number[] {
  const { low, high } = positiveRange(values);
  for (const steps of [[1, 2, 5], [1, 3], [1]]) {
    const ticks: number[] = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
      for (const step of steps) ticks.push(step * 10 ** power);
    const inside = ticks.filter((tick) => tick >= low * 0.999 && tick <= high * 1.001);
    if (inside.length <= most && inside.length >= 2) return inside;
    if (steps.length === 1 && inside.length > most)
      return inside.filter((_, index) => index % Math.ceil(inside.length / most) === 0);
  }
  return [low, high];
}

/** A logarithmic scale with some air around the values. */
export function logScale(values: readonly number[], most: number, format: (value: number) => string): ScaleOptions {
  const { low, high } = positiveRange(values);
  return {
    type: "log",
    domain: [low / 1.25, high * 1.25],
    ticks: logTicks([low / 1.25, high * 1.25], most),
    tickFormat: format,
  };
}

/** A scale from zero, or a logarithmic one where the values span more than a factor of 20. */
export function amountScale(values: readonly number[], format: (value: number) => string): ScaleOptions {
  const { low, high } = positiveRange(values);
  return high / low > 20
    ? logScale(values, 6, format)
    : { type: "linear", domain: [0, high * 1.08], ticks: 5, tickFormat: format, zero: true };
}

/** Context lengths, doubling; a tick at each length of the matrix, or at every other one where they are many. */
export function contextScale(contexts: readonly number[], width: number): ScaleOptions {
  const distinct = [...new Set(contexts)].sort((a, b) => a - b);
  const { low, high } = positiveRange(distinct);
  const every = Math.ceil(distinct.length / Math.max(2, Math.floor(width / 60)));
  return {
    type: "log",
    base: 2,
    domain: [low / 1.35, high * 1.35],
    ticks: distinct.filter((_, index) => index % every === 0),
    tickFormat: (tokens: number) => formatTokens(tokens),
    label: "Context (tokens)",
  };
}

/** Moves the points of several series a little apart, so that their intervals do not hide each other. */
export function dodged(contextTokens: number, index: number, count: number): number {
  return contextTokens * 2 ** ((index - (count - 1) / 2) * Math.min(0.07, 0.4 / Math.max(1, count)));
}

function positiveRange(values: readonly number[]): { low: number; high: number } {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  if (positive.length === 0) return { low: 1, high: 10 };
  return { low: positive.reduce((a, b) => Math.min(a, b)), high: positive.reduce((a, b) => Math.max(a, b)) };
}

/** A printed value without the zeros that only show its precision: `20.0 ms` is `20 ms` on an axis. */
export const tickText = (printed: string) => printed.replace(/(\.\d*?[1-9])0+(?=\D|$)|\.0+(?=\D|$)/, "$1");
