/** Durations, kept in milliseconds and printed in the unit that reads best. */
import { formatCount, formatSignificant, splitQuantity } from "./number.ts";
import { unknown } from "./unknown.ts";

/** `12.3 µs`, `45.6 ms`, `1.23 s`, `2 min 5 s`, `3 h 7 min`. */
export function formatMs(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return unknown;
  if (ms === 0) return "0 ms";
  if (ms < 0.9995) return `${formatSignificant(ms * 1000)} µs`;
  if (ms < 999.5) return `${formatSignificant(ms)} ms`;
  if (ms < 59_950) return `${formatSignificant(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return twoUnits(Math.floor(seconds / 60), "min", seconds % 60, "s");
  const minutes = Math.round(seconds / 60);
  return twoUnits(Math.floor(minutes / 60), "h", minutes % 60, "min");
}

const perUnit = new Map([
  ["", 1],
  ["us", 0.001],
  ["µs", 0.001],
  ["μs", 0.001],
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["min", 60_000],
  ["h", 3_600_000],
]);

/** Milliseconds from `250` (ms), `250ms`, `30s`, `10m` or `1h`; null where the text is not a duration. */
export function parseMs(text: string): number | null {
  const parts = splitQuantity(text);
  const scale = parts === null ? undefined : perUnit.get(parts.suffix.toLowerCase());
  return parts === null || scale === undefined ? null : parts.value * scale;
}

const twoUnits = (large: number, largeUnit: string, small: number, smallUnit: string) =>
  small === 0 ? `${formatCount(large)} ${largeUnit}` : `${formatCount(large)} ${largeUnit} ${small} ${smallUnit}`;
