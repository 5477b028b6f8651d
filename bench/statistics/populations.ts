/** What the simulations draw from: clustered samples whose true mean, share or ratio is known. */
import { normalCdf, normalQuantile, type Random } from "../../src/stats/index.ts";

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

/** Scores from 0 to 1 with their means, each from a normal draw. */
export const partlyRight = {
  "of any size": { mean: 0.5, score: normalCdf },
  "around 0.8": { mean: 0.8, score: (normal: number) => normalCdf(normal) ** 0.25 },
  "a fifth wrong, half right": { mean: 0.65, score: (normal: number) => between((normalCdf(normal) - 0.2) / 0.3) },
  "nine in ten right": { mean: 0.95, score: (normal: number) => between(normalCdf(normal) / 0.1) },
} as const;

const between = (value: number) => Math.min(1, Math.max(0, value));

/** A difference of two 0/1 scores. */
export function ternary(random: Random, discordance: number, mean: number): number {
  const draw = random.uniform();
  return draw < (discordance + mean) / 2 ? 1 : draw < discordance ? -1 : 0;
}
