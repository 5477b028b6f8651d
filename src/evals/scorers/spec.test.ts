import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { answer, sample, unasked } from "../../../test/fixtures/scored.ts";
import { schemaCheck } from "./schema-check.ts";
import { judgeModel, ScorerSpec, scorerOf, scorersOf } from "./spec.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/scorers.md"), "utf8");
const types = ScorerSpec.options.map(({ shape }) => shape.type.value);
/** The scorers of every example on the page. */
const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].flatMap(([, yaml]) => parse(yaml!).scorers as unknown[]);

test("the page has a row and an example for every type of scorer", () => {
  for (const type of types) expect(page).toContain(`| \`${type}\` |`);
  expect(new Set(examples.map((spec) => (spec as { type: string }).type))).toEqual(new Set(types));
});

test("every example of the page is a spec, and its JSON Schema takes it too", () => {
  const check = schemaCheck(z.toJSONSchema(ScorerSpec, { io: "input" }), "test");
  for (const spec of examples) {
    expect(ScorerSpec.safeParse(spec).error, JSON.stringify(spec)).toBeUndefined();
    expect(check(spec)).toBeNull();
  }
});

test("every key of every spec is described", () => {
  for (const { shape } of ScorerSpec.options)
    for (const [key, schema] of Object.entries(shape))
      if (key !== "type") expect(schema.description, `${shape.type.value}.${key}`).toBeTruthy();
});

test("every example but the module's becomes a scorer under its name", async () => {
  for (const example of examples) {
    const spec = ScorerSpec.parse(example);
    if (spec.type !== "module") expect((await scorerOf(spec, "/")).name).toBe(spec.name ?? spec.type);
  }
});

test.each([
  { type: "fuzzy" },
  { type: "exact", caseSensitve: true },
  { type: "regex" },
  { type: "judge", rubric: "?" },
])("%j is no spec", (spec) => {
  expect(ScorerSpec.safeParse(spec).success).toBe(false);
});

test("two scores of one name are refused, and a name of its own makes two of them", async () => {
  const specs = (name?: string) => [
    ScorerSpec.parse({ type: "contains", value: "30" }),
    ScorerSpec.parse({ type: "contains", value: "days", ...(name && { name }) }),
  ];
  await expect(scorersOf(specs(), "/")).rejects.toThrow("two scorers have the name contains");
  expect((await scorersOf(specs("unit"), "/")).map(({ name }) => name)).toEqual(["contains", "unit"]);
});

test("a module's path starts at the job's folder, and the spec may rename its score", async () => {
  const module = (name?: string) =>
    ScorerSpec.parse({ type: "module", path: "scored-by-length.ts", ...(name && { name }) });
  const folder = join(import.meta.dirname, "../../../test/fixtures");
  const [own, renamed] = await Promise.all([scorerOf(module(), folder), scorerOf(module("brief"), folder)]);
  expect([own.name, renamed.name]).toEqual(["length", "brief"]);
  expect(await own.score(sample(), answer("30 days"), unasked)).toEqual({ value: 1, explanation: "7 characters" });
});

test("a run has one judge, which all scorers name", () => {
  const judged = (model: string) => ScorerSpec.parse({ type: "judge", model, rubric: "Right?" });
  expect(judgeModel([ScorerSpec.parse({ type: "exact" })])).toBeNull();
  expect(judgeModel([judged("a/b"), ScorerSpec.parse({ type: "abstention", model: "a/b" })])).toBe("a/b");
  expect(() => judgeModel([judged("a/b"), judged("a/c")])).toThrow("the scorers name 2 judges: a/b, a/c");
});
