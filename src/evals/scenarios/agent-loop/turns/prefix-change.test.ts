import { describe, expect, test } from "vitest";
import type { Message, Tool } from "../../../../wire/index.ts";
import { predecessor } from "./predecessor.ts";
import { prefixChange } from "./prefix-change.ts";
import { promptParts } from "./prompt-parts.ts";

const tool = (name: string): Tool => ({ name, parameters: { type: "object" } });
const system = (content: string): Message => ({ role: "system", content });
const user = (content: string): Message => ({ role: "user", content });
const assistant = (content: string): Message => ({ role: "assistant", content });
const partsOf = (messages: readonly Message[], tools: readonly Tool[] = []) =>
  promptParts(JSON.stringify({ messages, tools }), "openai-chat");

const tools = [tool("look"), tool("read")];
const history = [
  system("Be brief. It is Mon, 5 Jan, 09:00."),
  user("one"),
  assistant("1"),
  user("two"),
  assistant("2"),
];
const asked = [...history, user("three")];
const later = [...asked, assistant("3"), user("four")];
const changeTo = (messages: readonly Message[], otherTools = tools) =>
  prefixChange(partsOf(asked, tools), partsOf(messages, otherTools));

test("what only goes on has not changed", () => {
  expect(changeTo(later)).toBeNull();
  expect(changeTo(asked)).toBeNull();
});

test.each([
  ["timestamp", "system", 1, [system("Be brief. It is Tue, 6 Jan, 10:30."), ...later.slice(1)], tools],
  ["system prompt", "system", 1, [system("Be long."), ...later.slice(1)], tools],
  ["tools reordered", "tools", 1, later, [tool("read"), tool("look")]],
  ["tools changed", "tools", 2, later, [tool("look"), tool("write")]],
  ["tools changed", "system", 1, later, [...tools, tool("write")]],
  ["tools changed", "tools", 2, later, [tool("look")]],
  ["message edited", "messages", 2, [history[0]!, user("uno"), ...later.slice(2)], tools],
  ["compaction", "messages", 2, [history[0]!, user("In short: 1, 2."), user("three"), assistant("3")], tools],
  ["branch", "messages", 6, [...history, user("other")], tools],
  [
    "history rewritten",
    "messages",
    2,
    [history[0]!, user("a"), assistant("b"), user("c"), assistant("d"), user("e")],
    tools,
  ],
] as const)("%s, first seen in %s %i", (kind, place, number, messages, otherTools) => {
  expect(changeTo(messages, [...otherTools])).toEqual({ kind, place, number });
});

test("digits that move in a message are a timestamp too", () => {
  const at = (time: string) =>
    partsOf([system("Be brief."), user(`Now: ${time}. Go on.`), assistant("1"), user("two")]);
  expect(prefixChange(at("09:00:07"), at("10:15:59"))).toEqual({ kind: "timestamp", place: "messages", number: 2 });
});

describe("a request goes on from", () => {
  const other = partsOf([system("Something else entirely, and at length."), user("alpha"), assistant("beta")]);
  test("the one that it shares most with, of equals the latest, though another session came in between", () => {
    expect(predecessor(partsOf(later), [partsOf(asked), other])).toBe(0);
    expect(predecessor(partsOf(later), [partsOf(asked), partsOf(asked), other])).toBe(1);
  });
  test("one whose system prompt was another, as long as the history is the same", () => {
    expect(predecessor(partsOf([system("Be long."), ...later.slice(1)]), [partsOf(asked), other])).toBe(0);
  });
  test("one that is written on within its only message", () => {
    const text = "all that was said so far, in one message";
    expect(predecessor(partsOf([user(`${text} and more`)]), [partsOf([user(text)])])).toBe(0);
  });
  test("none that shares nothing", () => {
    expect(predecessor(other, [partsOf(asked)])).toBeNull();
    expect(predecessor(other, [])).toBeNull();
  });
});

test("Anthropic's body has the same parts, block by block, and its marks are no part of them", () => {
  const mark = { type: "ephemeral", ttl: "1h" };
  const body = {
    tools: [{ name: "look", input_schema: {}, cache_control: { type: "ephemeral" } }],
    system: [{ type: "text", text: "Be brief.", cache_control: mark }],
    messages: [
      { role: "user", content: "one" },
      {
        role: "assistant",
        content: [
          { type: "text", text: "I look." },
          { type: "tool_use", id: "x", name: "look", input: { at: 1 } },
        ],
      },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "x", content: "seven" }] },
    ],
    cache_control: { type: "ephemeral" },
  };
  const parts = promptParts(JSON.stringify(body), "anthropic-messages");
  expect(parts.map(({ place, number, type, text }) => [place, number, type, text])).toEqual([
    ["tools", 1, "tool", '{"name":"look","input_schema":{}}'],
    ["system", 1, "text", "Be brief."],
    ["messages", 1, "text", "one"],
    ["messages", 2, "text", "I look."],
    ["messages", 2, "tool_use", 'look({"at":1})'],
    ["messages", 3, "tool_result", "seven"],
  ]);
});
