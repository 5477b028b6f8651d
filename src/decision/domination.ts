/** Which options there is no reason to choose, since another is at least as good in everything and better in something. */
import { formatRange } from "../units/index.ts";
import { type Axis, axes, type Comparison, standing } from "./comparison.ts";
import { factor, pointsText, sizeInPoints } from "./words.ts";

export interface Dominated {
  readonly option: string;
  readonly by: string;
  /** Axis by axis: why, what was not told apart, and what is not known. */
  readonly because: readonly string[];
}

/**
 * A dominates B where A's quality is not worse by `careAbout` or more (by its interval), A is better on at least one axis
 * (at 5 % after Holm's correction over all pairs), and B is better on none (at 5 %, uncorrected: the doubt is B's). An axis
 * that is not known on both sides supports nothing. Where that goes round in a circle, as it can since not told apart does
 * not carry over, nothing in the circle dominates anything else in it.
 *
 * @param comparisons  every pair once, either way round
 * @param turn  gives the other side's view
 */
export function dominations(
  options: readonly string[],
  comparisons: readonly Comparison[],
  careAbout: number,
  turn: (comparison: Comparison) => Comparison,
): Dominated[] {
  const edges = comparisons
    .flatMap((comparison) => [comparison, turn(comparison)])
    .filter((comparison) => dominates(comparison));
  const reaches = reachability(options, edges);
  return edges
    .filter(({ option, against }) => !reaches(against, option))
    .map((comparison) => ({
      option: comparison.against,
      by: comparison.option,
      because: reasons(comparison, careAbout),
    }))
    .sort((a, b) => order(options, a, b));
}

function dominates(comparison: Comparison): boolean {
  const standings = axes.map((axis) => standing(comparison, axis));
  return comparison.isNotWorse && standings.includes("surely better") && !standings.includes("worse");
}

function reachability(options: readonly string[], edges: readonly Comparison[]) {
  const reached = new Set(edges.map(({ option, against }) => JSON.stringify([option, against])));
  const has = (from: string, to: string) => reached.has(JSON.stringify([from, to]));
  for (const between of options)
    for (const from of options)
      for (const to of options) if (has(from, between) && has(between, to)) reached.add(JSON.stringify([from, to]));
  return has;
}

const order = (options: readonly string[], a: Dominated, b: Dominated) =>
  options.indexOf(a.option) - options.indexOf(b.option) || options.indexOf(a.by) - options.indexOf(b.by);

function reasons(comparison: Comparison, careAbout: number): string[] {
  const said = axes.map((axis) => ({ axis, standing: standing(comparison, axis) }));
  const better = said.filter(({ standing }) => standing === "surely better");
  const level = said.filter(({ axis, standing }) => standing === "level" && axis !== "quality");
  const unknown = said.filter(({ standing }) => standing === null);
  const quality = comparison.quality!;
  const asGood = `quality not worse by ${sizeInPoints(careAbout)}: ${pointsText(quality)}`;
  return [
    ...(better.some(({ axis }) => axis === "quality") ? [] : [asGood]),
    ...better.map(({ axis }) => betterText(comparison, axis)),
    ...level.map(({ axis }) => `${axisNames[axis]} not told apart: ${ratioText(comparison, axis)}`),
    ...(unknown.length === 0 ? [] : [`not compared: ${unknown.map(({ axis }) => axisNames[axis]).join(", ")}`]),
  ];
}

export const axisNames: Readonly<Record<Axis, string>> = {
  quality: "quality",
  costUsd: "cost",
  ttftMs: "TTFT",
  kvCacheBytes: "KV cache",
};

const betterText = (comparison: Comparison, axis: Axis): string =>
  axis === "quality"
    ? `quality ${pointsText(comparison.quality!)}`
    : `${axisNames[axis]} ${ratioText(comparison, axis)}`;

function ratioText(comparison: Comparison, axis: Axis): string {
  const { value, interval } = comparison[axis]!;
  return `× ${factor(value)}${interval === null ? "" : ` (${formatRange(interval, factor)})`}`;
}
