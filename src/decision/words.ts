/** How the numbers of a decision are said in a sentence. */
import type { Interval } from "../stats/index.ts";
import { formatCount, formatRange, formatShare, formatShareRange, formatSignificant } from "../units/index.ts";
import type { Estimate } from "./estimate.ts";

/** Differences of quality are said in points: 0.05 is 5 points. */
export const points = (difference: number): string => {
  const rounded = (difference * 100).toFixed(1);
  return Number(rounded) === 0 ? "0.0" : rounded.replace(/^-/, "−").replace(/^(?=\d)/, "+");
};

/** A size without a sign: `5 points`. */
export const sizeInPoints = (size: number): string =>
  `${Number((size * 100).toPrecision(2))} point${size === 0.01 ? "" : "s"}`;

/** `+2.5 points (−1.0 to +6.0)`. */
export const pointsText = ({ value, interval }: Pick<Estimate, "value" | "interval">): string =>
  `${points(value)} points${interval === null ? "" : ` (${formatRange(interval, points)})`}`;

/** `0.31 times (0.29–0.33)`. */
export const timesText = ({ value, interval }: Pick<Estimate, "value" | "interval">): string =>
  `${factor(value)} times${interval === null ? "" : ` (${formatRange(interval, factor)})`}`;

export const factor = (value: number): string =>
  value === 0 ? "0" : value === Number.POSITIVE_INFINITY ? "∞" : formatSignificant(value, value >= 10 ? 2 : 3);

export const shareText = ({ value, interval }: Pick<Estimate, "value" | "interval">): string =>
  `${formatShare(value)}${interval === null ? "" : ` (${formatShareRange(interval)})`}`;

export const amountText = (
  { value, interval }: Pick<Estimate, "value" | "interval">,
  format: (value: number) => string,
): string => `${format(value)}${interval === null ? "" : ` (${rangeText(interval, format)})`}`;

/** `210–225 ms`: the unit once, where both ends have the same. */
export function rangeText(interval: Interval, format: (value: number) => string): string {
  const unit = / [^\d ]+$/.exec(format(interval.low))?.[0] ?? "";
  const isShared = unit !== "" && format(interval.high).endsWith(unit);
  return formatRange(interval, format).replace(isShared ? `${unit}–` : "", isShared ? "–" : "");
}

/** Names where they are few and short, else how many there are. */
export const namesOrCount = (names: readonly string[], noun: string): string =>
  names.length === 1 || (names.length <= 3 && names.join("").length <= 80)
    ? listed(names)
    : counted(names.length, noun);

/** `n 120 about 24 documents`; `n 120` where each sample is about its own. */
export const basis = ({ n, documents }: Pick<Estimate, "n" | "documents">): string =>
  documents === n ? `n ${formatCount(n)}` : `n ${formatCount(n)}, ${counted(documents, "document")}`;

export const counted = (count: number, noun: string): string =>
  `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;

export const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
