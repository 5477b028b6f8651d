import { describe, expect, test } from "vitest";
import { amountScale, contextScale, logTicks, tickText } from "./axes.ts";
import { cachedAgainstExpected, depthMap, kvFrontier, qualityByContext, readByTurn, seriesOf } from "./index.ts";

const frame = { width: 520, series: seriesOf(["a", "b"]) };
const share = { share: 0.5, low: 0.3, high: 0.7, n: 20, href: null };

test("every candidate has its own colour and shape", () => {
  const series = seriesOf(["a", "b", "c", "d", "e", "f", "g", "h"]);
  expect(new Set(series.map(({ colour }) => colour)).size).toBe(8);
  expect(new Set(series.map(({ symbol }) => symbol)).size).toBe(8);
});

describe("axes", () => {
  test("ticks are round and no more than there is room for", () => {
    expect(logTicks([90, 2500], 6)).toEqual([100, 200, 500, 1000, 2000]);
    expect(logTicks([1, 1e9], 4).length).toBeLessThanOrEqual(4);
    expect(logTicks([], 5)).toEqual([1, 2, 5, 10]);
    expect(["20.0 ms", "1.50 KB", "100 B", "2.00 MB"].map(tickText)).toEqual(["20 ms", "1.5 KB", "100 B", "2 MB"]);
  });

  test("an axis starts at zero unless its values span more than a factor of 20", () => {
    expect(amountScale([10, 100], String).type).toBe("linear");
    expect(amountScale([10, 1000], String).type).toBe("log");
  });

  test("contexts have a tick each, or every other one where it is narrow", () => {
    expect(contextScale([256, 512, 1024, 256], 500).ticks).toEqual([256, 512, 1024]);
    expect(contextScale([1, 2, 4, 8, 16, 32], 180).ticks).toEqual([1, 4, 16]);
  });
});

const words = {
  title: "Grounded",
  noun: "grounding",
  answers: "grounded answers",
  share: "Share of grounded answers",
};

test("captions give n, and name what could not be drawn", () => {
  const at = { variant: "", label: "1K", contextTokens: 1024 };
  const chart = kvFrontier(
    [
      { ...at, ...share, candidate: "a", amount: 1000 },
      { ...at, ...share, candidate: "b", amount: null },
    ],
    words,
    frame,
  );
  expect(chart.caption).toContain("20 scored samples");
  expect(chart.caption).toContain("Not measured, so not drawn: b.");
});

test("the trained context is a rule only where the chart reaches it", () => {
  const points = [512, 2048].map((contextTokens) => ({ ...share, candidate: "a", variant: "", contextTokens }));
  const trained = [
    { candidate: "a", contextTokens: 1024 },
    { candidate: "b", contextTokens: 65_536 },
  ];
  const { caption } = qualityByContext(points, trained, words, frame);
  expect(caption).toContain("a trained to 1K tokens");
  expect(caption).not.toContain("64K");
});

test("a heat map puts questions without an answer in the last row", () => {
  const points = [1, null, 0].map((depth) => ({ ...share, label: "1K", depth }));
  const { options } = depthMap(points, { candidate: "a", labels: ["1K"] }, 340);
  expect(options.y!.domain).toEqual(["depth 0%", "depth 100%", "no answer"]);
});

test("labels that do not fit under their column stand aslant, with room below", () => {
  const point = { ...share, label: "512", depth: 0.5 };
  const of = (labels: string[]) => depthMap([point], { candidate: "a", labels }, 342).options;
  expect(of(["512 · needles 1", "1K · needles 1", "2K"]).marginBottom).toBeGreaterThan(of(["512", "1K"]).marginBottom!);
});

test("the cache chart counts trials that did exactly what their rule says", () => {
  const point = { candidate: "a", label: "1K", expectedTokens: 900, readTokens: 0, n: 8, asExpected: 2, href: null };
  expect(cachedAgainstExpected([point], frame).caption).toContain("8 scored trials with both counts, equal in 2");
});

test("a loop's chart counts its calls, and has room for what was read above the ceiling", () => {
  const point = { candidate: "a", turn: 1, calls: 3, cachedTokens: 900, ceilingTokens: 800 };
  const { caption, options } = readByTurn([point, { ...point, turn: 2, cachedTokens: null }], frame);
  expect(caption).toContain("6 calls");
  expect(options.x!.domain).toEqual([1, 2]);
  expect((options.y!.domain as number[])[1]).toBeGreaterThan(900);
});
