/** The few distributions that the intervals need: normal, Student's t and binomial. */

/**
 * The standard normal quantile, accurate to about 1 part in 10^16.
 *
 * @see Wichura 1988, "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics 37:477
 */
export function normalQuantile(probability: number): number {
  requireOpenUnit(probability);
  const centred = probability - 0.5;
  if (Math.abs(centred) <= 0.425) {
    const r = 0.180625 - centred * centred;
    return (centred * polynomial(centreNumerator, r)) / polynomial(centreDenominator, r);
  }
  const r = Math.sqrt(-Math.log(Math.min(probability, 1 - probability)));
  const magnitude =
    r <= 5
      ? polynomial(middleNumerator, r - 1.6) / polynomial(middleDenominator, r - 1.6)
      : polynomial(tailNumerator, r - 5) / polynomial(tailDenominator, r - 5);
  return centred < 0 ? -magnitude : magnitude;
}

/**
 * P(Z ≤ z) of the standard normal, absolute error below 1e-15: ½ + φ(z)·(z + z³/3 + z⁵/15 + …).
 *
 * @see Marsaglia 2004, "Evaluating the normal distribution", Journal of Statistical Software 11:4
 */
export function normalCdf(z: number): number {
  if (z < -9) return 0;
  if (z > 9) return 1;
  let term = z;
  let sum = z;
  for (let odd = 3; Math.abs(term) > Number.EPSILON * Math.abs(sum); odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  const below = 0.5 + sum * Math.exp(-(z * z) / 2 - Math.log(2 * Math.PI) / 2);
  return Math.min(1, Math.max(0, below));
}

/** P(T ≤ t) of Student's t: with x = ν/(ν+t²), 1 − I_x(ν/2, 1/2)/2 for t ≥ 0 (Abramowitz and Stegun 26.7.1). */
export function studentTCdf(t: number, degreesOfFreedom: number): number {
  const tail = regularizedBeta(degreesOfFreedom / (degreesOfFreedom + t * t), degreesOfFreedom / 2, 0.5) / 2;
  return t < 0 ? tail : 1 - tail;
}

/** The t with P(T ≤ t) = probability, by bisection on the distribution function. */
export function studentTQuantile(probability: number, degreesOfFreedom: number): number {
  requireOpenUnit(probability);
  if (!(degreesOfFreedom > 0)) throw new RangeError(`degrees of freedom must be positive, not ${degreesOfFreedom}`);
  if (probability < 0.5) return -studentTQuantile(1 - probability, degreesOfFreedom);
  let low = 0;
  let high = 1;
  while (studentTCdf(high, degreesOfFreedom) < probability && high < 1e12) high *= 2;
  for (let step = 0; step < 200 && high - low > Number.EPSILON * high; step++) {
    const middle = (low + high) / 2;
    if (studentTCdf(middle, degreesOfFreedom) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(X ≤ k) for X binomial with `n` tries of `probability`: 1 − I_p(k+1, n−k) (DLMF 8.17.5). */
export function binomialCdf(k: number, n: number, probability: number): number {
  if (k < 0) return 0;
  if (k >= n) return 1;
  return 1 - regularizedBeta(probability, k + 1, n - k);
}

/** I_x(a, b) by its continued fraction (DLMF 8.17.22), evaluated with Lentz's method. */
function regularizedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - regularizedBeta(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1), tiny);
  let fraction = d;
  for (let m = 1; m < 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let factor = 1;
    for (const coefficient of [even, odd]) {
      d = 1 / awayFromZero(1 + coefficient * d, tiny);
      c = awayFromZero(1 + coefficient / c, tiny);
      factor = c * d;
      fraction *= factor;
    }
    if (Math.abs(factor - 1) < 1e-15) break;
  }
  return front * fraction;
}

const awayFromZero = (value: number, tiny: number) => (Math.abs(value) < tiny ? tiny : value);

/** ln Γ(x) for x > 0: Lanczos's approximation with g = 7 and nine terms (Godfrey's coefficients), about 15 digits. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const shifted = x - 1;
  const series = lanczos.reduce((sum, term, index) => (index === 0 ? term : sum + term / (shifted + index)), 0);
  const base = shifted + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(base) - base + Math.log(series);
}

function requireOpenUnit(probability: number): void {
  if (!(probability > 0 && probability < 1)) throw new RangeError(`a probability in (0, 1), not ${probability}`);
}

/** Coefficients from the constant up. */
const polynomial = (coefficients: readonly number[], x: number) =>
  coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);

const lanczos = [
  0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 0.000009984369578019572, 1.5056327351493116e-7,
];
const centreNumerator = [
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
  33430.57558358813, 2509.0809287301227,
];
const centreDenominator = [
  1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271, 28729.085735721943,
  5226.495278852546,
];
const middleNumerator = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684, 0.2417807251774506,
  0.022723844989269184, 0.0007745450142783414,
];
const middleDenominator = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
  0.0005475938084995345, 1.0507500716444169e-9,
];
const tailNumerator = [
  6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
  0.0012426609473880784, 0.000027115555687434876, 2.0103343992922881e-7,
];
const tailDenominator = [
  1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 0.000018463183175100548,
  1.421511758316446e-7, 2.0442631033899397e-15,
];
