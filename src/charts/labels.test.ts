import { describe, expect, test } from "vitest";
import { kvFrontier, seriesOf } from "./index.ts";
import { type Named, type PlacedLabel, placeLabels, placeNames } from "./labels.ts";

const within = { left: 50, right: 340, top: 15, bottom: 260 };
const around = (marks: readonly Named[]) => ({ marks, lines: [], within });

const boxOf = ({ text, left, middle }: PlacedLabel<Named>) => {
  return { left, right: left + text.length * 6.2, top: middle - 6, bottom: middle + 6 };
};

/** Twelve options in a corner, as a job with six arms has them. */
const crowd = ["coin", "agent"].flatMap((candidate, row) =>
  ["whole", "bm25 top 3", "hybrid with vllm/emb-1 top 3, reranked by vllm/rr-1", "agent", "e", "f"].map(
    (label, index) => ({ candidate, label, x: 110 + 13 * index + 5 * row, y: 240 - 9 * row }),
  ),
);

describe("labels", () => {
  test("stand as names where all have room, and as one number a name where one has none", () => {
    const two = [
      { label: "whole", x: 100, y: 100 },
      { label: "bm25 top 3", x: 200, y: 100 },
    ];
    expect(placeLabels(two, around(two))).toMatchObject({ placed: [{ text: "whole" }, { text: "bm25 top 3" }] });
    const { placed, numbered } = placeLabels(crowd, around(crowd));
    expect(numbered).toHaveLength(6);
    for (const { mark, text } of placed) expect(numbered[Number(text) - 1]).toBe(mark.label);
  });

  test("hide no other label and no mark, and do not leave the chart", () => {
    const edge = { label: "bm25 top 2, passages of 20 words", x: 330, y: 36 };
    for (const marks of [crowd, [edge]]) {
      const { placed } = placeLabels(marks, around(marks));
      expect(placed.length).toBeGreaterThan(0);
      const boxes = placed.map(boxOf);
      for (const [index, box] of boxes.entries()) {
        expect(box.left >= within.left && box.right <= within.right).toBe(true);
        expect(box.top >= within.top && box.bottom <= within.bottom).toBe(true);
        for (const other of boxes.slice(index + 1))
          expect(
            box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom,
          ).toBe(false);
        for (const { x, y } of marks)
          expect(box.left < x + 4 && x - 4 < box.right && box.top < y + 4 && y - 4 < box.bottom).toBe(false);
      }
    }
  });

  test("marks that lie upon each other share the label that they have in common", () => {
    const upon = [1, 2].map((by) => ({ label: "whole", x: 100 + by, y: 100 }));
    expect(placeLabels(upon, around(upon)).placed).toHaveLength(1);
    const other = upon.map((one, index) => ({ ...one, label: `${index}` }));
    expect(placeLabels(other, around(other)).placed).toHaveLength(2);
  });

  test("names that need no number go where there is no room", () => {
    const long = crowd.map((mark) => ({ ...mark, label: `${mark.label} ${mark.label}` }));
    const { placed, numbered } = placeNames(long, around(long));
    expect(numbered).toEqual([]);
    expect(placed.length).toBeLessThan(long.length);
  });
});

test("a chart says what its numbers stand for", () => {
  const series = seriesOf(["coin", "agent"]);
  const words = { title: "Quality", noun: "quality", answers: "quality of answers", share: "Mean quality" };
  const points = crowd.map(({ candidate, label, x }) => {
    const share = { share: 0.05, low: 0.01, high: 0.2, n: 24, href: null };
    return { candidate, label, variant: label, contextTokens: null, amount: 1_000 + x, ...share };
  });
  expect(kvFrontier(points, words, { width: 342, series }).key).toHaveLength(6);
  expect(kvFrontier(points.slice(0, 1), words, { width: 342, series })).not.toHaveProperty("key");
});
