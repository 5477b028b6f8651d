/** Names beside marks, where there is room for them: none hides another or a mark, and none leaves its chart. */
import { textWidth } from "./chart.ts";

/** Pixels, from the upper left. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Named {
  readonly x: number;
  readonly y: number;
  readonly label: string;
}

export interface PlacedLabel<Mark> {
  readonly mark: Mark;
  readonly text: string;
  /** Pixels: where the text begins, and its middle. */
  readonly left: number;
  readonly middle: number;
}

export interface Labels<Mark> {
  readonly placed: readonly PlacedLabel<Mark>[];
  /** What the numbers stand for, from 1; empty where names stand at the marks. */
  readonly numbered: readonly string[];
}

export interface Surroundings {
  readonly marks: readonly Pick<Named, "x" | "y">[];
  /** A name crosses none of them, a number only where it has to. */
  readonly lines: readonly Box[];
  readonly within: Box;
}

const textHeight = 12;
const markRadius = 6;

/**
 * Names close to their marks; where one has no room, numbers stand for all of them, and what still finds none is left out.
 * Marks that lie upon each other share a label that they have in common.
 */
export function placeLabels<Mark extends Named>(named: readonly Mark[], around: Surroundings): Labels<Mark> {
  const once = named.filter(
    (one, index) => !named.slice(0, index).some((before) => before.label === one.label && isUpon(before, one)),
  );
  const names = placed(once, ({ label }) => label, near, around).filter(({ isCrossed }) => !isCrossed);
  if (names.length === once.length) return { placed: names, numbered: [] };
  const numbered = [...new Set(named.map(({ label }) => label))];
  return { placed: placed(once, ({ label }) => `${numbered.indexOf(label) + 1}`, anywhere, around), numbered };
}

/** Names alone, and only those that have room. */
export const placeNames = <Mark extends Named>(named: readonly Mark[], around: Surroundings): Labels<Mark> => ({
  placed: placed(named, ({ label }) => label, near, around),
  numbered: [],
});

/** Greedy, from the left. */
function placed<Mark extends Named>(
  named: readonly Mark[],
  textOf: (mark: Mark) => string,
  spots: readonly Spot[],
  { marks, lines, within }: Surroundings,
): (PlacedLabel<Mark> & { readonly isCrossed: boolean })[] {
  const taken = marks.map(({ x, y }): Box => {
    return { left: x - markRadius, right: x + markRadius, top: y - markRadius, bottom: y + markRadius };
  });
  const isCrossed = (box: Box) => lines.some((line) => overlap(line, box));
  return named
    .toSorted((a, b) => a.x - b.x || a.y - b.y)
    .flatMap((mark) => {
      const text = textOf(mark);
      const free = spots
        .map((spot) => boxAt(mark, spot, textWidth(text)))
        .filter((box) => isInside(box, within) && !taken.some((other) => overlap(other, box)));
      const box = free.find((one) => !isCrossed(one)) ?? free[0];
      if (box === undefined) return [];
      taken.push(box);
      const { left, top, bottom } = box;
      return { mark, text, left, middle: (top + bottom) / 2, isCrossed: isCrossed(box) };
    });
}

/** Where a text may stand, seen from its mark: to its left, over its middle or to its right, and how far below. */
type Spot = readonly [side: -1 | 0 | 1, down: number];

const close = 2 * markRadius;
/** The best place first. */
const near: readonly Spot[] = [
  [1, -9],
  [1, 0],
  [-1, -9],
  [-1, 0],
  [1, 9],
  [-1, 9],
  [0, -close - 2],
  [0, close + 2],
];
const anywhere: readonly Spot[] = [
  ...near,
  ...[1.8, 2.6, 3.4, 4.2].flatMap((far) =>
    ([1, -1, 0] as const).flatMap((side): Spot[] => [
      [side, -close * far],
      [side, close * far],
    ]),
  ),
];

function boxAt({ x, y }: Named, [side, down]: Spot, width: number): Box {
  // Beside a mark there has to be more air than aslant of it.
  const gap = Math.abs(down) < markRadius ? markRadius + 3 : markRadius;
  const left = side === 1 ? x + gap : side === -1 ? x - gap - width : x - width / 2;
  return { left, right: left + width, top: y + down - textHeight / 2, bottom: y + down + textHeight / 2 };
}

const isUpon = (a: Named, b: Named) => Math.hypot(a.x - b.x, a.y - b.y) < 2 * markRadius;

const isInside = (box: Box, { left, top, right, bottom }: Box) =>
  box.left >= left && box.right <= right && box.top >= top && box.bottom <= bottom;

const overlap = (a: Box, b: Box) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
