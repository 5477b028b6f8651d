import fc from "fast-check";
import { expect, test } from "vitest";
import { commonPrefix } from "../../../test/cache-rules/random-histories.ts";
import { type PrefixNode, RadixTree } from "./radix-tree.ts";

const sequence = fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 12 });
const sequences = fc.array(sequence, { maxLength: 12 });

/** From the oldest; empties the tree. */
function evicted(tree: RadixTree): PrefixNode[] {
  const order: PrefixNode[] = [];
  for (let node = tree.oldest; node !== null; node = tree.oldest) {
    order.push(node);
    tree.cut(node);
  }
  return order;
}

test("a prefix is found as far as any sequence has it, and each common prefix is held once", () => {
  fc.assert(
    fc.property(sequences, sequence, (held, wanted) => {
      const tree = new RadixTree();
      for (const one of held) tree.add(Int32Array.from(one));
      expect(tree.find(Int32Array.from(wanted)).depth).toBe(
        Math.max(0, ...held.map((one) => commonPrefix(one, wanted))),
      );
      const prefixes = new Set(held.flatMap((one) => one.map((_, index) => one.slice(0, index + 1).join(""))));
      expect(tree.size).toBe(prefixes.size);
    }),
  );
});

test("the oldest has nothing below, whatever was used, and nothing is left in the end", () => {
  fc.assert(
    fc.property(sequences, (used) => {
      const tree = new RadixTree();
      for (const [index, one] of used.entries()) tree.touch(tree.add(Int32Array.from(one)), index);
      for (const node of evicted(tree)) expect(node.children).toBeNull();
      expect(tree.size).toBe(0);
      expect(tree.root.children).toBeNull();
    }),
  );
});

test("what is locked stays, and so does what stands before it", () => {
  const tree = new RadixTree();
  const held = tree.add(Int32Array.of(1, 2, 3));
  tree.lock(held);
  tree.add(Int32Array.of(1, 2, 9));
  expect(evicted(tree).map(({ symbols }) => [...symbols])).toEqual([[9]]);
  tree.unlock(held);
  expect(evicted(tree).map(({ symbols }) => [...symbols])).toEqual([[3], [1, 2]]);
});

test("a cut takes symbols from the end", () => {
  const tree = new RadixTree();
  tree.cut(tree.add(Int32Array.of(1, 2, 3)), 1);
  expect(tree.size).toBe(2);
  expect(tree.find(Int32Array.of(1, 2, 3)).depth).toBe(2);
});

test("what was last used before a time is forgotten", () => {
  const tree = new RadixTree();
  tree.touch(tree.add(Int32Array.of(1, 2, 3)), 10);
  tree.touch(tree.add(Int32Array.of(1, 2, 4, 5)), 20);
  tree.forget(20);
  expect(tree.find(Int32Array.of(1, 2, 3)).depth).toBe(2);
  expect(tree.size).toBe(4);
});
