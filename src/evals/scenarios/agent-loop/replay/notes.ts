/** What a reader of traces did that the trace does not say, counted, so that each is told once. */

export class Notes {
  readonly #counts = new Map<string, number>();

  add(what: string, count = 1): void {
    if (count > 0) this.#counts.set(what, (this.#counts.get(what) ?? 0) + count);
  }

  /** e.g. `2 requests: out of order, sorted by their time`. */
  sentences(): string[] {
    return [...this.#counts].map(([what, count]) => `${count} request${count === 1 ? "" : "s"}: ${what}`);
  }
}

/** In the order of their times; those without one stay behind the one before them. */
export function inTime<Item>(items: readonly Item[], timeOf: (item: Item) => number | null, notes: Notes): Item[] {
  let latest = Number.NEGATIVE_INFINITY;
  const timed = items.map((item) => {
    const time = timeOf(item) ?? latest;
    if (time < latest) notes.add("out of order, sorted by time");
    latest = Math.max(latest, time);
    return { item, time };
  });
  return timed.sort((a, b) => a.time - b.time).map(({ item }) => item);
}
