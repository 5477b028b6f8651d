/** Draws dimensions one after the other, each with a view of those before it. */
import fc from "fast-check";

export interface Draw {
  whole(least: number, most: number): number;
  yes(): boolean;
  pick<T>(values: readonly T[]): T;
  divisorOf(number: number): number;
  shuffled<T>(values: readonly T[]): T[];
  /** Of the numbers below `count` one or more, and not all: llama.cpp makes no memory of no layers. Rising. */
  someOf(count: number): number[];
}

/** fast-check's generator, which repeats itself from the seed and shrinks. */
export const drawing: fc.Arbitrary<Draw> = fc.gen().map((value) => {
  const draw: Draw = {
    whole: (min, max) => value(fc.integer, { min, max }),
    yes: () => value(fc.boolean),
    pick: (values) => values[draw.whole(0, values.length - 1)]!,
    divisorOf: (number) => draw.pick(below(number + 1).filter((divisor) => divisor > 0 && number % divisor === 0)),
    shuffled: (values) => value(() => fc.shuffledSubarray([...values], { minLength: values.length })),
    someOf: (count) => value(() => fc.subarray(below(count), { minLength: 1, maxLength: count - 1 })),
  };
  return draw;
});

const below = (count: number) => Array.from({ length: count }, (_, number) => number);
