/** Seeded randomness: the same seed gives the same numbers on every machine, which `Math.random` cannot promise. */

export interface Random {
  /** A number in [0, 1). */
  readonly uniform: () => number;
  /** An integer in [0, count). */
  readonly integer: (count: number) => number;
  /** A draw from the standard normal distribution (Box–Muller). */
  readonly normal: () => number;
  /** One of the items. */
  readonly pick: <Item>(items: readonly Item[]) => Item;
  /** The items in random order (Fisher–Yates); the argument is left alone. */
  readonly shuffle: <Item>(items: readonly Item[]) => Item[];
}

/** A generator (mulberry32, T. Ettinger, public domain) from a seed: a number, or any text. */
export function randomFrom(seed: number | string): Random {
  let state = typeof seed === "number" ? seed >>> 0 : hashOf(seed);
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (count: number) => Math.floor(uniform() * count);
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const pick = <Item>(items: readonly Item[]): Item => {
    if (items.length === 0) throw new RangeError("pick needs at least one item");
    return items[integer(items.length)]!;
  };
  const shuffle = <Item>(items: readonly Item[]): Item[] => {
    const shuffled = [...items];
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = integer(last + 1);
      [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
    }
    return shuffled;
  };
  return { uniform, integer, normal, pick, shuffle };
}

/** FNV-1a over UTF-16 code units, finished with a murmur mix so that similar texts give unrelated seeds. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
