import { expect, test } from "vitest";
import { idealCache } from "../../../../routes/index.ts";
import { wordTokens } from "../../../planning/word-tokens.ts";
import { readWeka } from "./weka.ts";

const request = (t: number, tokens: number, ids: number[], more: object = {}) => ({
  ...{ t, type: "n", in: tokens, out: 20, hash_ids: ids },
  ...more,
});
const conversation = (requests: object[], more: object = {}) => ({ id: "c", block_size: 64, requests, ...more });
const read = (...all: object[]) => readWeka(all.map((one) => JSON.stringify(one)).join("\n"), { name: "weka" });
const roles = (messages: readonly { readonly role: string }[]) => messages.map(({ role }) => role);

// AIPerf's test of its "Theoretical Prefix Cache Hit" has this conversation: 0 of 2 blocks, 2 of 3, 3 of 4.
test("an ideal cache finds the blocks that AIPerf finds in the same conversation", () => {
  const trace = read(
    conversation([request(0, 128, [1, 2]), request(1.5, 192, [1, 2, 3]), request(3, 256, [1, 2, 3, 4])]),
  );
  const cache = idealCache().open();
  const blocks = [...trace.sessions[0]!.turns("seed")].map(({ messages }, index) => {
    const { readTokens } = cache.begin({ tokens: wordTokens(messages), sentAtMs: index }).expected;
    return Math.floor(readTokens / 64);
  });
  expect(blocks).toEqual([0, 2, 3]);
});

test("tools and system text open the prompt, and what lies behind the whole blocks belongs to it", () => {
  const [session] = read(
    conversation([request(0, 150, [1, 2]), request(9, 150, [1, 2]), request(20, 250, [1, 2, 3])], {
      tool_tokens: 60,
      system_tokens: 20,
    }),
  ).sessions;
  const turns = [...session!.turns("seed")].map(({ messages }) => messages);
  expect(turns.map(roles)).toEqual([
    ["system", "user"],
    ["system", "user"],
    ["system", "user"],
  ]);
  expect(turns[1]).toEqual(turns[0]);
  expect(String(turns[2]![0]!.content).split(" ")).toHaveLength(1 + 80);
  expect(turns[2]![1]).not.toEqual(turns[1]![1]);
});

test("subagents are sessions of their conversation, and share its blocks", () => {
  const inner = conversation([request(1, 64, [1]), { type: "subagent", requests: [request(0, 64, [7])] }]);
  const { sessions } = read(
    conversation([
      request(0, 128, [1, 2]),
      { ...inner, type: "subagent", agent_id: "explore" },
      request(9, 192, [1, 2, 3]),
    ]),
  );
  expect(sessions.map(({ id, document, requests }) => [id, document, requests.length])).toEqual([
    ["c", "c", 2],
    ["c, subagent 1 explore", "c", 1],
    ["c, subagent 1 explore, subagent 1", "c", 1],
  ]);
  const text = (session: number) => String([...sessions[session]!.turns("seed")][0]!.messages[0]!.content);
  expect(text(0).startsWith(text(1))).toBe(true);
});

test("blocks of one conversation are strangers to another's, unless ids are said to be global", () => {
  const texts = (scope: string) =>
    read(
      conversation([request(0, 64, [1])], { hash_id_scope: scope }),
      conversation([request(0, 64, [1])], { id: "d", hash_id_scope: scope }),
    ).sessions.map(({ turns }) => String([...turns("seed")][0]!.messages[0]!.content));
  const [local, global] = [texts("local"), texts("global")];
  expect(local[0]).not.toBe(local[1]);
  expect(global[0]).toBe(global[1]);
});

test("pauses are the client's think time where it is known, else from request to request", () => {
  const { sessions, notes } = read(
    conversation([request(5, 64, [1]), request(0, 64, [1]), request(12, 64, [], { think_time: 0.5, out: 0 })]),
  );
  expect(sessions[0]!.requests.map(({ pauseMs }) => pauseMs)).toEqual([0, 5_000, 500]);
  expect(notes).toEqual([
    "1 request: an answer of 0 tokens, without a message in what follows",
    "1 request: no block ids, so a text of its own",
    "1 request: out of order, sorted by time",
  ]);
});

test("a file may hold one conversation over several lines", () => {
  const text = JSON.stringify(conversation([request(0, 64, [1])]), null, 2);
  expect(readWeka(text, { name: "weka" }).sessions).toHaveLength(1);
});

test("more blocks than a prompt has room for are refused, with the line", () => {
  expect(() => read(conversation([request(0, 64, [1, 2])]))).toThrow(
    "weka:1: 2 blocks of 64 for a prompt of 64 tokens",
  );
});
