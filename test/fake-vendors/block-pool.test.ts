import { expect, test } from "vitest";
import { BlockPool } from "./block-pool.ts";

/** Tokens 1, 2, 3 … of a request that shares its first ones with another. */
function prompt(length: number, own: number, shared = length): number[] {
  return Array.from({ length }, (_, i) => (i < shared ? i : own * 1_000 + i));
}

test("the design page's example: ten blocks of four tokens, times 1 to 7", () => {
  const pool = new BlockPool({ blockSize: 4, blocks: 10 });
  // Time 1: three full blocks, and a fourth with three of four tokens.
  const request0 = pool.start(prompt(15, 0))!;
  expect(request0.blockTable).toEqual([0, 1, 2, 3]);
  // Time 3: block 3 is full, and block 4 is asked for.
  pool.append(request0, 15);
  pool.append(request0, 16);
  expect(request0.blockTable).toEqual([0, 1, 2, 3, 4]);
  // Time 4: of 14 tokens the first 10 are the same, which are two blocks and a half.
  const request1 = pool.start(prompt(14, 1, 10))!;
  expect(request1).toMatchObject({ cachedTokens: 8, blockTable: [0, 1, 5, 6] });
  // Time 5: blocks 2, 3 and 4 are free, in reverse order; 0 and 1 are in use.
  pool.finish(request0);
  expect(pool.freeQueue).toEqual([7, 8, 9, 4, 3, 2]);
  // Time 6.
  pool.finish(request1);
  expect(pool.freeQueue).toEqual([7, 8, 9, 4, 3, 2, 6, 5, 1, 0]);
  // Time 7: 29 tokens, the first 12 as in request 0. Block 3 is evicted.
  const request2 = pool.start(prompt(29, 2, 12))!;
  expect(request2).toMatchObject({ cachedTokens: 12, blockTable: [0, 1, 2, 7, 8, 9, 4, 3] });
});

test("the design page's duplicated blocks: the same request again takes a block of its own for its last tokens", () => {
  const pool = new BlockPool({ blockSize: 4, blocks: 10 });
  const run = () => {
    const sequence = pool.start([1, 2, 3, 4, 5, 6])!;
    for (const token of [7, 8, 9]) pool.append(sequence, token);
    return sequence;
  };
  const first = run();
  const second = run();
  expect(first.blockTable).toEqual([0, 1, 2]);
  expect(second).toMatchObject({ cachedTokens: 4, blockTable: [0, 3, 4] });
  pool.finish(first);
  pool.finish(second);
  // Both hold the same tokens; the first one is found.
  expect(pool.start([1, 2, 3, 4, 5, 6, 7, 8, 10])).toMatchObject({ cachedTokens: 8, blockTable: [0, 1, 5] });
});

test("the last token is computed again, and with it its whole block", () => {
  const pool = new BlockPool({ blockSize: 4, blocks: 10 });
  pool.finish(pool.start([1, 2, 3, 4, 5, 6, 7, 8])!);
  expect(pool.start([1, 2, 3, 4, 5, 6, 7, 8])!.cachedTokens).toBe(4);
});

test("a prompt that does not fit is not started, and leaves the pool as it was", () => {
  const pool = new BlockPool({ blockSize: 4, blocks: 3 });
  expect(pool.start(prompt(13, 0))).toBeNull();
  expect(pool.freeQueue).toEqual([0, 1, 2]);
});
