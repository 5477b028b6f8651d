import { afterEach, expect, test } from "vitest";
import { recordsOf } from "../../../../../test/agent-loop/running.ts";
import {
  type FakeAnswer,
  type FakeRequest,
  type FakeServer,
  startFakeServer,
} from "../../../../../test/fake-server/index.ts";
import { routeTo } from "../../../../../test/fixtures/route.ts";
import { cacheRuleOf } from "../../../../routes/index.ts";
import type { Protocol } from "../../../../wire/index.ts";
import type { Scenario } from "../../../scenario.ts";
import { loopTurns } from "../turns/loop-turns.ts";
import { agentLoop, agentLoopDefaults } from "./agent-loop.ts";
import { toolErrorsOf } from "./tool-error.ts";

let server: FakeServer;
afterEach(() => server.close());

const material = [
  { id: "prices.txt", text: "apples 3\npears 4" },
  { id: "notes.txt", text: "Count the pears twice." },
];

const scenario = (options = agentLoopDefaults): Scenario => ({
  name: "loop",
  version: 1,
  question: "",
  source: "",
  cells: [{}],
  sampleCount: () => 1,
  samples: () => [
    {
      id: "sum",
      document: "sum",
      messages: [{ role: "user", content: "What do apples and twice the pears cost?" }],
      ...{ target: "11", material, depth: null, answerable: true },
    },
  ],
  isInOrder: true,
  scorers: [
    {
      name: "right",
      version: 1,
      score: ({ target }, { text }) => ({ value: Number(text === target), explanation: text }),
    },
  ],
  solver: () => agentLoop(options),
  contextTokens: () => 0,
  options: {},
});

/** What the last tool call was answered with: a message of its own, or with Anthropic the last block of one. */
function lastResult({ body }: FakeRequest): string {
  type Result = string | { text: string }[];
  const { content } = (body.messages as { content: string | { content: Result }[] }[]).at(-1)!;
  const result = typeof content === "string" ? content : content.at(-1)!.content;
  return typeof result === "string" ? result : result.map(({ text }) => text).join("");
}

/** A model that makes these calls, one or more a turn, and then says what the last result was. */
async function run(
  turns: readonly (readonly [name: string, args: string])[][],
  protocol: Protocol,
  options = agentLoopDefaults,
) {
  const asked: FakeRequest[] = [];
  server = await startFakeServer({
    answer: (request): string | FakeAnswer => {
      const calls = turns[asked.push(request) - 1];
      if (calls === undefined) return lastResult(request);
      const toolCalls = calls.map(([name, args], index) => ({
        id: `call_${asked.length}_${index}`,
        name,
        arguments: args,
      }));
      return { text: "", toolCalls };
    },
  });
  const [record] = await recordsOf(scenario(options), routeTo(server.baseUrl, { protocol }));
  return { record: record!, asked };
}

const protocols = ["openai-chat", "anthropic-messages"] as const;

test.each(protocols)("a model over %s looks things up until it answers", async (protocol) => {
  const { record, asked } = await run(
    [
      [["list_files", "{}"]],
      [
        ["search", '{"query": "PEARS"}'],
        ["read_file", '{"path": "prices.txt", "to": 1}'],
      ],
      [["calculate", '{"expression": "3 + 2 * 4"}']],
    ],
    protocol,
  );
  expect(record.trial).toMatchObject({ outcome: "scored", turns: 4, scores: { right: { value: 1 } } });
  const results = JSON.stringify(asked.at(-1)!.body.messages);
  for (const text of [
    "prices.txt (2 lines)",
    "prices.txt:2: pears 4",
    "notes.txt:1: Count the pears twice.",
    "1: apples 3",
  ])
    expect(results).toContain(JSON.stringify(text).slice(1, -1));
  expect(toolErrorsOf(record)).toEqual({
    toolCalls: 4,
    errors: { InvalidJson: 0, UnknownName: 0, SchemaMismatch: 0, Failed: 0 },
  });
});

test("a loop only adds to its prompt, so that no token is lost to a change", async () => {
  const { record } = await run([[["list_files", "{}"]], [["search", '{"query": "pears"}']]], "openai-chat");
  const turns = loopTurns([record], { price: null, rule: null });
  expect(turns.map(({ turn, change }) => [turn, change])).toEqual([
    [1, null],
    [2, null],
    [3, null],
  ]);
});

test.each(protocols)("mistakes over %s are told to the model and counted by their class", async (protocol) => {
  const { record, asked } = await run(
    [
      [["delete_file", "{}"]],
      [
        ["read_file", '{"file": "prices.txt"}'],
        ["read_file", '{"path": "other.txt"}'],
      ],
      [["calculate", '{"expression": "1/0"}']],
      [["list_files", "{}"]],
    ],
    protocol,
  );
  expect(record.trial.outcome).toBe("scored");
  expect(toolErrorsOf(record)).toEqual({
    toolCalls: 5,
    errors: { InvalidJson: 0, UnknownName: 1, SchemaMismatch: 1, Failed: 2 },
  });
  expect(lastResult(asked[1]!)).toContain(
    "error (UnknownName): the tools are list_files, read_file, search, calculate",
  );
});

test("arguments that are no JSON are told and counted", async () => {
  const { record, asked } = await run([[["list_files", "{"]]], "openai-chat");
  expect(lastResult(asked[1]!)).toMatch(/^error \(InvalidJson\)/);
  expect(toolErrorsOf(record).errors.InvalidJson).toBe(1);
});

test("where only what is marked is kept, each request that another may follow is marked at its end", async () => {
  const asked: FakeRequest[] = [];
  server = await startFakeServer({
    answer: (request): string | FakeAnswer =>
      asked.push(request) < 3 ? { text: "", toolCalls: [{ id: "1", name: "list_files", arguments: "{}" }] } : "12",
  });
  const cacheRule = cacheRuleOf("anthropic", "claude-sonnet-5");
  const route = routeTo(server.baseUrl, { protocol: "anthropic-messages", cacheRule });
  await recordsOf(scenario({ ...agentLoopDefaults, maxTurns: 3 }), route);
  const mark = { cache_control: { type: "ephemeral" } };
  const lastBlocks = asked.map(({ body }) => (body.messages as { content: object[] }[]).at(-1)!.content);
  expect(lastBlocks).toEqual([
    [expect.objectContaining({ type: "text", ...mark })],
    [expect.objectContaining({ type: "tool_result", ...mark })],
    [expect.not.objectContaining(mark)],
  ]);
});

test("a loop that does not end is ended, and its last answer judged", async () => {
  const turns = Array.from({ length: 9 }, () => [["list_files", "{}"] as const]);
  const { record } = await run(turns, "openai-chat", { maxTurns: 3, instruction: null });
  expect(record.trial).toMatchObject({ outcome: "scored", turns: 3, scores: { right: { value: 0 } } });
  expect(toolErrorsOf(record).toolCalls).toBe(2);
});
