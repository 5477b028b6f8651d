import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Message } from "../../../../wire/index.ts";
import { type BlockRequest, sharedTokens, textOf } from "./block-request.ts";
import { cumulativeTurns, deltaTurns } from "./block-turns.ts";

const layout = { blockTokens: 4, scope: "test", systemTokens: 5 };

const request = (blockIds: readonly number[], inputTokens: number, outputTokens = 3, own = ""): BlockRequest => ({
  ...{ blockIds, inputTokens, outputTokens, own },
  pauseMs: 0,
});

/** Sessions that go on, go back, change in the middle, and have prompts that end within a block or behind one. */
const sessions = fc.array(
  fc
    .record({
      ids: fc.array(fc.constantFrom(1, 1, 2, 3), { minLength: 1, maxLength: 8 }),
      odd: fc.integer({ min: -3, max: 5 }),
      output: fc.nat(6),
    })
    .map(({ ids, odd, output }) => request(ids, ids.length * 4 + odd, output)),
  { minLength: 1, maxLength: 6 },
);

const wordsOf = (messages: readonly Message[]) =>
  messages
    .map(({ content }) => content)
    .join("")
    .match(/ \w+/g) ?? [];
const shape = (messages: readonly Message[]) => messages.map((message) => [message.role, wordsOf([message]).length]);

function commonPrefix(one: readonly string[], other: readonly string[]): number {
  const parting = one.findIndex((word, index) => word !== other[index]);
  return parting < 0 ? one.length : parting;
}

describe("whole prompts", () => {
  test("have the words of their blocks, whatever messages they are cut into", () => {
    fc.assert(
      fc.property(sessions, (requests) => {
        for (const [index, { messages }] of [...cumulativeTurns(requests, layout)].entries()) {
          const { inputTokens } = requests[index]!;
          expect(messages.map(({ content }) => content).join("")).toBe(
            textOf(requests[index]!, 0, inputTokens, layout),
          );
          expect(wordsOf(messages)).toHaveLength(inputTokens);
          expect(messages.every(({ content }) => content !== "")).toBe(true);
          expect(messages.at(-1)!.role).toBe("user");
        }
      }),
    );
  });

  test("share what their blocks share, and messages up to there are the same", () => {
    fc.assert(
      fc.property(sessions, (requests) => {
        const turns = [...cumulativeTurns(requests, layout)];
        for (const [index, { messages }] of turns.entries()) {
          if (index === 0) continue;
          const shared = sharedTokens(requests[index - 1]!, requests[index]!, layout.blockTokens);
          expect(commonPrefix(wordsOf(messages), wordsOf(turns[index - 1]!.messages))).toBeGreaterThanOrEqual(shared);
        }
      }),
    );
  });

  test("a loop that goes on has the answer behind what was asked, then what is new", () => {
    const turns = [
      ...cumulativeTurns([request([1, 2], 8, 3), request([1, 2, 3, 4], 16, 0), request([1, 2, 3, 4, 5], 20)], layout),
    ];
    expect(turns.map(({ messages }) => shape(messages))).toEqual([
      [
        ["system", 5],
        ["user", 3],
      ],
      [
        ["system", 5],
        ["user", 3],
        ["assistant", 3],
        ["user", 5],
      ],
      [
        ["system", 5],
        ["user", 3],
        ["assistant", 3],
        ["user", 5],
        ["user", 4],
      ],
    ]);
    expect(turns[2]!.messages.slice(0, 4)).toEqual(turns[1]!.messages);
  });

  test("a history that is cut within an answer keeps the part that is left", () => {
    const before = [request([1, 2], 8, 6), request([1, 2, 3, 4], 16)];
    const turns = [...cumulativeTurns([...before, request([1, 2, 3, 9], 16)], layout)];
    expect(shape(turns[1]!.messages)).toEqual([
      ["system", 5],
      ["user", 3],
      ["assistant", 6],
      ["user", 2],
    ]);
    expect(shape(turns[2]!.messages)).toEqual([
      ["system", 5],
      ["user", 3],
      ["assistant", 4],
      ["user", 4],
    ]);
  });

  test("prompts without ids share nothing", () => {
    const turns = [...cumulativeTurns([request([], 12, 3, "first"), request([], 12, 3, "second")], layout)];
    expect(commonPrefix(wordsOf(turns[0]!.messages), wordsOf(turns[1]!.messages))).toBeLessThan(3);
  });
});

test("what is new stands behind all that was said before", () => {
  const requests = [request([1], 4, 2), request([2], 3, 0), request([3], 4)];
  const turns = [...deltaTurns("session", requests, layout)];
  expect(turns.map(({ messages }) => shape(messages))).toEqual([
    [["user", 4]],
    [
      ["user", 4],
      ["assistant", 2],
      ["user", 3],
    ],
    [
      ["user", 4],
      ["assistant", 2],
      ["user", 3],
      ["user", 4],
    ],
  ]);
});
