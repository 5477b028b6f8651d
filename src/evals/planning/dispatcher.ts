/** Hands out the places of a schedule: the earliest that need not wait any more. */
import type { Schedule } from "./schedule.ts";

export class Dispatcher {
  readonly #after: Int32Array;
  readonly #ended: Uint8Array;
  /** Before it, each place was handed out or waits. */
  #next = 0;
  #waiting = new Map<number, number[]>();
  /** Places that waited for the same and need not any more, each list rising, `at` the next of it. */
  #released: ReleasedPlaces[] = [];

  constructor({ after }: Schedule) {
    this.#after = after;
    this.#ended = new Uint8Array(after.length);
  }

  /** A place that may start now; null where all that are left wait for others, or none are left. */
  take(): number | null {
    if (this.#released.length > 0) return this.#takeReleased();
    while (this.#next < this.#after.length) {
      const place = this.#next++;
      const before = this.#after[place]!;
      if (before < 0 || this.#ended[before] === 1) return place;
      const others = this.#waiting.get(before);
      if (others === undefined) this.#waiting.set(before, [place]);
      else others.push(place);
    }
    return null;
  }

  /** The place has ended, however: what waited for it may start. */
  end(place: number): void {
    this.#ended[place] = 1;
    const waiting = this.#waiting.get(place);
    if (waiting === undefined) return;
    this.#waiting.delete(place);
    this.#released.push({ places: waiting, at: 0 });
  }

  #takeReleased(): number {
    const headOf = ({ places, at }: ReleasedPlaces) => places[at]!;
    const list = this.#released.reduce((first, one) => (headOf(one) < headOf(first) ? one : first));
    const place = headOf(list);
    list.at += 1;
    if (list.at === list.places.length) this.#released = this.#released.filter((one) => one !== list);
    return place;
  }

  /** Whether every place was handed out. */
  get isEmpty(): boolean {
    return this.#next === this.#after.length && this.#waiting.size === 0 && this.#released.length === 0;
  }
}

interface ReleasedPlaces {
  readonly places: readonly number[];
  at: number;
}
