import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clusteredMean } from "./clustered-mean.ts";
import { clusteredProportion } from "./clustered-proportion.ts";
import { wilsonInterval } from "./proportion.ts";
import { randomFrom } from "./random.ts";

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

  test("takes answers that are all right as half way between as many as there are and as many as clusters", () => {
    const documents = Array.from({ length: 10 }, () => [1, 1, 1, 1, 1]);
    const all = clusteredProportion(documents)!;
    expect(all.independent).toBeCloseTo(50 / (1 + 4 * 0.5), 9);
    expect(all.interval!.high).toBe(1);
    const oneWrong = clusteredProportion([[1, 1, 1, 1, 0], ...documents.slice(1)])!;
    // 81 to 100 % beside 90 to 99.6 %; taken as one answer a document, with a t for the z, it was 67 to 100 %.
    expect(oneWrong.interval!.low - all.interval!.low).toBeLessThan(0.085);
    expect(all.interval!.low).toBeGreaterThan(wilsonInterval(10, 10)!.low);
    expect(all.interval!.low).toBeLessThan(wilsonInterval(50, 50)!.low);
  });

  test("reaches nearly as far when one answer is another, nor as equal scores differ in their last bits", () => {
    const upperEnd = (wrong: number) => {
      const clusters = Array.from({ length: 14 }, (_, document) => [document < wrong ? 1 : 0, 0, 0, 0, 0, 0]);
      return clusteredProportion(clusters)!.interval!.high;
    };
    const ends = Array.from({ length: 9 }, (_, wrong) => upperEnd(wrong));
    for (const [wrong, end] of ends.entries()) expect(Math.max(0, ...ends.slice(0, wrong)) - end).toBeLessThan(0.016);
    const partly = (scores: readonly number[]) => clusteredProportion(Array.from({ length: 5 }, () => scores))!;
    const alike = partly([0.8, 0.8]).independent!;
    expect(partly([0.8, 0.8 + 2 ** -53]).independent).toBeCloseTo(alike, 6);
    // Of equal scores v is 1/n, so that they are worth n²/d.
    expect(partly([0.8, 0.8, 0.8]).independent! / alike).toBeCloseTo(15 ** 2 / 2 / (10 ** 2 / 1.5), 6);
  });

  test("covers shares near 1 of few clusters, alike or not", () => {
    const random = randomFrom("shares near 1");
    for (const share of [0.95, 0.98])
      for (const alike of [0, 0.5]) {
        let covered = 0;
        for (let study = 0; study < 1500; study++) {
          const documents = Array.from({ length: 10 }, () => {
            const [isOwn, own] = [random.uniform() < Math.sqrt(alike), random.uniform()];
            return Array.from({ length: 5 }, () => ((isOwn ? own : random.uniform()) < share ? 1 : 0));
          });
          const { low, high } = clusteredProportion(documents)!.interval!;
          if (low <= share && share <= high) covered++;
        }
        expect(covered / 1500, `${share}, ${alike}`).toBeGreaterThan(0.92);
      }
  });

  test("of partly right answers is narrower, as they vary less, and covers their mean", () => {
    const random = randomFrom("partly right");
    const draw = (count: number) => Array.from({ length: count }, () => [0.7 + 0.3 * random.uniform()]);
    const one = clusteredProportion(draw(40))!;
    const student = clusteredMean(draw(40))!.interval!;
    expect(one.interval!.high - one.interval!.low).toBeLessThan(1.6 * (student.high - student.low));
    let covered = 0;
    for (let study = 0; study < 1500; study++) {
      const { low, high } = clusteredProportion(draw(20))!.interval!;
      if (low <= 0.85 && 0.85 <= high) covered++;
    }
    expect(covered / 1500).toBeGreaterThan(0.94);
    // Scores that happen to agree do not claim to vary by nothing.
    const { low, high } = clusteredProportion(Array.from({ length: 20 }, () => [0.7]))!.interval!;
    expect(high - low).toBeGreaterThan(0.05);
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
    // Six answers of a kind tell most of it, and not all.
    expect(unlike.independent).toBeLessThan(12);
    expect(unlike.independent).toBeGreaterThan(9);
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
