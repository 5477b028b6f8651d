/**
 * A number for a prefix, so that a cache remembers eight bytes where the prefix has thousands of tokens. Equal prefixes
 * of one namespace have equal keys. The keys have 53 bits (two murmur3 lanes, A. Appleby, public domain): that a prompt
 * meets a wrong one among n that are remembered has a chance of n · 2⁻⁵³ for each look-up, 1 in 10⁹ for ten million.
 */

/**
 * The keys of the prefixes that end at `ends`, tokens, rising.
 *
 * @throws RangeError for an end behind the last token
 */
export function prefixKeys(tokens: Int32Array, ends: readonly number[], namespace = ""): Float64Array {
  const last = ends.at(-1) ?? 0;
  if (last > tokens.length) throw new RangeError(`a prefix of ${last} tokens in a prompt of ${tokens.length}`);
  const keys = new Float64Array(ends.length);
  fill(keys, tokens, (index) => ends[index]!, namespace);
  return keys;
}

/** The keys of the prefixes of 1, 2, 3, … whole chunks. */
export function chunkKeys(tokens: Int32Array, chunkTokens: number, namespace = ""): Float64Array {
  const keys = new Float64Array(Math.floor(tokens.length / chunkTokens));
  fill(keys, tokens, (index) => (index + 1) * chunkTokens, namespace);
  return keys;
}

function fill(keys: Float64Array, tokens: Int32Array, endOf: (index: number) => number, namespace: string): void {
  let low = 0x9747b28c;
  let high = 0x3c6ef372;
  for (let index = 0; index < namespace.length; index++) {
    low = Math.imul(low ^ namespace.charCodeAt(index), 0x01000193);
    high = Math.imul(high ^ namespace.charCodeAt(index), 0x85ebca6b);
  }
  let token = 0;
  for (let index = 0; index < keys.length; index++) {
    // All a prompt's tokens pass here: both lanes stay in registers.
    for (const end = endOf(index); token < end; token++) {
      const value = tokens[token]!;
      let k = Math.imul(value, 0xcc9e2d51);
      low ^= Math.imul((k << 15) | (k >>> 17), 0x1b873593);
      low = (Math.imul((low << 13) | (low >>> 19), 5) + 0xe6546b64) | 0;
      k = Math.imul(value, 0x239b961b);
      high ^= Math.imul((k << 16) | (k >>> 16), 0xab0e9789);
      high = (Math.imul((high << 17) | (high >>> 15), 5) + 0x561ccd1b) | 0;
    }
    keys[index] = (finished(high) >>> 11) * 2 ** 32 + (finished(low ^ token) >>> 0);
  }
}

/** murmur3's finaliser: every bit of the lane moves every bit of the key. */
function finished(lane: number): number {
  let mixed = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
