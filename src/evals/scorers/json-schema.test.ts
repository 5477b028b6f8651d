import { expect, test } from "vitest";
import { z } from "zod";
import { answer, sample, unasked } from "../../../test/fixtures/scored.ts";
import type { Sample } from "../scenario.ts";
import { JsonSchema, jsonSchema } from "./json-schema.ts";

const scoreOf = async (text: string, options = {}, over: Partial<Sample> = {}) =>
  (await jsonSchema(JsonSchema.parse({ type: "json-schema", ...options }))).score(sample(over), answer(text), unasked);

const schema = z.toJSONSchema(z.strictObject({ city: z.string(), days: z.int().min(1) }));

test.each([
  ['{"city": "Paris", "days": 3}', 1, "right: JSON under the schema"],
  ['{"city": "Paris", "days": "3"}', 0, 'expected JSON under the schema, got at /days: Instance type "string"'],
  ['{"city": "Paris", "days": 3, "more": 1}', 0, "expected JSON under the schema, got at /more: False boolean schema"],
  ["{city: Paris}", 0, "expected JSON, got Expected property name"],
  ['Here: {"city": "Paris", "days": 3}', 0, "expected JSON, got Unexpected token"],
  ["", 0, "expected JSON, got nothing"],
])("the answer %j scores %d: %s", async (text, value, explanation) => {
  expect(await scoreOf(text, { schema })).toEqual({ value, explanation: expect.stringContaining(explanation) });
});

test("a code fence around the whole answer is taken off only if the spec allows it", async () => {
  const fenced = '```json\n{"city": "Paris", "days": 3}\n```';
  expect(await scoreOf(fenced, { schema })).toMatchObject({ value: 0 });
  expect(await scoreOf(fenced, { schema, fences: true })).toMatchObject({ value: 1 });
  expect(await scoreOf(`Sure!\n${fenced}`, { schema, fences: true })).toMatchObject({ value: 0 });
});

test("without a schema of its own, the sample's response format decides, else any JSON will do", async () => {
  const responseFormat = { type: "json_schema", name: "trip", schema } as const;
  expect(await scoreOf("[1]", {}, { responseFormat })).toMatchObject({ value: 0 });
  expect(await scoreOf("[1]", {}, { responseFormat: { type: "json_object" } })).toMatchObject({ value: 1 });
  expect(await scoreOf("[1]")).toMatchObject({ value: 1 });
});
