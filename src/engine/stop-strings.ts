/** Ends a text at the first of some strings, across the borders of the pieces that it comes in. */

export interface StopScanner {
  /** @returns the text that is certainly not part of a stop string, and whether one was met */
  push(text: string): { readonly text: string; readonly stopped: boolean };
  /** @returns what was held back because it could have become a stop string */
  end(): string;
}

export function createStopScanner(stops: readonly string[]): StopScanner {
  const wanted = stops.filter((stop) => stop !== "");
  let held = "";
  return {
    push(text) {
      held += text;
      const found = wanted.map((stop) => held.indexOf(stop)).filter((index) => index >= 0);
      if (found.length > 0) {
        const before = held.slice(0, Math.min(...found));
        held = "";
        return { text: before, stopped: true };
      }
      const keep = Math.max(0, ...wanted.map((stop) => overlap(held, stop)));
      const safe = held.slice(0, held.length - keep);
      held = held.slice(held.length - keep);
      return { text: safe, stopped: false };
    },
    end() {
      const rest = held;
      held = "";
      return rest;
    },
  };
}

/** Length of the longest end of `text` that `stop` begins with. */
function overlap(text: string, stop: string): number {
  for (let length = Math.min(text.length, stop.length - 1); length > 0; length--) {
    if (text.endsWith(stop.slice(0, length))) return length;
  }
  return 0;
}
