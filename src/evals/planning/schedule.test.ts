import fc from "fast-check";
import { expect, test } from "vitest";
import { Dispatcher } from "./dispatcher.ts";
import { PrefixTreeBuilder } from "./prefix-tree.ts";
import { asGiven, type Schedule, sharingFirst } from "./schedule.ts";

function treeOf(prompts: readonly (readonly number[])[]) {
  const builder = new PrefixTreeBuilder();
  for (const tokens of prompts) builder.add(Int32Array.from(tokens));
  return builder.build();
}

/** Places in the order in which they start, when so many run and the one that started first ends first. */
function played(schedule: Schedule, concurrency: number): number[] {
  const dispatcher = new Dispatcher(schedule);
  const running: number[] = [];
  const started: number[] = [];
  for (;;) {
    for (let place = dispatcher.take(); place !== null; place = dispatcher.take()) {
      running.push(place);
      started.push(place);
      if (running.length === concurrency) break;
    }
    if (running.length === 0) return started;
    dispatcher.end(running.shift()!);
  }
}

// Two documents of four tokens, three questions each, mixed.
const mixed = [
  [1, 1, 1, 1, 10],
  [2, 2, 2, 2, 10],
  [1, 1, 1, 1, 11],
  [2, 2, 2, 2, 11],
  [1, 1, 1, 1, 12],
  [2, 2, 2, 2, 12],
];

test("what begins alike stands together, and waits for the first of it", () => {
  const { order, after } = sharingFirst(treeOf(mixed), { lead: 1, worthShare: 0.1 });
  expect([...order]).toEqual([0, 2, 4, 1, 3, 5]);
  expect([...after]).toEqual([-1, 0, 0, -1, 3, 3]);
});

test("with two leaders the third waits for the second, with all of them each for the one before", () => {
  const eight = Array.from({ length: 5 }, (_, question) => [1, 1, 1, 1, question + 10]);
  expect([...sharingFirst(treeOf(eight), { lead: 2, worthShare: 0.1 }).after]).toEqual([-1, 0, 1, 1, 1]);
  expect([...sharingFirst(treeOf(eight), { lead: Number.POSITIVE_INFINITY, worthShare: 0.1 }).after]).toEqual([
    -1, 0, 1, 2, 3,
  ]);
});

test("where each waits for the one before, those that share more with each other than with the rest do too", () => {
  const about = (word: number, question: number) => [1, 1, 1, 1, word, word, question];
  const prompts = [about(5, 10), about(5, 11), about(6, 12), about(6, 13), about(6, 14)];
  const { after } = sharingFirst(treeOf(prompts), { lead: Number.POSITIVE_INFINITY, worthShare: 0.1 });
  expect([...after]).toEqual([-1, 0, 1, 2, 3]);
});

test("a prompt that shares next to nothing does not wait", () => {
  const long = (question: number) => [1, ...Array.from({ length: 30 }, (_, at) => 100 * question + at)];
  expect([...sharingFirst(treeOf([long(1), long(2)]), { lead: 1, worthShare: 0.1 }).after]).toEqual([-1, -1]);
});

test("every place starts once, after what it waits for, whatever runs at the same time", () => {
  const prompts = fc.array(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 6 }), { maxLength: 20 });
  const leads = fc.constantFrom(1, 2, 3, Number.POSITIVE_INFINITY);
  fc.assert(
    fc.property(prompts, leads, fc.integer({ min: 1, max: 5 }), (given, lead, concurrency) => {
      for (const schedule of [sharingFirst(treeOf(given), { lead, worthShare: 0.1 }), asGiven(given.length)]) {
        const started = played(schedule, concurrency);
        expect([...started].sort((a, b) => a - b)).toEqual(given.map((_, place) => place));
        for (const place of started) {
          const before = schedule.after[place]!;
          expect(before).toBeLessThan(place);
          if (before >= 0) expect(started.indexOf(before)).toBeLessThan(started.indexOf(place));
        }
      }
    }),
  );
});
