import { expect, test } from "vitest";
import { imported } from "../../../test/made-files/imported.ts";

const importChat = (...rows: object[]) => imported({ "chat.jsonl": rows }, { from: "chat", path: "chat.jsonl" });
const question = { role: "user", content: "What is the capital of France?" };

test("a last message of the assistant is the target, a conversation that ends with the user has none", async () => {
  const { samples, lost } = await importChat(
    {
      messages: [
        { role: "system", content: "Marv is sarcastic." },
        question,
        { role: "assistant", content: "Paris.", weight: 1 },
      ],
    },
    { messages: [question], source: "forum" },
  );
  expect(samples).toEqual([
    { input: [{ role: "system", content: "Marv is sarcastic." }, question], target: "Paris." },
    { input: [question], metadata: { source: "forum" } },
  ]);
  expect(lost).toEqual([]);
});

test("a last message that calls tools is what calls are held against", async () => {
  const { samples } = await importChat({
    messages: [
      question,
      {
        role: "assistant",
        tool_calls: [{ id: "1", type: "function", function: { name: "look_up", arguments: '{"of":"France"}' } }],
      },
    ],
    tools: '[{"type":"function","function":{"name":"look_up","parameters":{"type":"object"}}}]',
  });
  expect(samples[0]).toEqual({
    input: [question],
    scorers: [{ type: "tool-calls", expect: [{ name: "look_up", arguments: { of: "France" } }] }],
    tools: [{ name: "look_up", parameters: { type: "object" } }],
  });
});

test("OpenAI's older functions are tools, and a call of one is what calls are held against", async () => {
  const { samples, lost } = await importChat({
    messages: [
      question,
      { role: "assistant", content: null, function_call: { name: "look_up", arguments: '{"of":"France"}' } },
    ],
    functions: [{ name: "look_up", parameters: { type: "object" } }],
  });
  expect(samples).toEqual([
    {
      input: [question],
      scorers: [{ type: "tool-calls", expect: [{ name: "look_up", arguments: { of: "France" } }] }],
      tools: [{ name: "look_up", parameters: { type: "object" } }],
    },
  ]);
  expect(lost).toEqual([]);
});

test("OpenAI's older evals have an ideal answer, or several", async () => {
  const { samples } = await importChat(
    { input: [question], ideal: "Paris" },
    { input: [question], ideal: ["Paris", "It is Paris"] },
  );
  expect(samples.map(({ target }) => target)).toEqual([["Paris"], ["Paris", "It is Paris"]]);
});

test("what is no conversation is left out and told", async () => {
  const { samples, lost } = await importChat(
    { messages: [] },
    { messages: [{ role: "function", content: "x" }] },
    { messages: [{ role: "assistant", content: "Hello" }] },
    { messages: [{ ...question, name: "Ann" }] },
  );
  expect(samples).toEqual([{ input: [question] }]);
  expect(lost).toEqual([
    "sample left out: no messages",
    'sample left out: a message of role "function"',
    "sample left out: no question before the answer",
    "name of a message",
  ]);
});
