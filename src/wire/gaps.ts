/** Gaps between tokens, packed: a variable-length integer each (LEB128), two bytes for most gaps below 16 ms. */

/** @param gapsUs whole microseconds, not negative */
export function encodeGaps(gapsUs: readonly number[]): Uint8Array {
  const bytes: number[] = [];
  for (const gap of gapsUs) {
    let rest = Math.max(0, Math.round(gap));
    while (rest >= 0x80) {
      bytes.push((rest % 0x80) + 0x80);
      rest = Math.floor(rest / 0x80);
    }
    bytes.push(rest);
  }
  return Uint8Array.from(bytes);
}

/** The inverse of `encodeGaps`. Bytes that end inside a number lose that number. */
export function decodeGaps(bytes: Uint8Array): number[] {
  const gapsUs: number[] = [];
  let value = 0;
  let weight = 1;
  for (const byte of bytes) {
    value += (byte % 0x80) * weight;
    weight *= 0x80;
    if (byte >= 0x80) continue;
    gapsUs.push(value);
    value = 0;
    weight = 1;
  }
  return gapsUs;
}
