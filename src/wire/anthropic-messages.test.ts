import { expect, test } from "vitest";
import { emptyDraft } from "./answer-draft.ts";
import { anthropicMessages } from "./anthropic-messages.ts";
import type { CallRequest } from "./call.ts";

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
        { type: "image", url: "https://example.com/a.png" },
      ],
    },
    {
      role: "assistant",
      content: "",
      reasoning: "Look it up.",
      toolCalls: [
        { id: "c1", name: "look", arguments: '{"at":1}' },
        { id: "c2", name: "look", arguments: "not json" },
      ],
    },
    { role: "tool", content: "A yew.", toolCallId: "c1" },
    { role: "tool", content: "An oak.", toolCallId: "c2" },
  ],
  temperature: 0,
  seed: 1,
  stop: ["\n"],
  tools: [{ name: "look", parameters: { type: "object" } }],
  toolChoice: "required",
  responseFormat: { type: "json_schema", name: "out", schema: { type: "object" } },
  reasoningEffort: "low",
};

test("a request in Anthropic's words: system apart, tool results together in one user turn", () => {
  expect(anthropicMessages.body(request)).toEqual({
    model: "m",
    max_tokens: 4_096,
    system: "Be brief.",
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "What is this?" },
          { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } },
          { type: "image", source: { type: "url", url: "https://example.com/a.png" } },
        ],
      },
      {
        role: "assistant",
        content: [
          { type: "tool_use", id: "c1", name: "look", input: { at: 1 } },
          { type: "tool_use", id: "c2", name: "look", input: { arguments: "not json" } },
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "c1", content: "A yew." },
          { type: "tool_result", tool_use_id: "c2", content: "An oak." },
        ],
      },
    ],
    stream: true,
    temperature: 0,
    stop_sequences: ["\n"],
    tools: [{ name: "look", input_schema: { type: "object" } }],
    tool_choice: { type: "any" },
    output_config: { effort: "low", format: { type: "json_schema", schema: { type: "object" } } },
  });
  expect(anthropicMessages.headers("k")).toEqual({ "x-api-key": "k", "anthropic-version": "2023-06-01" });
});

test("a stream of thinking, text and a tool call, with usage in two halves", () => {
  const draft = emptyDraft();
  const events = [
    {
      type: "message_start",
      message: { id: "msg", model: "claude", usage: { input_tokens: 5, cache_read_input_tokens: 2, output_tokens: 1 } },
    },
    { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "" } },
    { type: "ping" },
    { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "hm" } },
    { type: "content_block_delta", index: 0, delta: { type: "signature_delta", signature: "x" } },
    { type: "content_block_stop", index: 0 },
    { type: "content_block_start", index: 1, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 1, delta: { type: "text_delta", text: "yes" } },
    { type: "content_block_start", index: 2, content_block: { type: "tool_use", id: "t", name: "look", input: {} } },
    { type: "content_block_delta", index: 2, delta: { type: "input_json_delta", partial_json: "" } },
    { type: "content_block_delta", index: 2, delta: { type: "input_json_delta", partial_json: '{"at":' } },
    { type: "content_block_delta", index: 2, delta: { type: "input_json_delta", partial_json: "1}" } },
    { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { input_tokens: null, output_tokens: 9 } },
    { type: "something_new", payload: 1 },
    { type: "message_stop" },
  ];
  const carried = events.map((event) => anthropicMessages.readEvent(event, draft));
  expect(carried.filter((carries) => carries !== "nothing")).toEqual([
    "reasoning",
    "content",
    "content",
    "content",
    "content",
  ]);
  expect(draft).toMatchObject({
    text: "yes",
    reasoning: "hm",
    toolCalls: [{ id: "t", name: "look", arguments: '{"at":1}' }],
    finishReason: "tool_use",
    servedModel: "claude",
    responseId: "msg",
    done: true,
    malformed: null,
    usageSource: { input_tokens: 5, cache_read_input_tokens: 2, output_tokens: 9 },
  });
});

test("a whole answer keeps a tool's input as JSON, an empty one too", () => {
  const draft = emptyDraft();
  const content = [
    { type: "thinking", thinking: "hm", signature: "x" },
    { type: "text", text: "a" },
    { type: "redacted_thinking", data: "…" },
    { type: "text", text: "b" },
    { type: "tool_use", id: "t", name: "look", input: {} },
  ];
  anthropicMessages.readWhole({ id: "msg", content, stop_reason: "tool_use" }, draft);
  expect(draft).toMatchObject({
    text: "ab",
    reasoning: "hm",
    toolCalls: [{ arguments: "{}" }],
    finishReason: "tool_use",
  });
});

test("a shape that is not Anthropic's says where", () => {
  const whole = emptyDraft();
  anthropicMessages.readWhole({ content: "text" }, whole);
  expect(whole.malformed).toMatch(/content/);
  const event = emptyDraft();
  expect(anthropicMessages.readEvent({ choices: [] }, event)).toBe("nothing");
  expect(event.malformed).toMatch(/type/);
});
