import fc from "fast-check";
import { expect, test } from "vitest";
import { RadixTree } from "./radix-tree.ts";
import { commonPrefix } from "./tokens.ts";

/** Few values, so that prefixes are shared. */
const run = fc.record({
  prompt: fc.array(fc.nat(2), { minLength: 1, maxLength: 12 }),
  output: fc.array(fc.nat(2), { minLength: 1, maxLength: 4 }),
});

test("with room for everything, a hit is the longest prefix of all that went before", () => {
  fc.assert(
    fc.property(fc.array(run, { maxLength: 12 }), (runs) => {
      const tree = new RadixTree(1_000);
      const kept: number[][] = [];
      for (const { prompt, output } of runs) {
        const common = Math.max(0, ...kept.map((earlier) => commonPrefix(earlier, prompt)));
        expect(tree.run(prompt, output)).toBe(Math.min(common, prompt.length - 1));
        kept.push([...prompt, ...output.slice(0, -1)]);
      }
      // Every prefix is held once: the nodes of a trie.
      const prefixes = kept.flatMap((tokens) => tokens.map((_, i) => tokens.slice(0, i + 1).join(",")));
      expect(tree.size()).toBe(new Set(prefixes).size);
    }),
  );
});

test("whatever runs, the cache stays within its capacity, and never hits more than it would with room", () => {
  fc.assert(
    fc.property(fc.array(run, { maxLength: 30 }), fc.integer({ min: 16, max: 40 }), (runs, capacity) => {
      const small = new RadixTree(capacity);
      const large = new RadixTree(1_000);
      for (const { prompt, output } of runs) {
        const most = large.run(prompt, output)!;
        const hit = small.run(prompt, output);
        expect(hit).not.toBeNull();
        expect(hit).toBeLessThanOrEqual(most);
        expect(small.size()).toBeLessThanOrEqual(capacity);
      }
    }),
  );
});

test("the least recently used leaf goes first, and an ancestor only when nothing hangs on it", () => {
  const tree = new RadixTree(30);
  const shared = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  tree.run([...shared, 21, 22, 23, 24, 25], [0]);
  tree.run([...shared, 31, 32, 33, 34, 35], [0]);
  tree.run([...shared, 21, 22, 23, 24, 25, 26], [0]); // uses the first branch again
  expect(tree.size()).toBe(21);
  // Ten more tokens: nine are free. The second branch goes; the shared part stays though it is older.
  tree.run([41, 42, 43, 44, 45, 46, 47, 48, 49, 50], [0]);
  expect(tree.run([...shared, 31, 32, 33, 34, 35], [0])).toBe(10);
});

test("a request that does not fit leaves what others cached as far as it can", () => {
  const tree = new RadixTree(10);
  expect(tree.run([1, 2, 3, 4], [5, 6])).toBe(0);
  expect(
    tree.run(
      Array.from({ length: 11 }, (_, i) => 100 + i),
      [0],
    ),
  ).toBeNull();
  expect(tree.run([1, 2, 3, 4], [5, 6])).toBe(0);
});
