import { expect, test } from "vitest";
import { krippendorffAlpha } from "../../stats/index.ts";
import { ratingsTable } from "./agreement.ts";

test("ratings become a table of units and raters, with gaps where nobody rated", () => {
  const table = ratingsTable([
    { unit: "trial 1", rater: "judge 1", value: 1 },
    { unit: "trial 1", rater: "judge 2", value: 0.5 },
    { unit: "trial 2", rater: "judge 1", value: null },
    { unit: "trial 3", rater: "human", value: 0 },
    { unit: "trial 1", rater: "human", value: 1 },
  ]);
  expect(table).toEqual({
    units: ["trial 1", "trial 2", "trial 3"],
    raters: ["judge 1", "judge 2", "human"],
    ratings: [
      [1, 0.5, 1],
      [null, null, null],
      [null, null, 0],
    ],
  });
});

test("two ratings of one unit by one rater are a mistake of the caller", () => {
  const rating = { unit: "trial 1", rater: "judge", value: 1 };
  expect(() => ratingsTable([rating, rating])).toThrow(RangeError);
});

// Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", part C: four observers, twelve units, missing data.
test("the table is what α is computed from: the published example has its published α", () => {
  const observers = { A: "123321412...", B: "1233224125.3", C: ".3332342251.", D: "12332441251." };
  const ratings = Object.entries(observers).flatMap(([rater, values]) =>
    [...values].map((value, unit) => ({ unit: `${unit}`, rater, value: value === "." ? null : Number(value) })),
  );
  const { ratings: rows } = ratingsTable(ratings);
  expect(krippendorffAlpha(rows, "nominal")).toBeCloseTo(0.743, 3);
  expect(krippendorffAlpha(rows, "interval")).toBeCloseTo(0.849, 3);
});
