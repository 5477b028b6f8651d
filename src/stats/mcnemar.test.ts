import fc from "fast-check";
import { expect, test } from "vitest";
import { discordantPairs, mcnemarTest } from "./mcnemar.ts";
import { signFlipTest } from "./sign-flip.ts";

test("one against seven discordant pairs has the published p-values", () => {
  // Bentur et al. 2009, airway hyper-responsiveness of 21 children, as in Fagerland, Lydersen and Laake 2013, Table 1.
  const { exactP, midP } = mcnemarTest(1, 7);
  expect(exactP).toBeCloseTo(0.07, 3);
  expect(midP).toBeCloseTo(0.039, 3);
});

test("the exact test is the sign-flip test of independent 0/1 pairs", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }), (baselineOnly, candidateOnly) => {
      const differences = [...new Array(baselineOnly).fill([-1]), ...new Array(candidateOnly).fill([1]), [0], [0]];
      expect(mcnemarTest(baselineOnly, candidateOnly).exactP).toBeCloseTo(signFlipTest(differences).p, 12);
    }),
  );
});

test("p-values do not depend on which side is which, and mid-p is the smaller", () => {
  fc.assert(
    fc.property(fc.nat(200), fc.nat(200), (one, other) => {
      const [forth, back] = [mcnemarTest(one, other), mcnemarTest(other, one)];
      expect(forth.exactP).toBe(back.exactP);
      expect(forth.midP).toBe(back.midP);
      expect(forth.midP).toBeLessThanOrEqual(forth.exactP);
      expect(forth.exactP).toBeLessThanOrEqual(1);
    }),
  );
  expect(mcnemarTest(0, 0)).toMatchObject({ exactP: 1, midP: 1 });
});

test("pairs are counted by the side that alone is right", () => {
  const pair = (baseline: number, candidate: number) => ({ sample: "s", cluster: "d", baseline, candidate });
  expect(discordantPairs([pair(1, 1), pair(1, 0), pair(0, 1), pair(0, 1), pair(0, 0)])).toEqual({
    baselineOnly: 1,
    candidateOnly: 2,
  });
  expect(() => discordantPairs([pair(0.5, 1)])).toThrow(RangeError);
});
