import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { answer, judgement, sample, unasked } from "../../../test/fixtures/scored.ts";
import type { AskJudge } from "../scenario.ts";
import { defineScorer, loadScorer } from "./user-scorer.ts";

const folder = mkdtempSync(join(tmpdir(), "scorer-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

test("a TypeScript file's default export is a scorer", async () => {
  const path = file(
    "short.ts",
    `interface Given { readonly text: string }
     export default {
       name: "short", version: 2,
       score: (_sample: unknown, { text }: Given) =>
         text === "" ? null : { value: text.length < 10 ? 1 : 0, explanation: \`\${text.length} characters\` },
     };`,
  );
  const scorer = await loadScorer(path);
  expect([scorer.name, scorer.version]).toEqual(["short", 2]);
  expect(await scorer.score(sample(), answer("30 days"), unasked)).toEqual({ value: 1, explanation: "7 characters" });
  expect(await scorer.score(sample(), answer(""), unasked)).toBeNull();
});

test.each([
  ["missing.ts", null, "cannot be loaded"],
  ["broken.ts", "export default {", "cannot be loaded"],
  ["throws.ts", "throw new Error('no licence')", "no licence"],
  ["empty.ts", "export const scorer = 1", "the default export"],
  ["nameless.ts", "export default { version: 1, score: () => null }", "name"],
  ["versionless.ts", "export default { name: 'a', score: () => null }", "version"],
  ["scoreless.ts", "export default { name: 'a', version: 1, score: 1 }", "expected a function"],
])("%s is refused, by name", async (name, text, problem) => {
  const path = text === null ? join(folder, name) : file(name, text);
  const loading = loadScorer(path);
  await expect(loading).rejects.toMatchObject({ name: "UserError", message: expect.stringContaining(path) });
  await expect(loading).rejects.toThrow(problem);
});

test.each([
  ["percent.ts", "({ value: 80, explanation: '' })", "value"],
  ["bare.ts", "0.5", "the score"],
  ["silent.ts", "({ value: 1 })", "explanation"],
  ["nothing.ts", "undefined", "the score"],
])("what %s returns is no score, and is never taken for 0", async (name, returned, problem) => {
  const path = file(name, `export default { name: "a", version: 1, score: () => ${returned} }`);
  const scoring = async () => (await loadScorer(path)).score(sample(), answer("30 days"), unasked);
  await expect(scoring()).rejects.toThrow(`${path}: ${problem}`);
});

test("a score that never comes fails, and the time that the judge takes does not count", async () => {
  const hanging = file("hangs.ts", `export default { name: "a", version: 1, score: () => new Promise(() => {}) }`);
  const scorer = await loadScorer(hanging, 30);
  const scoring = Promise.resolve(scorer.score(sample(), answer(""), unasked));
  await expect(scoring).rejects.toMatchObject({ name: "UserError", message: expect.stringContaining(hanging) });
  await expect(scoring).rejects.toThrow("no score came within 0.03 s");
  const asking = file(
    "asks.ts",
    `export default {
       name: "b", version: 1,
       score: async (_sample, _answer, judge) => ({ value: 1, explanation: (await judge({ messages: [] })).answer.text }),
     }`,
  );
  const slow: AskJudge = async (request) => {
    await pause(90);
    return judgement(request, "good");
  };
  const score = await (await loadScorer(asking, 30)).score(sample(), answer(""), slow);
  expect(score).toEqual({ value: 1, explanation: "good" });
});

test("a defined scorer is the scorer", async () => {
  const scorer = defineScorer({ name: "always", version: 1, score: () => ({ value: 1, explanation: "always" }) });
  expect(await scorer.score(sample(), answer(""), unasked)).toEqual({ value: 1, explanation: "always" });
});
