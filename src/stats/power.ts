/** What a number of measurements can tell apart. */
import { logGamma, normalCdf, studentTQuantile } from "./distributions.ts";
import { defaultConfidence } from "./interval.ts";

export const defaultPower = 0.8;

/**
 * How far the true mean has to be from a value, in standard deviations of one measurement, for Student's interval of `n`
 * measurements to leave the value on its far side with probability `power`: d with P(T′ > t) = power, where T′ has
 * n − 1 degrees of freedom and noncentrality d·√n, and t is the interval's quantile.
 *
 * @see Cohen 1988, "Statistical Power Analysis for the Behavioral Sciences", chapter 2; it is the exact form, not his tables
 * @throws RangeError for fewer than 2 measurements
 */
export function detectableEffect(n: number, power = defaultPower, confidence = defaultConfidence): number {
  if (!(n >= 2)) throw new RangeError(`a spread needs 2 measurements, not ${n}`);
  const quantile = studentTQuantile(0.5 + confidence / 2, n - 1);
  let [low, high] = [0, 1];
  const reached = (effect: number) => noncentralTTail(quantile, n - 1, effect * Math.sqrt(n)) >= power;
  while (!reached(high)) high *= 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (reached(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * P(T′ > t) = ∫ Φ(δ − t·s) f(s) ds, where T′ = (Z + δ)/s and s² = χ²ᵥ/ν; Simpson's rule over all s that weigh anything.
 *
 * @see Johnson, Kotz and Balakrishnan 1995, "Continuous Univariate Distributions", volume 2, chapter 31
 */
export function noncentralTTail(t: number, degreesOfFreedom: number, noncentrality: number): number {
  const half = degreesOfFreedom / 2;
  const logScale = Math.log(2) + half * Math.log(half) - logGamma(half);
  const density = (s: number) =>
    s === 0
      ? degreesOfFreedom === 1
        ? Math.exp(logScale)
        : 0
      : Math.exp(logScale + (degreesOfFreedom - 1) * Math.log(s) - half * s * s);
  const end = 1 + 10 / Math.sqrt(degreesOfFreedom);
  const steps = 2000;
  const width = end / steps;
  let sum = 0;
  for (let step = 0; step <= steps; step++) {
    const weight = step === 0 || step === steps ? 1 : step % 2 === 1 ? 4 : 2;
    sum += weight * normalCdf(noncentrality - t * step * width) * density(step * width);
  }
  return (sum * width) / 3;
}
