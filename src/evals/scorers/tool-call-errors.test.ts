import { expect, test } from "vitest";
import { toolCallErrors } from "./tool-call-errors.ts";

const tools = [
  {
    name: "weather",
    parameters: {
      type: "object",
      properties: { city: { type: "string" }, days: { type: "integer", minimum: 1 } },
      required: ["city"],
      additionalProperties: false,
    },
  },
  { name: "now", parameters: {} },
];
const call = (name: string, given: string) => ({ id: `functions.${name}:0`, name, arguments: given });

test.each([
  ["weather", '{"city": "Paris", "days": 3}', null],
  ["now", "{}", null],
  ["now", '{"anything": 1}', null],
  ["weather", '{"city": "Paris"', "InvalidJson"],
  ["weather", "", "InvalidJson"],
  ["wether", '{"city": "Paris"}', "UnknownName"],
  ["wether", "{", "InvalidJson"],
  ["weather", '{"days": 3}', "SchemaMismatch"],
  ["weather", '{"city": "Paris", "days": "3"}', "SchemaMismatch"],
  ["weather", '{"city": "Paris", "unit": "c"}', "SchemaMismatch"],
  ["weather", '"{\\"city\\": \\"Paris\\"}"', "SchemaMismatch"],
])("a call of %s with %s is %s", (name, given, kind) => {
  expect(toolCallErrors([call(name, given)], tools).map((error) => error.class)).toEqual(kind === null ? [] : [kind]);
});

test("each call that is wrong has its own error, with the place", () => {
  const calls = [call("weather", '{"city": 1}'), call("now", "{}"), call("then", "{}")];
  expect(toolCallErrors(calls, tools)).toEqual([
    { class: "SchemaMismatch", tool: "weather", detail: expect.stringContaining("at /city") },
    { class: "UnknownName", tool: "then", detail: "the tools are weather, now" },
  ]);
});

test("under a schema that is none, a call is neither right nor wrong", () => {
  const broken = [{ name: "now", parameters: { type: "strnig" } }];
  expect(() => toolCallErrors([call("now", "{}")], broken)).toThrow("the schema of the tool now is not a JSON Schema");
});
