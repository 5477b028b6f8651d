/** IEEE 754 half precision (binary16) as bits. Written out because `Float16Array` is younger than our oldest Node. */

const float = new Float32Array(1);
const bitsOfFloat = new Uint32Array(float.buffer);

/**
 * The half nearest to a float32, ties to even; beyond the largest half (65504) infinity, NaN stays NaN.
 *
 * @param value  a float32; other numbers are rounded to one first
 * @returns the 16 bits, as a number from 0 to 65535
 */
export function halfFromFloat(value: number): number {
  float[0] = value;
  const bits = bitsOfFloat[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  const exponent = (magnitude >>> 23) - 127 + 15;
  const fraction = magnitude & 0x7fffff;
  if (exponent >= 31) return sign | 0x7c00;
  // A carry out of the rounded fraction runs into the exponent, which is the right answer (and overflows to infinity).
  if (exponent > 0) return sign | roundAway((exponent << 23) | fraction, 13);
  if (exponent < -10) return sign;
  return sign | roundAway(fraction | 0x800000, 14 - exponent);
}

/** The value of a half given as its 16 bits. */
export function floatFromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** Drops the lowest bits of an unsigned integer, to nearest, ties to even. */
function roundAway(bits: number, dropped: number): number {
  const kept = bits >>> dropped;
  const rest = bits & ((1 << dropped) - 1);
  const tie = 1 << (dropped - 1);
  return rest > tie || (rest === tie && kept & 1) ? kept + 1 : kept;
}
