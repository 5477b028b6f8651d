import fc from "fast-check";
import { expect, test } from "vitest";
import { UserError } from "../errors.ts";
import { parseJson } from "./json.ts";

test("reads what JSON.parse reads", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), fc.nat(2), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      expect(parseJson(text, "test")).toEqual(JSON.parse(text));
    }),
  );
});

test.each([
  ['{"a":1,"a":2}', "names an entry twice"],
  ['{"a":1,"\\u0061":2}', "twice"],
  ['{"x":[{"b":{},"c":"}","b":0}]}', "twice"],
  ['{"__proto__":1,"__proto__":2}', "twice"],
  [`${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}`, "nests deeper"],
  [`${'{"a":'.repeat(40)}1${"}".repeat(40)}`, "nests deeper"],
  ['{"a":1', "not usable JSON"],
  ['"\\', "not usable JSON"],
  ["", "not usable JSON"],
])("refuses %.40s", (text, why) => {
  expect(() => parseJson(text, "test")).toThrowError(UserError);
  expect(() => parseJson(text, "test")).toThrowError(why);
});

test("the same name may appear in different objects, as a value, and in lists", () => {
  const value = { a: { a: "a" }, b: [{ a: 1 }, { a: 2 }, "a", "a"], c: "a" };
  expect(parseJson(JSON.stringify(value), "test")).toEqual(value);
});

test("__proto__ is a name like any other", () => {
  expect(Object.entries(parseJson('{"__proto__":{"polluted":1}}', "test") as object)).toEqual([
    ["__proto__", { polluted: 1 }],
  ]);
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});
