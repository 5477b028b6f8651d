import fc from "fast-check";
import { expect, test } from "vitest";
import { counted, histories, readsInTurn, replay } from "../../../test/cache-rules/random-histories.ts";
import type { CacheState } from "./cache-rule.ts";
import { vllm } from "./vllm.ts";

// https://docs.vllm.ai/en/latest/design/prefix_caching/, "Example": blocks of 4 tokens, 10 of them.
test("the page's example: two requests at once, then a third, read 8 and 12 tokens", () => {
  const cache = vllm({ blockTokens: 4, capacityTokens: 40 }).open();
  const first = counted(15);
  const sharesTen = Int32Array.from([...counted(10), ...counted(4, 100)]);
  const sharesTwelve = Int32Array.from([...counted(12), ...counted(17, 200)]);
  const zero = cache.begin({ tokens: first, sentAtMs: 1 });
  const one = cache.begin({ tokens: sharesTen, sentAtMs: 4 });
  expect([zero, one].map(({ expected }) => expected.readTokens)).toEqual([0, 8]);
  zero.end({ tokens: counted(3, 300), atMs: 5 });
  one.end({ tokens: counted(2, 400), atMs: 6 });
  expect(cache.begin({ tokens: sharesTwelve, sentAtMs: 7 }).expected.readTokens).toBe(12);
});

test("only full blocks are read, and never the last token", () => {
  expect(readsInTurn(vllm().open(), [counted(48), counted(48), counted(49), counted(64), counted(70)])).toEqual([
    0, 32, 48, 48, 64,
  ]);
});

test("an answer is read but for its last token", () => {
  const cache = vllm().open();
  cache.begin({ tokens: counted(30), sentAtMs: 0 }).end({ tokens: counted(19, 30), atMs: 1 });
  expect(cache.begin({ tokens: counted(80), sentAtMs: 2 }).expected.readTokens).toBe(48);
  const short = vllm().open();
  short.begin({ tokens: counted(30), sentAtMs: 0 }).end({ tokens: counted(18, 30), atMs: 1 });
  expect(short.begin({ tokens: counted(80), sentAtMs: 2 }).expected.readTokens).toBe(32);
});

test("where the cache is full, what ended first goes first, a prompt's end before its beginning", () => {
  const cache = vllm({ capacityTokens: 8 * 16 }).open();
  const other = counted(64, 1_000);
  const third = counted(32, 2_000);
  expect(readsInTurn(cache, [counted(64), other, third])).toEqual([0, 0, 0]);
  // Two of the first prompt's four blocks made room.
  expect(cache.begin({ tokens: counted(70), sentAtMs: 9 }).expected.readTokens).toBe(32);
});

interface Block {
  readonly prefix: string;
  users: number;
  freed: number;
}

/** The rule's sentences on a list of blocks. */
function sentences(blockTokens: number, capacity: number): CacheState {
  let cached: Block[] = [];
  let incomplete = 0;
  let frees = 0;
  const prefixesOf = (tokens: Int32Array) =>
    Array.from({ length: Math.floor(tokens.length / blockTokens) }, (_, index) =>
      tokens.subarray(0, (index + 1) * blockTokens).join(),
    );
  const blockOf = (prefix: string) => cached.find((block) => block.prefix === prefix);
  const makeRoom = (blocks: number) => {
    while (cached.length + incomplete + blocks > capacity) {
      const free = cached.filter(({ users }) => users === 0).sort((a, b) => a.freed - b.freed);
      if (free.length === 0) return;
      cached = cached.filter((block) => block !== free[0]);
    }
  };
  return {
    begin: ({ tokens }) => {
      const prefixes = prefixesOf(tokens);
      const hits: Block[] = [];
      for (const prefix of prefixes) {
        const block = blockOf(prefix);
        if (block === undefined || (hits.length + 1) * blockTokens > tokens.length - 1) break;
        hits.push(block);
      }
      for (const block of hits) block.users++;
      const blocks = Math.ceil(tokens.length / blockTokens);
      makeRoom(blocks - hits.length);
      for (const prefix of prefixes.slice(hits.length)) {
        const block = blockOf(prefix);
        if (block === undefined) cached.push({ prefix, users: 1, freed: 0 });
        else block.users++;
      }
      incomplete += blocks - prefixes.length;
      return {
        expected: { readTokens: hits.length * blockTokens, writtenTokens: null },
        end: (output) => {
          const whole = Int32Array.from([...tokens, ...output!.tokens.subarray(0, -1)]);
          makeRoom(Math.ceil(whole.length / blockTokens) - blocks);
          incomplete -= blocks - prefixes.length;
          for (const prefix of prefixesOf(whole))
            if (blockOf(prefix) === undefined) cached.push({ prefix, users: 0, freed: 0 });
          for (const prefix of prefixes) blockOf(prefix)!.users--;
          for (const prefix of prefixesOf(whole).toReversed()) {
            const block = blockOf(prefix)!;
            if (block.users === 0) block.freed = ++frees;
          }
        },
      };
    },
  };
}

test.each([
  [1, null],
  [3, null],
  [2, 24],
  [3, 30],
  [1, 20],
])("blocks of %s tokens, room for %s: every history is read as the sentences say", (blockTokens, capacityTokens) => {
  const capacity = capacityTokens === null ? Number.POSITIVE_INFINITY : Math.floor(capacityTokens / blockTokens);
  fc.assert(
    fc.property(histories(), (history) => {
      const cache = vllm({ blockTokens, capacityTokens }).open();
      expect(replay(cache, history)).toEqual(replay(sentences(blockTokens, capacity), history));
    }),
    { numRuns: 300 },
  );
});
