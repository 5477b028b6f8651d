/** What the simulations draw from: clustered samples whose true mean, share or ratio is known. */
import { normalQuantile, type Random } from "../../src/stats/index.ts";

/** Samples of one document: five, or 1 to many with a mean of 6.5. */
export const sizes = {
  equal: () => 5,
  unequal: (random: Random) => 1 + Math.floor(-6 * Math.log(1 - random.uniform())),
} as const;
export type Sizes = keyof typeof sizes;

/** Clusters whose samples are made of a part that they share and one of their own, weighted to the correlation. */
export function clustersOf<Sample>(
  random: Random,
  count: number,
  kind: Sizes,
  correlation: number,
  sampleOf: (blend: () => number) => Sample,
  noise: (random: Random) => number = ({ normal }) => normal(),
): Sample[][] {
  return Array.from({ length: count }, () => {
    // One shared part for each that a sample asks for.
    const shared: number[] = [];
    return Array.from({ length: sizes[kind](random) }, () => {
      let asked = 0;
      return sampleOf(() => {
        if (asked === shared.length) shared.push(noise(random));
        return Math.sqrt(correlation) * shared[asked++]! + Math.sqrt(1 - correlation) * noise(random);
      });
    });
  });
}

/** Mean 0, variance 1, skewness 2. */
export const exponential = (random: Random) => -Math.log(1 - random.uniform()) - 1;

/** Mean 1; `spread` is that of the logarithm. */
export const lognormal = (normal: number, spread: number) => Math.exp(spread * normal - spread ** 2 / 2);

export const isRight = (normal: number, share: number) => (normal < normalQuantile(share) ? 1 : 0);

/** A difference of two 0/1 scores. */
export function ternary(random: Random, discordance: number, mean: number): number {
  const draw = random.uniform();
  return draw < (discordance + mean) / 2 ? 1 : draw < discordance ? -1 : 0;
}
