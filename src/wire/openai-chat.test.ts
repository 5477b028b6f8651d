import { expect, test } from "vitest";
import { emptyDraft } from "./answer-draft.ts";
import type { CallRequest } from "./call.ts";
import { openaiChat } from "./openai-chat.ts";
import { openaiCompletions } from "./openai-completions.ts";

const request: CallRequest = {
  model: "m",
  stream: true,
  messages: [
    { role: "system", content: "Be brief." },
    {
      role: "user",
      content: [
        { type: "text", text: "What is this?" },
        { type: "image", url: "data:image/png;base64,AAAA" },
      ],
    },
    {
      role: "assistant",
      content: "",
      reasoning: "Look it up.",
      toolCalls: [{ id: "c1", name: "look", arguments: '{"at":1}' }],
    },
    { role: "tool", content: "A yew.", toolCallId: "c1" },
  ],
  maxTokens: 16,
  temperature: 0,
  topP: 0.9,
  seed: 1,
  stop: ["\n"],
  tools: [{ name: "look", description: "Looks", parameters: { type: "object" } }],
  toolChoice: { name: "look" },
  responseFormat: { type: "json_schema", name: "out", schema: { type: "object" } },
  reasoningEffort: "low",
  extraBody: { temperature: 0.5, chat_template_kwargs: { thinking: true } },
};

test("a request in the words of chat completions; what is extra comes last and wins", () => {
  expect(openaiChat.body(request)).toEqual({
    model: "m",
    messages: [
      { role: "system", content: "Be brief." },
      {
        role: "user",
        content: [
          { type: "text", text: "What is this?" },
          { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
        ],
      },
      {
        role: "assistant",
        content: "",
        reasoning_content: "Look it up.",
        tool_calls: [{ id: "c1", type: "function", function: { name: "look", arguments: '{"at":1}' } }],
      },
      { role: "tool", content: "A yew.", tool_call_id: "c1" },
    ],
    stream: true,
    stream_options: { include_usage: true },
    max_tokens: 16,
    temperature: 0.5,
    top_p: 0.9,
    seed: 1,
    stop: ["\n"],
    tools: [{ type: "function", function: { name: "look", description: "Looks", parameters: { type: "object" } } }],
    tool_choice: { type: "function", function: { name: "look" } },
    response_format: { type: "json_schema", json_schema: { name: "out", schema: { type: "object" }, strict: true } },
    reasoning_effort: "low",
    chat_template_kwargs: { thinking: true },
  });
  expect(openaiChat.headers("k")).toEqual({ authorization: "Bearer k" });
  expect(openaiChat.headers(null)).toEqual({});
});

test("a small request has nothing in it that was not asked for", () => {
  const small: CallRequest = { model: "m", messages: [{ role: "user", content: "hi" }], stream: false };
  expect(openaiChat.body(small)).toEqual({ model: "m", messages: [{ role: "user", content: "hi" }], stream: false });
  expect(openaiCompletions.body(small)).toEqual({ model: "m", prompt: "hi", stream: false });
});

test("a completion's prompt is the contents one after the other", () => {
  expect(openaiCompletions.body(request)).toMatchObject({ prompt: "Be brief.What is this?A yew.", max_tokens: 16 });
});

/** What is read from stream events whose first choice has these deltas. */
function readDeltas(...deltas: object[]) {
  const draft = emptyDraft();
  const carried = deltas.map((delta) => openaiChat.readEvent({ choices: [{ index: 0, delta }] }, draft));
  return { draft, carried };
}

test("reasoning has two names, and a text of length 0 carries no token", () => {
  const { draft, carried } = readDeltas(
    { role: "assistant", content: null },
    { content: "", reasoning_content: "a" },
    { reasoning: "b" },
    { content: "c", reasoning: "d" },
    { content: "e" },
  );
  expect(draft).toMatchObject({ reasoning: "abd", text: "ce" });
  expect(carried).toEqual(["nothing", "reasoning", "reasoning", "both", "content"]);
});

test("tool calls are put together by index, by id where the index is always 0, and by order where there is none", () => {
  const call = (index: number | undefined, id: string | undefined, name: string | undefined, args: unknown) => ({
    tool_calls: [{ index, id, function: { name, arguments: args } }],
  });
  const interleaved = readDeltas(
    call(0, "a", "f", ""),
    call(1, "b", "g", '{"x"'),
    call(0, undefined, undefined, "{}"),
    call(1, undefined, undefined, ":1}"),
  );
  expect(interleaved.draft.toolCalls).toEqual([
    { id: "a", name: "f", arguments: "{}" },
    { id: "b", name: "g", arguments: '{"x":1}' },
  ]);
  expect(interleaved.carried).toEqual(["content", "content", "content", "content"]);
  const sameIndex = readDeltas(call(0, "a", "f", "{}"), call(0, "b", "g", "{}"), call(0, "b", undefined, " "));
  expect(sameIndex.draft.toolCalls.map((c) => c.name + c.arguments)).toEqual(["f{}", "g{} "]);
  const noIndex = readDeltas(call(undefined, "a", "f", "{"), call(undefined, undefined, undefined, "}"));
  expect(noIndex.draft.toolCalls).toEqual([{ id: "a", name: "f", arguments: "{}" }]);
  const asObject = readDeltas(call(0, "a", "f", { x: 1 }), call(2 ** 40, "z", "h", ""));
  expect(asObject.draft.toolCalls.map((c) => c.arguments)).toEqual(['{"x":1}', ""]);
});

test("content as a list of parts, with thinking apart (Mistral)", () => {
  const draft = emptyDraft();
  const content = [
    { type: "thinking", thinking: [{ type: "text", text: "hm" }] },
    { type: "text", text: "yes" },
  ];
  openaiChat.readWhole({ choices: [{ message: { content }, finish_reason: "stop" }] }, draft);
  expect(draft).toMatchObject({ reasoning: "hm", text: "yes", finishReason: "stop" });
});

test("other choices than the first are left alone, and a refusal is the answer", () => {
  const draft = emptyDraft();
  openaiChat.readEvent({ choices: [{ index: 1, delta: { content: "other" } }] }, draft);
  openaiChat.readEvent({ choices: [{ index: 0, delta: { refusal: "No." } }] }, draft);
  openaiChat.readEvent({ choices: [], usage: { prompt_tokens: 1 } }, draft);
  expect(draft).toMatchObject({ text: "No.", malformed: null });
});

test.each([
  [[], /the answer/],
  [{ choices: 5 }, /choices/],
  [{ choices: [{ message: { content: 5 } }] }, /choices\.0\.message\.content/],
  [{ choices: [{ message: { tool_calls: [{ function: { arguments: 5 } }] } }] }, /arguments/],
  [{}, /no choices/],
])("a whole answer of the wrong shape says where: %j", (value, says) => {
  const draft = emptyDraft();
  openaiChat.readWhole(value, draft);
  expect(draft.malformed).toMatch(says);
});
