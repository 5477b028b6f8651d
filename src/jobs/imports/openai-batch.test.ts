import { expect, test } from "vitest";
import { imported } from "../../../test/made-files/imported.ts";

const batch = (body: object, row: object = {}) => ({
  custom_id: "request-1",
  method: "POST",
  url: "/v1/chat/completions",
  body: { model: "gpt-4o-mini", messages: [{ role: "user", content: "Hello" }], ...body },
  ...row,
});
const importBatch = (...rows: object[]) =>
  imported({ "batch.jsonl": rows }, { from: "openai-batch", path: "batch.jsonl" });

// The two requests of OpenAI's guide: https://platform.openai.com/docs/guides/batch
test("the requests of OpenAI's guide come with their ids, messages and settings", async () => {
  const { samples, lost } = await importBatch(
    batch({
      model: "gpt-3.5-turbo-0125",
      messages: [
        { role: "system", content: "You are a helpful assistant." },
        { role: "user", content: "Hello world!" },
      ],
      max_tokens: 1000,
    }),
    batch({ messages: [{ role: "user", content: "Hello world!" }] }, { custom_id: "request-2" }),
  );
  expect(samples).toEqual([
    {
      id: "request-1",
      input: [
        { role: "system", content: "You are a helpful assistant." },
        { role: "user", content: "Hello world!" },
      ],
      settings: { maxTokens: 1000 },
    },
    { id: "request-2", input: [{ role: "user", content: "Hello world!" }], settings: {} },
  ]);
  expect(lost).toEqual([
    "the model gpt-3.5-turbo-0125: a run names its candidates",
    "the model gpt-4o-mini: a run names its candidates",
  ]);
});

test("every setting of a body is carried: by its name here, or in the body again", async () => {
  const { samples, lost } = await importBatch(
    batch({
      temperature: 0.6,
      top_p: 0.9,
      max_completion_tokens: 64,
      seed: 7,
      stop: "\n",
      reasoning_effort: "low",
      top_k: 40,
      chat_template_kwargs: { thinking: false },
      tool_choice: { type: "function", function: { name: "look_up" } },
      response_format: {
        type: "json_schema",
        json_schema: { name: "reply", strict: true, schema: { type: "object" } },
      },
      tools: [{ type: "function", function: { name: "look_up", parameters: { type: "object" } } }],
      stream: true,
      n: 3,
    }),
  );
  expect(samples[0]).toMatchObject({
    settings: {
      temperature: 0.6,
      topP: 0.9,
      maxTokens: 64,
      seed: 7,
      stop: ["\n"],
      reasoningEffort: "low",
      extraBody: { top_k: 40, chat_template_kwargs: { thinking: false } },
    },
    toolChoice: { name: "look_up" },
    responseFormat: { type: "json_schema", name: "reply", schema: { type: "object" } },
    tools: [{ name: "look_up", parameters: { type: "object" } }],
  });
  expect(lost).toEqual([
    "stream of a request: a run decides it",
    "the model gpt-4o-mini: a run names its candidates",
    "n of a request: `repeats` of the job asks again",
  ]);
});

test("a request to another endpoint, or with content that we have no word for, is left out and told", async () => {
  const { samples, unsupported } = await importBatch(
    batch({}, { url: "/v1/embeddings" }),
    batch({ messages: [{ role: "user", content: [{ type: "input_audio", input_audio: { data: "…" } }] }] }),
    batch({ tools: [{ type: "web_search" }] }),
    batch({}, { custom_id: "kept" }),
  );
  expect(samples.map(({ id }) => id)).toEqual(["kept"]);
  expect(unsupported.slice(0, 3)).toEqual([
    { what: "sample left out: a request to /v1/embeddings", where: "batch.jsonl, line 1", count: 1 },
    { what: "sample left out: content of type input_audio", where: "batch.jsonl, line 2", count: 1 },
    { what: 'sample left out: a tool of type "web_search"', where: "batch.jsonl, line 3", count: 1 },
  ]);
});

test("an agent's turns come with their tool calls, results, reasoning and images", async () => {
  const { samples } = await importBatch(
    batch({
      messages: [
        { role: "developer", content: "Be brief." },
        {
          role: "user",
          content: [
            { type: "text", text: "What is this?" },
            { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } },
          ],
        },
        {
          role: "assistant",
          content: null,
          reasoning_content: "I should look.",
          tool_calls: [{ id: "look:0", type: "function", function: { name: "look", arguments: '{"at":1}' } }],
        },
        { role: "tool", tool_call_id: "look:0", content: "a cat" },
      ],
    }),
  );
  expect(samples[0]!.input).toEqual([
    { role: "system", content: "Be brief." },
    {
      role: "user",
      content: [
        { type: "text", text: "What is this?" },
        { type: "image", url: "data:image/png;base64,AA==" },
      ],
    },
    {
      role: "assistant",
      content: "",
      reasoning: "I should look.",
      toolCalls: [{ id: "look:0", name: "look", arguments: '{"at":1}' }],
    },
    { role: "tool", content: "a cat", toolCallId: "look:0" },
  ]);
});

test("an image's detail and other keys of a part, for which there is no place, are told", async () => {
  const image = (detail?: string) => ({ type: "image_url", image_url: { url: "https://a.example/b.png", detail } });
  const { samples, lost } = await importBatch(
    batch({ messages: [{ role: "user", content: [image("low"), image("auto"), image()] }] }),
    batch({
      messages: [
        { role: "user", content: [{ type: "text", text: "Hi", cache_control: { type: "ephemeral" } }, "there"] },
        { role: "user", content: [{ type: "input_image", image_url: "https://a.example/b.png", detail: "high" }] },
      ],
    }),
  );
  expect(samples).toHaveLength(2);
  expect(lost).toEqual([
    "detail low of an image",
    "the model gpt-4o-mini: a run names its candidates",
    "cache_control of a part of a message",
    "detail high of an image",
  ]);
});
