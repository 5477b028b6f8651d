import { expect, test } from "vitest";
import { z } from "zod";
import { schemaCheck } from "./schema-check.ts";
import { ScorerSpec } from "./spec.ts";

test("schemas that Zod makes are schemas, of every draft that it speaks", () => {
  for (const target of ["draft-04", "draft-07", "draft-2020-12"] as const)
    expect(schemaCheck(z.toJSONSchema(ScorerSpec, { target, io: "input" }), "test")({ type: "exact" })).toBeNull();
});

test.each([
  [{ type: "strnig" }, "at /type"],
  [{ type: "object", properties: { days: { type: "int" } } }, "at /properties/days/type"],
  [{ properties: [1] }, "at /properties"],
  [{ required: "city" }, "at /required"],
  [{ minimum: "3" }, "at /minimum"],
  [{ pattern: "(" }, "at /pattern"],
  [{ $ref: "#/definitions/trip" }, "there is no #/definitions/trip"],
  [{ $ref: "https://example.com/trip.json" }, "there is no https://example.com/trip.json"],
])("%j is no schema: %s", (schema, problem) => {
  expect(() => schemaCheck(schema, "test")).toThrow(problem);
});

test("the draft is the one that the schema names: from 2019 on, keywords beside a reference count", () => {
  const schema = { definitions: { text: { type: "string" } }, $ref: "#/definitions/text", minLength: 3 };
  const complaintOf = ($schema: string) => schemaCheck({ $schema, ...schema }, "test")("ab");
  expect(complaintOf("http://json-schema.org/draft-07/schema#")).toBeNull();
  expect(complaintOf("https://json-schema.org/draft/2020-12/schema")).toMatch("too short");
});

test("a schema is left as it was given", () => {
  const schema = { $defs: { a: { type: "string" } }, $ref: "#/$defs/a" };
  const before = structuredClone(schema);
  schemaCheck(schema, "test")("a");
  expect(Object.getOwnPropertyNames(schema)).toEqual(Object.getOwnPropertyNames(before));
  expect(schema).toEqual(before);
});

test("a pattern that would be searched for hours is given up, and no verdict is made of it", () => {
  const check = schemaCheck({ pattern: "^(a+)+$" }, "test");
  expect(() => check(`${"a".repeat(60)}b`)).toThrow("given up after 5 s");
  expect(check("aaa")).toBeNull();
});

test("a schema that goes round in circles is an error, not a verdict", () => {
  expect(() => schemaCheck({ $ref: "#" }, "test")(1)).toThrow(RangeError);
});
