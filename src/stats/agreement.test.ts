import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { krippendorffAgreement, krippendorffAlpha, type Ratings } from "./agreement.ts";

/** Units from one line a rater; `.` is a missing rating. */
const unitsOf = (...raters: readonly string[]): Ratings[] => {
  const lines = raters.map((line) => line.split(" ").map((rating) => (rating === "." ? null : rating)));
  return lines[0]!.map((_, unit) => lines.map((line) => line[unit]!));
};
const numbers = (units: readonly Ratings[]): Ratings[] =>
  units.map((unit) => unit.map((rating) => (rating === null ? null : Number(rating))));

describe("Krippendorff's alpha", () => {
  // Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability": his examples A, B, C and D.
  test("of two raters and two values is the published one", () => {
    expect(krippendorffAlpha(unitsOf("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0"), "nominal")).toBeCloseTo(0.095, 3);
  });

  test("of two raters and five labels is the published one", () => {
    const units = unitsOf("a a b b d c c c e d d a", "b a b b b c c c e d d d");
    expect(krippendorffAlpha(units, "nominal")).toBeCloseTo(0.692, 3);
  });

  const fourRaters = numbers(
    unitsOf("1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3", ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 ."),
  );
  test.each([
    ["nominal", 0.743],
    ["ordinal", 0.815],
    ["interval", 0.849],
  ] as const)("of four raters with missing %s ratings is the published one", (level, alpha) => {
    expect(krippendorffAlpha(fourRaters, level)).toBeCloseTo(alpha, 3);
  });

  test("comes with how much was compared, and an interval of the units", () => {
    const agreement = krippendorffAgreement(fourRaters, "interval", { seed: 1 })!;
    // The last unit has one rating, which nothing can be compared with.
    expect(agreement).toMatchObject({ units: 11, ratings: 40 });
    expect(agreement.interval!.low).toBeLessThan(agreement.alpha);
    expect(agreement.interval!.high).toBeGreaterThan(agreement.alpha);
    expect(agreement.interval!.high).toBeLessThanOrEqual(1);
  });

  const rating = fc.option(fc.integer({ min: 0, max: 4 }), { freq: 4 });
  const drawnUnits = fc.array(fc.array(rating, { minLength: 3, maxLength: 3 }), { minLength: 4, maxLength: 12 });

  test("does not change with the raters' order, with names of labels, the scale of ranks, the unit of amounts", () => {
    const changes = {
      nominal: (value: number) => (7 * value) % 5,
      ordinal: (value: number) => value ** 3,
      interval: (value: number) => 10 - 3 * value,
    };
    fc.assert(
      fc.property(drawnUnits, fc.constantFrom("nominal", "ordinal", "interval"), (units, level) => {
        const changed = units.map((unit) =>
          unit.toReversed().map((value) => (value === null ? null : changes[level](value))),
        );
        const [alpha, again] = [krippendorffAlpha(units, level), krippendorffAlpha(changed, level)];
        if (alpha === null) expect(again).toBeNull();
        else expect(again).toBeCloseTo(alpha, 9);
      }),
    );
  });

  test("is 1 for agreement, undefined where all is one value, and about 0 for chance", () => {
    expect(krippendorffAlpha(unitsOf("a b c", "a b c"), "nominal")).toBe(1);
    expect(krippendorffAlpha(unitsOf("a a a", "a a a"), "nominal")).toBeNull();
    expect(krippendorffAlpha(unitsOf("a b c", ". . ."), "nominal")).toBeNull();
    expect(krippendorffAgreement(unitsOf("a a", "a a"), "nominal", { seed: 1 })).toBeNull();
    expect(() => krippendorffAlpha(unitsOf("a b", "a b"), "ordinal")).toThrow(RangeError);
  });
});
