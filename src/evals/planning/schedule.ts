/** In which order prompts are sent, and what each waits for so that it finds in the cache what it shares. */
import type { PrefixTree } from "./prefix-tree.ts";

export interface Schedule {
  /** Prompts, by their number as they were given, in the order in which they may start. */
  readonly order: Int32Array;
  /** For each place in that order, an earlier place that has to have ended before; -1 where it need not wait. */
  readonly after: Int32Array;
}

/** As the prompts were given, none waiting for another. */
export const asGiven = (prompts: number): Schedule => ({
  order: Int32Array.from({ length: prompts }, (_, prompt) => prompt),
  after: new Int32Array(prompts).fill(-1),
});

/** Its first places. */
export const startOf = ({ order, after }: Schedule, places: number): Schedule => ({
  order: order.subarray(0, places),
  after: after.subarray(0, places),
});

/**
 * As the prompts were given, where those of one document follow each other: of each document the first `lead` go one after
 * the other, and the others when these have ended.
 *
 * @param documents  of each prompt
 */
export function byDocument(documents: readonly string[], lead: number): Schedule {
  const { order, after } = asGiven(documents.length);
  let first = 0;
  for (let place = 1; place < documents.length; place++) {
    if (documents[place] !== documents[first]) first = place;
    else after[place] = Math.min(place, first + lead) - 1;
  }
  return { order, after };
}

/** How far prompts wait for each other. */
export interface Waiting {
  /** Of the prompts that begin alike, so many go one after the other, and the others when these have ended. */
  readonly lead: number;
  /** A prompt that shares no more than this of its tokens waits for nobody. */
  readonly worthShare: number;
}

/**
 * What shares a prefix stands together. Of the prompts that begin alike, the first `lead` go one after the other, and
 * those behind them all at once when these have ended: one where a prefix is there for everybody once it was read, two
 * where a vendor keeps a prefix that it has met twice, all where only one call at a time can go on from it. Then each waits
 * for the one before it, whatever shorter beginnings they share with others.
 */
export function sharingFirst(tree: PrefixTree, { lead, worthShare }: Waiting): Schedule {
  const after = new Int32Array(tree.prompts).fill(-1);
  /** By what is shared, the places so far, no more than lead. */
  const leaders = new Map<string, number[]>();
  for (let place = 0; place < tree.prompts; place++) {
    const opener = tree.opener[place]!;
    if (opener < 0 || tree.sharedTokens[place]! <= worthShare * tree.lengths[place]!) continue;
    if (lead === Number.POSITIVE_INFINITY) {
      after[place] = place - 1;
      continue;
    }
    const key = `${opener} ${tree.sharedTokens[place]}`;
    const before = leaders.get(key) ?? [opener];
    after[place] = before.at(-1)!;
    leaders.set(key, before.length < lead ? [...before, place] : before);
  }
  return { order: tree.order, after };
}
