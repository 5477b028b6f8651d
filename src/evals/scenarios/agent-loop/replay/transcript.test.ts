import { expect, test } from "vitest";
import { readTranscript } from "./transcript.ts";

const user = (content: string) => ({ role: "user", content });
const called = {
  role: "assistant",
  content: null,
  tool_calls: [{ id: "1", type: "function", function: { name: "look", arguments: "{}" } }],
};
const tools = [{ type: "function", function: { name: "look", parameters: { type: "object" } } }];
const read = (...rows: object[]) => readTranscript(rows.map((row) => JSON.stringify(row)).join("\n"), { name: "log" });

test("bodies are sent again as they were, with a mark before all that they say", () => {
  const first = {
    model: "m",
    temperature: 1,
    tools,
    messages: [{ role: "developer", content: "Be brief." }, user("Hi")],
  };
  const second = { ...first, messages: [...first.messages, called, { role: "tool", tool_call_id: "1", content: "7" }] };
  const [session] = read(first, { id: "x", body: second, delay: 300 }).sessions;
  const turns = [...session!.turns("run 1")];
  expect(turns[1]).toEqual({
    messages: [
      { role: "system", content: "[run 1]\nBe brief." },
      { role: "user", content: "Hi" },
      { role: "assistant", content: "", toolCalls: [{ id: "1", name: "look", arguments: "{}" }] },
      { role: "tool", content: "7", toolCallId: "1" },
    ],
    tools: [{ name: "look", parameters: { type: "object" } }],
  });
  expect(turns[1]!.messages.slice(0, 2)).toEqual(turns[0]!.messages);
  expect(session!.requests.map(({ pauseMs }) => pauseMs)).toEqual([0, 300]);
});

test("lines are told apart by their session and sorted by their time", () => {
  const { sessions, notes } = read(
    { session_id: "a", timestamp: 0, messages: [user("1")] },
    { session_id: "b", timestamp: 2_000, request: { messages: [user("2")] } },
    { session_id: "a", timestamp: 1_000, messages: [user("3")] },
  );
  expect(sessions.map(({ id, requests }) => [id, requests.map(({ pauseMs }) => pauseMs)])).toEqual([
    ["a", [0, 1_000]],
    ["b", [0]],
  ]);
  expect(notes).toEqual(["1 request: out of order, sorted by time"]);
});

test.each([
  ["no messages", { messages: [] }],
  ["an answer at the end", { messages: [user("1"), { role: "assistant", content: "2" }] }],
  ["Anthropic's blocks", { messages: [{ role: "user", content: [{ type: "tool_result" }] }] }],
])("%s is refused, with the line", (_what, row) => {
  expect(() => read(row)).toThrow("log:1");
});
