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
  prefix: string | null;
  users: number;
}

/** The page's sentences on a list of blocks, each of which stands for one of the server's. */
function sentences(blockTokens: number, capacity: number): CacheState {
  /** Blocks that were never used stand before all others: in a cache without an end, new ones for ever. */
  let unused = capacity;
  const queue: Block[] = [];
  /** In the order in which they were filled. */
  let cached: Block[] = [];
  let beyond = 0;
  const evictHead = () => {
    const head = queue.shift();
    cached = cached.filter((block) => block !== head);
    return head;
  };
  const take = (): Block => {
    if (unused > 0) unused--;
    else if (evictHead() === undefined) beyond++;
    return { prefix: null, users: 1 };
  };
  const giveBack = (block: Block) => {
    if (--block.users > 0) return;
    queue.push(block);
    if (beyond === 0) return;
    beyond--;
    evictHead();
  };
  const fill = (table: readonly Block[], tokens: Int32Array) => {
    for (const [index, block] of table.entries()) {
      const end = (index + 1) * blockTokens;
      if (block.prefix !== null || end > tokens.length) continue;
      block.prefix = tokens.subarray(0, end).join();
      cached.push(block);
    }
  };
  return {
    begin: ({ tokens }) => {
      const table: Block[] = [];
      for (let end = blockTokens; end <= tokens.length - 1; end += blockTokens) {
        const hit = cached.find(({ prefix }) => prefix === tokens.subarray(0, end).join());
        if (hit === undefined) break;
        table.push(hit);
      }
      const readTokens = table.length * blockTokens;
      for (const block of table) if (block.users++ === 0) queue.splice(queue.indexOf(block), 1);
      const grow = (length: number) => {
        while (table.length * blockTokens < length) table.push(take());
      };
      grow(tokens.length);
      fill(table, tokens);
      return {
        expected: { readTokens, writtenTokens: null },
        end: (output) => {
          const whole = Int32Array.from([...tokens, ...output!.tokens.subarray(0, -1)]);
          grow(whole.length);
          fill(table, whole);
          table.toReversed().forEach(giveBack);
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
