import fc from "fast-check";
import { expect, test } from "vitest";
import { krippendorffAlpha } from "./agreement.ts";
import { clusteredAgreement } from "./clustered-agreement.ts";

// Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", part C: four observers, twelve units, missing data.
const observers = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."];
const units = Array.from({ length: 12 }, (_, unit) =>
  observers.flatMap((ratings) => (ratings[unit] === "." ? [] : [Number(ratings[unit])])),
);

test("of the published example it is the published one", () => {
  const agreement = clusteredAgreement(
    units.map((unit) => [unit]),
    { seed: 1 },
  )!;
  expect(agreement.alpha).toBeCloseTo(0.849, 3);
  // The last unit has one rating, which nothing can be compared with.
  expect(agreement).toMatchObject({ units: 11, ratings: 40 });
  expect(agreement.interval!.low).toBeLessThan(agreement.alpha);
  expect(agreement.interval!.high).toBeGreaterThan(agreement.alpha);
});

test("it is the α that pairs of ratings give, however units are clustered", () => {
  const unit = fc.array(fc.constantFrom(0, 0.1, 0.3, 0.7, 1), { maxLength: 4 });
  fc.assert(
    fc.property(fc.array(fc.array(unit, { maxLength: 4 }), { maxLength: 6 }), (clusters) => {
      const alpha = krippendorffAlpha(clusters.flat(), "interval");
      const agreement = clusteredAgreement(clusters, { seed: 1, resamples: 10 });
      if (alpha === null) expect(agreement).toBeNull();
      else expect(agreement!.alpha).toBeCloseTo(alpha, 9);
    }),
  );
});

test("units of one cluster tell less than as many units apart", () => {
  const drawn = Array.from({ length: 10 }, (_, index) => [
    [index / 10, index / 10],
    [index / 10, index % 3 === 0 ? 1 : index / 10],
  ]);
  const width = (clusters: readonly (readonly (readonly number[])[])[]) => {
    const { low, high } = clusteredAgreement(clusters, { seed: 1 })!.interval!;
    return high - low;
  };
  const twice = drawn.map((units) => [...units, ...units]);
  expect(width(twice)).toBeGreaterThan(width(twice.flat().map((unit) => [unit])));
});

test("one cluster, and agreement throughout, have no interval", () => {
  expect(clusteredAgreement([units], { seed: 1 })!.interval).toBeNull();
  expect(clusteredAgreement([[[0, 0]], [[1, 1]], [[0, 0]]], { seed: 1 })).toMatchObject({ alpha: 1, interval: null });
  expect(clusteredAgreement([[[0.1, 0.1]], [[0.1, 0.1]]], { seed: 1 })).toBeNull();
});
