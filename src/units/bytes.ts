/** Bytes. KB is 1000 and KiB is 1024, and both say which they are. */
import { formatSignificant, splitQuantity } from "./number.ts";
import { unknown } from "./unknown.ts";

const decimal = ["B", "KB", "MB", "GB", "TB", "PB"];
const binary = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** `70.3 KB`, or with base 1024 `68.6 KiB`; single bytes are exact. */
export function formatBytes(bytes: number | null, base: 1000 | 1024 = 1000): string {
  if (bytes === null || !Number.isFinite(bytes)) return unknown;
  const units = base === 1000 ? decimal : binary;
  let power = 0;
  // 999.6 KB would round to "1,000 KB".
  while (power < units.length - 1 && Math.abs(bytes) / base ** power >= base - base / 2000) power++;
  return `${power === 0 ? Math.round(bytes) : formatSignificant(bytes / base ** power)} ${units[power]}`;
}

/** Bytes from `512`, `512 B`, `16 KiB` or `1.5GB`; null where the text is not a size. Case does not matter. */
export function parseBytes(text: string): number | null {
  const parts = splitQuantity(text);
  if (parts === null) return null;
  const suffix = (parts.suffix || "B").toLowerCase();
  for (const [units, base] of [
    [decimal, 1000],
    [binary, 1024],
  ] as const) {
    const power = units.findIndex((unit) => unit.toLowerCase() === suffix);
    if (power >= 0) return Math.round(parts.value * base ** power);
  }
  return null;
}
