import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clusteredProportion } from "./clustered-proportion.ts";
import { wilsonInterval } from "./proportion.ts";

const score = fc.constantFrom(0, 1);
const clusters = fc.array(fc.array(score, { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 15 });

describe("a share of clustered scores", () => {
  test("has Wilson's interval where each cluster has one score", () => {
    fc.assert(
      fc.property(fc.array(score, { minLength: 2, maxLength: 40 }), (scores) => {
        const right = scores.reduce<number>((sum, one) => sum + one, 0);
        const { interval, independent } = clusteredProportion(scores.map((one) => [one]))!;
        expect(independent).toBeCloseTo(scores.length, 9);
        expect(interval!.low).toBeCloseTo(wilsonInterval(right, scores.length)!.low, 9);
        expect(interval!.high).toBeCloseTo(wilsonInterval(right, scores.length)!.high, 9);
      }),
    );
  });

  test("keeps inside [0, 1] with the share inside, and mirrors when right becomes wrong", () => {
    fc.assert(
      fc.property(clusters, (drawn) => {
        const [right, wrong] = [drawn, drawn.map((scores) => scores.map((one) => 1 - one))].map(
          (each) => clusteredProportion(each)!,
        );
        const { low, high } = right!.interval!;
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(right!.share + 1e-12);
        expect(high).toBeGreaterThanOrEqual(right!.share - 1e-12);
        expect(wrong!.interval!.low).toBeCloseTo(1 - high, 9);
        expect(wrong!.interval!.high).toBeCloseTo(1 - low, 9);
      }),
    );
  });

  test("keeps a width where all are right, as wide as so few clusters leave it", () => {
    const [few, many] = [10, 40].map(
      (count) => clusteredProportion(Array.from({ length: count }, () => [1, 1, 1, 1, 1]))!,
    );
    expect(few!.interval!.high).toBe(1);
    expect(few!.interval!.low).toBeLessThan(wilsonInterval(10, 10)!.low);
    expect(many!.interval!.low).toBeGreaterThan(few!.interval!.low);
    expect(many!.interval!.low).toBeLessThan(wilsonInterval(40, 40)!.low);
  });

  test("is worth at most its answers, at least nearly its clusters", () => {
    const agreeing = clusteredProportion([
      [1, 1],
      [0, 0],
      [1, 1],
      [0, 0],
      [1, 1],
      [0, 0],
      [1, 1],
      [0, 0],
    ])!;
    expect(agreeing.independent).toBeLessThan(8);
    expect(agreeing.independent).toBeGreaterThan(5);
    const unlike = clusteredProportion([
      [1, 0],
      [0, 1],
      [1, 0],
      [0, 1],
      [1, 0],
      [0, 1],
    ])!;
    expect(unlike.independent).toBe(12);
  });

  test("of one cluster has no interval, and of nothing is null", () => {
    expect(clusteredProportion([[1, 0, 1]])).toEqual({
      share: 2 / 3,
      n: 3,
      clusters: 1,
      independent: null,
      interval: null,
    });
    expect(clusteredProportion([[]])).toBeNull();
    expect(() => clusteredProportion([[1], [1.5]])).toThrow(RangeError);
  });
});
