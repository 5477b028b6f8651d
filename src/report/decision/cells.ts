/** What a decision's tables are made of: an estimate, with what has to be read with it. */
import { basis, type Estimate, factor, points, rangeText } from "../../decision/index.ts";
import { formatCount, formatRange, formatShare, formatShareRange } from "../../units/index.ts";
import type { CellLine, DocumentCell } from "../tables-document.ts";

export const cell = (text: string): DocumentCell => [{ text }];
export const lines = (texts: readonly string[]): DocumentCell => texts.map((text) => ({ text }));

type Range = NonNullable<Estimate["interval"]>;

/** Its interval, or why there is none. */
const intervalMark = (
  { interval, n, documents }: Estimate,
  range: (interval: Range) => string,
  none = "no interval",
) => (interval !== null ? range(interval) : documents < 2 ? `one document, n ${formatCount(n)}` : none);

/** Of an amount; nothing where it is not known. @param said  what stands around the value, like `p95 …` */
export const amountLines = (
  estimate: Estimate | null,
  format: (value: number) => string,
  said: (value: string) => string = (value) => value,
): CellLine[] =>
  estimate === null
    ? []
    : [
        {
          text: said(format(estimate.value)),
          marks: [intervalMark(estimate, (interval) => rangeText(interval, format))],
        },
      ];

/** Of a share, with its interval alone. */
export const shareLines = (estimate: Estimate | null): CellLine[] =>
  estimate === null
    ? []
    : [
        {
          text: formatShare(estimate.value),
          marks: [intervalMark(estimate, (interval) => formatShareRange(interval))],
        },
      ];

/** Of a share, with its interval and what it is over. */
export const shareCell = (estimate: Estimate | null): DocumentCell =>
  shareLines(estimate).map((line) => ({ ...line, marks: [...line.marks!, basis(estimate!)] }));

/** Of a difference of quality. @param leftOut  samples that only one side has */
export const pointsCell = (estimate: Estimate | null, leftOut = 0): DocumentCell =>
  estimate === null
    ? []
    : [
        {
          text: `${points(estimate.value)} points`,
          marks: [
            intervalMark(estimate, pointRange),
            `${basis(estimate)}${leftOut === 0 ? "" : `, ${formatCount(leftOut)} left out`}`,
          ],
        },
      ];

/** In one piece where lines are folded. */
const pointRange = (range: Range) => formatRange(range, points).replaceAll(" ", "\u00a0");

/** Of a multiple. */
export const ratioLines = (estimate: Estimate | null, of = ""): CellLine[] =>
  estimate === null ? [] : [{ text: `× ${factor(estimate.value)}${of}`, marks: [ratioMark(estimate)] }];

const ratioMark = (estimate: Estimate): string =>
  estimate.value === Number.POSITIVE_INFINITY
    ? "the other costs nothing"
    : intervalMark(estimate, (interval) => formatRange(interval, factor), "the same in every sample");

export const pText = (p: number): string => (p < 0.001 ? "< 0.001" : p.toFixed(3));
