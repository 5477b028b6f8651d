import fc from "fast-check";
import { expect, test } from "vitest";
import type { CallRequest, Message } from "../../wire/index.ts";
import { openaiChat } from "../../wire/openai-chat.ts";
import { SampleSpec } from "../sample.ts";
import { UnsupportedList } from "./imported.ts";
import { requestSample } from "./request-body.ts";

const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
const toolCall = fc.record({
  id: text,
  type: fc.constant("function"),
  function: fc.record({ name: text, arguments: fc.json({ maxDepth: 1 }) }),
});
const image = fc.constantFrom("https://example.com/a.png", "data:image/png;base64,AA==");
const pictured = fc.tuple(text, image).map(([words, url]) => [
  { type: "text", text: words },
  { type: "image_url", image_url: { url } },
]);
const message = fc.oneof(
  fc.record({ role: fc.constant("system"), content: text }),
  fc.record({ role: fc.constant("user"), content: fc.oneof(text, pictured) }),
  fc.record(
    {
      role: fc.constant("assistant"),
      content: text,
      reasoning_content: text,
      tool_calls: fc.array(toolCall, { minLength: 1, maxLength: 2 }),
    },
    { requiredKeys: ["role", "content"] },
  ),
  fc.record({ role: fc.constant("tool"), content: text, tool_call_id: text }),
);
const object = fc.constantFrom(
  { type: "object", properties: {} },
  { type: "object", properties: { city: { type: "string" } } },
);
const tool = fc.record({
  type: fc.constant("function"),
  function: fc.record({ name: text, description: text, parameters: object }, { requiredKeys: ["name", "parameters"] }),
});
const body = fc.record(
  {
    messages: fc.array(message, { minLength: 1, maxLength: 4 }),
    temperature: fc.constantFrom(0, 0.6, 2),
    top_p: fc.constantFrom(0.5, 1),
    max_tokens: fc.integer({ min: 1, max: 9_999 }),
    seed: fc.nat(),
    stop: fc.array(text, { minLength: 1, maxLength: 2 }),
    tools: fc.array(tool, { minLength: 1, maxLength: 2 }),
    tool_choice: fc.constantFrom("auto", "none", "required", { type: "function", function: { name: "f" } }),
    response_format: fc.oneof(
      fc.constant({ type: "json_object" }),
      fc.record({
        type: fc.constant("json_schema"),
        json_schema: fc.record({ name: text, schema: object, strict: fc.constant(true) }),
      }),
    ),
    reasoning_effort: fc.constantFrom("low", "high"),
    top_k: fc.nat(),
    thinking: fc.constantFrom({ type: "disabled" }, { type: "enabled", effort: "max" }),
  },
  { requiredKeys: ["messages"] },
);

/** What would be sent for a sample, in OpenAI's words. */
function sent(given: unknown): Record<string, unknown> {
  const list = new UnsupportedList();
  const sample = SampleSpec.parse(requestSample(given, "here", list));
  expect(list.entries()).toEqual([]);
  const { tools, toolChoice, responseFormat, settings } = sample;
  const request = {
    model: "m",
    messages: sample.input as readonly Message[],
    stream: false,
    ...settings,
    ...(tools && { tools }),
    ...(toolChoice && { toolChoice }),
    ...(responseFormat && { responseFormat }),
  } as CallRequest;
  const { model, stream, ...rest } = openaiChat.body(request) as Record<string, unknown>;
  expect([model, stream]).toEqual(["m", false]);
  return rest;
}

test("a body comes out as it went in: nothing of a request is lost between import and wire", () => {
  fc.assert(
    fc.property(body, (given) => {
      expect(sent(given)).toEqual(JSON.parse(JSON.stringify(given)));
    }),
  );
});

test("what has no counterpart is told, not sent otherwise", () => {
  const list = new UnsupportedList();
  const sample = requestSample(
    {
      messages: [{ role: "user", content: "x" }],
      tool_choice: { type: "allowed_tools" },
      response_format: { type: "grammar" },
      tools: [{ type: "function", function: { name: "f", parameters: {}, strict: true } }],
    },
    "here",
    list,
  );
  expect(sample).toMatchObject({ input: [{ role: "user", content: "x" }] });
  expect(list.entries().map(({ what }) => what)).toEqual([
    "strict of a tool",
    'tool_choice {"type":"allowed_tools"}',
    'response_format of type "grammar"',
  ]);
});
