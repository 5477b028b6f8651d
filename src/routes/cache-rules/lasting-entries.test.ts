import { expect, test } from "vitest";
import { LastingEntries } from "./lasting-entries.ts";

test("an entry lives for its lifetime after its last use", () => {
  const entries = new LastingEntries();
  entries.use(1, 0, 10);
  expect([entries.isAlive(1, 10), entries.isAlive(1, 11), entries.isAlive(2, 0)]).toEqual([true, false, false]);
  entries.use(1, 8, 10);
  expect([entries.isAlive(1, 18), entries.isAlive(1, 19)]).toEqual([true, false]);
});

test("while it lives it keeps its lifetime; written anew it has the new one", () => {
  const entries = new LastingEntries();
  entries.use(1, 0, 10);
  entries.use(1, 5, 100);
  expect(entries.isAlive(1, 16)).toBe(false);
  entries.use(1, 20, 100);
  expect(entries.isAlive(1, 120)).toBe(true);
});

test("a call that was sent earlier and ends later does not shorten a life", () => {
  const entries = new LastingEntries();
  entries.use(1, 8, 10);
  entries.use(1, 3, 10);
  expect(entries.isAlive(1, 18)).toBe(true);
});

test("what has expired can be forgotten, and what has not stays", () => {
  const entries = new LastingEntries();
  entries.use(1, 0, 10);
  entries.use(2, 5, 10);
  entries.forget(12);
  expect([entries.isAlive(1, 0), entries.isAlive(2, 12)]).toEqual([false, true]);
});
