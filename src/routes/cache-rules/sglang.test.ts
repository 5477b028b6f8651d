import fc from "fast-check";
import { expect, test } from "vitest";
import { commonPrefix, counted, histories, readsInTurn, replay } from "../../../test/cache-rules/random-histories.ts";
import type { CacheState } from "./cache-rule.ts";
import { type SglangOptions, sglang } from "./sglang.ts";

test("a prompt reads every token that it shares, but never its last", () => {
  const other = Int32Array.from([...counted(7), ...counted(5, 100)]);
  expect(readsInTurn(sglang().open(), [counted(10), counted(10), other, counted(12)])).toEqual([0, 9, 7, 10]);
});

test("with pages, whole ones", () => {
  expect(readsInTurn(sglang({ pageTokens: 4 }).open(), [counted(10), counted(10), counted(8)])).toEqual([0, 8, 4]);
});

test("a prompt is there when its call has ended, its answer but for the last token", () => {
  const cache = sglang().open();
  const first = cache.begin({ tokens: counted(10), sentAtMs: 0 });
  expect(cache.begin({ tokens: counted(20), sentAtMs: 1 }).expected.readTokens).toBe(0);
  first.end({ tokens: counted(5, 10), atMs: 2 });
  expect(cache.begin({ tokens: counted(20), sentAtMs: 3 }).expected.readTokens).toBe(14);
});

interface Leaf {
  key: number[];
  parent: Leaf | null;
  children: Leaf[];
  lastAccess: number;
  locks: number;
}

/** What radix_cache.py does, step by step: match and split, insert, evict the oldest of all unlocked leaves. */
function asTheServer(page: number, capacity: number, evicts: SglangOptions["evicts"]): CacheState {
  const root: Leaf = { key: [], parent: null, children: [], lastAccess: 0, locks: 1 };
  let time = 0;
  let computing = 0;
  const all = (node: Leaf): Leaf[] => node.children.flatMap((child) => [child, ...all(child)]);
  const aligned = (tokens: ArrayLike<number>) => Array.from(tokens).slice(0, Math.floor(tokens.length / page) * page);
  const pages = (length: number) => Math.floor(length / page) * page;
  const descend = (key: readonly number[]) => {
    const now = ++time;
    let node = root;
    let rest = [...key];
    let matched = 0;
    while (rest.length > 0) {
      const child = node.children.find((one) => pages(commonPrefix(one.key, rest)) > 0);
      if (child === undefined) break;
      child.lastAccess = now;
      const length = pages(commonPrefix(child.key, rest));
      matched += length;
      rest = rest.slice(length);
      node = length < child.key.length ? split(child, length, now) : child;
      if (length < child.key.length && node !== child) break;
    }
    return { node, rest, matched };
  };
  const split = (child: Leaf, length: number, now: number): Leaf => {
    const upper = { ...child, key: child.key.slice(0, length), children: [child], lastAccess: now };
    child.parent!.children = child.parent!.children.map((one) => (one === child ? upper : one));
    child.key = child.key.slice(length);
    child.parent = upper;
    return upper;
  };
  const makeRoom = (tokens: number, atLeast: number) => {
    const used = () => all(root).reduce((sum, { key }) => sum + key.length, 0) + computing;
    const before = used();
    if (before + tokens <= capacity) return;
    while (used() + tokens > capacity || before - used() < atLeast) {
      const leaves = all(root).filter(({ children, locks }) => children.length === 0 && locks === 0);
      const oldest = leaves.sort((a, b) => a.lastAccess - b.lastAccess)[0];
      if (oldest === undefined) return;
      oldest.parent!.children = oldest.parent!.children.filter((one) => one !== oldest);
    }
  };
  const changeLocks = (from: Leaf, change: number) => {
    for (let node: Leaf | null = from; node !== null && node !== root; node = node.parent) node.locks += change;
  };
  return {
    begin: ({ tokens }) => {
      const { node, matched } = descend(aligned(tokens.subarray(0, Math.max(0, tokens.length - 1))));
      changeLocks(node, 1);
      makeRoom(tokens.length - matched, evicts === "what is needed" ? tokens.length - matched : 0);
      computing += tokens.length - matched;
      return {
        expected: { readTokens: matched, writtenTokens: null },
        end: (output) => {
          const whole = [...tokens, ...output!.tokens.subarray(0, -1)];
          makeRoom(whole.length - tokens.length, 0);
          computing -= tokens.length - matched;
          for (const part of [[...tokens], whole]) {
            const found = descend(aligned(part));
            if (found.rest.length === 0) continue;
            found.node.children.push({ key: found.rest, parent: found.node, children: [], lastAccess: time, locks: 0 });
          }
          changeLocks(node, -1);
        },
      };
    },
  };
}

test.each([
  [1, null, "what is missing"],
  [3, null, "what is missing"],
  [1, 25, "what is missing"],
  [1, 25, "what is needed"],
  [1, 12, "what is needed"],
  [2, 24, "what is missing"],
] as const)(
  "pages of %s tokens, room for %s, evicting %s: every history is read as the server's source reads",
  (pageTokens, capacityTokens, evicts) => {
    fc.assert(
      fc.property(histories(), (history) => {
        const cache = sglang({ pageTokens, capacityTokens, evicts }).open();
        const server = asTheServer(pageTokens, capacityTokens ?? Number.POSITIVE_INFINITY, evicts);
        expect(replay(cache, history)).toEqual(replay(server, history));
      }),
      { numRuns: 300 },
    );
  },
);
