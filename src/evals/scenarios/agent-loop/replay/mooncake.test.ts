import { expect, test } from "vitest";
import { UserError } from "../../../../errors.ts";
import { idealCache } from "../../../../routes/index.ts";
import { wordTokens } from "../../../planning/word-tokens.ts";
import { readMooncake } from "./mooncake.ts";
import type { Session } from "./trace.ts";

// The first rows of FAST25-release/traces/conversation_trace.jsonl in kvcache-ai/Mooncake: all begin with one block.
const published = `{"timestamp": 0, "input_length": 6758, "output_length": 500, "hash_ids": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]}
{"timestamp": 0, "input_length": 7322, "output_length": 490, "hash_ids": [0, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27]}
{"timestamp": 0, "input_length": 2290, "output_length": 316, "hash_ids": [0, 42, 43, 44, 45]}
{"timestamp": 3000, "input_length": 915, "output_length": 355, "hash_ids": [0, 462]}
{"timestamp": 5999, "input_length": 1053, "output_length": 26, "hash_ids": [0, 773, 774]}
`;

const rows = (...all: object[]) => all.map((row) => JSON.stringify(row)).join("\n");
const shapes = ({ turns }: Session) =>
  [...turns("a")].map(({ messages }) =>
    messages.map(({ role, content }) => [role, String(content).split(" ").length - 1]),
  );

test("published rows are requests on their own, of their length, that share their first block and hardly a word more", () => {
  const { sessions, notes } = readMooncake(published, { name: "conversation" });
  expect(notes).toEqual([]);
  const cache = idealCache().open();
  const reads = sessions.map(({ turns }, index) => {
    const [turn] = turns("seed");
    // Without the mark of the user's turn.
    const tokens = wordTokens(turn!.messages).subarray(1);
    return [tokens.length, cache.begin({ tokens, sentAtMs: index }).expected.readTokens];
  });
  expect(reads.map(([length]) => length)).toEqual([6_758, 7_322, 2_290, 915, 1_053]);
  for (const [, read] of reads.slice(1)) {
    expect(read).toBeGreaterThanOrEqual(512);
    expect(read).toBeLessThan(515);
  }
});

test("another seed gives other words", () => {
  const [session] = readMooncake(published, { name: "conversation" }).sessions;
  const openings = ["a", "b"].map((seed) => String([...session!.turns(seed)][0]!.messages[0]!.content).slice(0, 200));
  expect(openings[0]).not.toBe(openings[1]);
});

const turns = [
  { session_id: "s", timestamp: 0, input_length: 8, output_length: 4, hash_ids: [1, 2] },
  { session_id: "s", timestamp: 5_000, input_length: 16, output_length: 4, hash_ids: [1, 2, 3, 4] },
];

test("rows of a session are whole prompts or what is new, as it is said", () => {
  const read = (how: "cumulative" | "delta") =>
    shapes(readMooncake(rows(...turns), { name: "t", rows: how, blockTokens: 4 }).sessions[0]!);
  expect(read("cumulative")).toEqual([
    [["user", 8]],
    [
      ["user", 8],
      ["assistant", 4],
      ["user", 4],
    ],
  ]);
  expect(read("delta")).toEqual([
    [["user", 8]],
    [
      ["user", 8],
      ["assistant", 4],
      ["user", 16],
    ],
  ]);
});

test("what rows of a session hold is never guessed", () => {
  expect(() => readMooncake(rows(...turns), { name: "t", blockTokens: 4 })).toThrow(UserError);
});

test("times out of order are sorted, empty prompts left out, answers of no tokens without a message; all is told", () => {
  const { sessions, notes } = readMooncake(
    rows(
      { session_id: 1, timestamp: 900, input_length: 4, output_length: 2, hash_ids: [2] },
      { session_id: 1, timestamp: 100, input_length: 4, output_length: 0, hash_ids: [1] },
      { session_id: 1, timestamp: 950, input_length: 0, output_length: 3, hash_ids: [] },
    ),
    { name: "t", rows: "delta", blockTokens: 4 },
  );
  expect(shapes(sessions[0]!)).toEqual([
    [["user", 4]],
    [
      ["user", 4],
      ["user", 4],
    ],
  ]);
  expect(sessions[0]!.requests.map(({ pauseMs, inputTokens }) => [pauseMs, inputTokens])).toEqual([
    [0, 4],
    [800, 8],
  ]);
  expect(notes).toEqual([
    "1 request: out of order, sorted by time",
    "1 request: nothing new to ask, left out with its answer",
    "1 request: an answer of 0 tokens, without a message in what follows",
  ]);
});

test.each([
  ["no JSON", "{", "t:1: is not JSON"],
  ["a length that is missing", rows({ timestamp: 0 }), "t:1:"],
  // AIPerf's page has this row; with blocks of 512 tokens there is no room for the third.
  [
    "more blocks than the prompt holds",
    rows({ input_length: 655, hash_ids: [0, 1, 2] }),
    "3 blocks for a prompt of 655",
  ],
  ["an id that JSON cannot hold", '{"input_length": 9, "hash_ids": [18446744073709551615]}', "t:1:"],
  ["nothing", "\n", "t: is empty"],
])("%s is refused, with the line", (_what, text, message) => {
  expect(() => readMooncake(text, { name: "t" })).toThrow(message);
});
