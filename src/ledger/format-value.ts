/** Values of the ledger as people read them: each unit in its own words. */
import {
  formatBytes,
  formatCount,
  formatMs,
  formatShare,
  formatSignificant,
  formatTokens,
  formatUsd,
  unknown,
} from "../units/index.ts";
import type { Unit } from "./quantity.ts";

/** `37B`, `70.3 KB`, `25.0%`, `8.70×`; what is unknown is a dash. */
export function formatValue(value: number | string | null, unit: Unit): string {
  if (value === null) return unknown;
  return typeof value === "string" ? value : formats[unit](value);
}

const formats: Readonly<Record<Unit, (value: number) => string>> = {
  parameters: (value) => formatScaled(value, parameterSteps),
  bytes: (value) => formatBytes(value),
  "bytes/s": (value) => `${formatBytes(value)}/s`,
  // Contexts are powers of two; what a training or a day takes is counted in thousands.
  tokens: (value) => (value < 1e8 ? formatTokens(value) : formatScaled(value, parameterSteps)),
  "tokens/s": (value) => `${formatScaled(value, parameterSteps)} tokens/s`,
  flops: (value) => `${formatScaled(value, flopSteps)}FLOP`,
  "flops/s": (value) => `${formatScaled(value, flopSteps)}FLOP/s`,
  ms: formatMs,
  "gpu-hours": (value) => `${formatCount(value)} GPU hours`,
  usd: formatUsd,
  "nats/byte": (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)} nats/byte`,
  count: (value) => (Number.isInteger(value) ? formatCount(value) : formatSignificant(value)),
  points: (value) => formatSignificant(value),
  share: (value) => formatShare(value, 1),
  times: (value) => `${formatSignificant(value)}×`,
  date: String,
  text: String,
};

/** Each with the number from which it is used, largest first. */
type Steps = readonly (readonly [number, string])[];
const parameterSteps: Steps = [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e3, "K"]]; // biome-ignore format: a table
const flopSteps: Steps = [[1e15, " P"], [1e12, " T"], [1e9, " G"], [1e6, " M"], [0, " "]]; // biome-ignore format: a table

/** Four digits: the third one decides whether two publishers agree. */
function formatScaled(value: number, steps: Steps): string {
  const step = steps.find(([from]) => from > 0 && Math.abs(value) >= from);
  if (step === undefined) return `${formatSignificant(value, 4)}${steps.find(([from]) => from === 0)?.[1] ?? ""}`;
  return `${formatSignificant(value / step[0], 4)}${step[1]}`;
}
