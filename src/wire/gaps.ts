/**
 * Gaps between tokens in little space: a long answer has thousands, and every call keeps them. Each gap is a LEB128
 * varint, seven bits a byte with the lowest first; the bytes are written as base64. A gap under 16 ms takes two bytes.
 */

/** @param gapsUs  microseconds; fractions are rounded, what is negative or no number becomes 0 */
export function encodeGaps(gapsUs: readonly number[]): string {
  const bytes: number[] = [];
  for (const gap of gapsUs) {
    let rest = gap > 0 ? Math.min(Math.round(gap), Number.MAX_SAFE_INTEGER) : 0;
    while (rest >= 0x80) {
      bytes.push((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    bytes.push(rest);
  }
  return Buffer.from(bytes).toString("base64");
}

/**
 * @returns microseconds, as they went in
 * @throws RangeError where the text was not written by {@link encodeGaps}
 */
export function decodeGaps(text: string): number[] {
  const gaps: number[] = [];
  let gap = 0;
  let place = 1;
  for (const byte of Buffer.from(text, "base64")) {
    gap += (byte & 0x7f) * place;
    if (gap > Number.MAX_SAFE_INTEGER) throw new RangeError("a gap is too large to be one");
    if (byte & 0x80) {
      place *= 0x80;
    } else {
      gaps.push(gap);
      gap = 0;
      place = 1;
    }
  }
  if (place !== 1) throw new RangeError("the last gap is cut off");
  return gaps;
}
