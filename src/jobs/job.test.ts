import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderOf } from "../../test/made-files/imported.ts";
import { UserError } from "../errors.ts";
import { complaintOf } from "./issue.ts";
import { Job } from "./job.ts";
import { readJobFile } from "./job-file.ts";
import { schemaFile, schemaText } from "./schemas.ts";

const job = { job: "support", samples: [{ input: "How long?", target: "30 days" }], scorers: ["contains"] };

function complaint(given: unknown) {
  const parsed = Job.safeParse(given);
  if (parsed.success) throw new Error("it is a job");
  const { happened, expected } = complaintOf(parsed.error, given);
  return `${happened}: expected ${expected}`;
}

test("a scorer's name is the scorer with its defaults", () => {
  expect(Job.parse(job).scorers).toEqual([{ type: "contains", caseSensitive: false, wholeWords: false }]);
});

test("what is left out is what most people want, and unknown prices and limits stay unknown", () => {
  const { arms, repeats, seed, settings, maxCost, model } = Job.parse(job);
  expect({ arms, repeats, seed, settings, maxCost, model }).toEqual({
    arms: ["whole"],
    repeats: 1,
    seed: 1,
    settings: {},
    maxCost: undefined,
    model: undefined,
  });
});

test.each([
  [
    { ...job, samples: [{ input: "x", target: 30 }] },
    "samples[0].target is 30: expected text; numbers and dates in quotes, or a list",
  ],
  [
    { ...job, samples: [{ input: "x", targt: "30" }] },
    /^there is no key "targt" in samples\[0\]: expected one of id, input, /,
  ],
  [{ ...job, temperature: 0 }, 'there is no key "temperature": expected temperature stands in `settings`'],
  [{ ...job, scorers: ["contans"] }, /^scorers\[0\] is "contans": expected one of exact, contains, /],
  [{ ...job, scorers: [{ type: "number", tolerance: "1 %" }] }, 'scorers[0].tolerance is "1 %": expected a number'],
  [{ ...job, arms: [{ retrieval: "bm25", topK: 0 }] }, "arms[0].topK is 0: expected a number above 0"],
  [{ ...job, import: { from: "promptfoo" } }, "import.path is missing: expected text"],
  [{ ...job, samples: [{ input: [{ role: "user", content: [{ type: "image" }] }] }] }, /expected a `path` or a `url`$/],
  [{ ...job, job: "support answers" }, /^job is "support answers": expected a name of letters/],
  [
    { ...job, model: ["openai/a", { model: "b", price: { input: -1, output: 2 } }] },
    "model[1].price.input is -1: expected a number of at least 0",
  ],
  [
    { ...job, model: [{ model: "b", baseUrl: "localhost:8000" }] },
    /^model\[0\].baseUrl is "localhost:8000": expected a base/,
  ],
  [{ ...job, model: { model: "b", price: { input: 1 } } }, "model.price.output is missing: expected a number"],
  [{ ...job, model: [{ model: "b", url: "http://x" }] }, /^there is no key "url" in model\[0\]/],
  [
    { ...job, model: [{ model: "engine/mha", price: { input: 1, output: 1 } }] },
    /^model\[0\].model is "engine\/mha": expected a vendor/,
  ],
  [null, "the whole is null: expected a mapping"],
])("%j is refused with its key, its value and what was expected", (given, said) => {
  if (typeof said === "string") expect(complaint(given)).toBe(said);
  else expect(complaint(given)).toMatch(said);
});

async function mistakeIn(text: string, name = "job.yaml") {
  const error = await readJobFile(join(folderOf({ [name]: text }), name), name).catch((reason: unknown) => reason);
  if (!(error instanceof UserError)) throw error;
  return error.mistake.happened;
}

test("what is wrong in YAML or JSON is named with its line", async () => {
  const yaml =
    "job: x\nsamples:\n  - input: a\n    target: b\n  - input: c\n    target: 30\nscorers: [contains,\n  nothing]\n";
  expect(await mistakeIn(yaml)).toBe("job.yaml, line 6: samples[1].target is 30");
  expect(await mistakeIn(yaml.replace("30", '"30"'))).toBe('job.yaml, line 8: scorers[1] is "nothing"');
  expect(await mistakeIn(yaml.replace("input: c", "inpt: c").replace("30", "x"))).toBe(
    'job.yaml, line 5: there is no key "inpt" in samples[1]',
  );
  expect(await mistakeIn('{\n"job": "x",\n"samples": 3\n}', "job.json")).toBe("job.json, line 3: samples is 3");
  expect(await mistakeIn("job: x\nsamples:\n  - input: [a\n")).toMatch(/^job.yaml, line \d: /);
});

test("a file without questions, and one that unfolds without end, are refused", async () => {
  expect(await mistakeIn("job: x\n")).toBe("job.yaml has neither `samples` nor `import`");
  const level = (name: string, inside: string) => `${name}: &${name} [${Array(10).fill(inside).join(", ")}]`;
  const bomb = [level("a", "x"), level("b", "*a"), level("c", "*b"), level("d", "*c")];
  expect(await mistakeIn(bomb.join("\n"))).toMatch(/^job.yaml cannot be read: Excessive alias count/);
});

test("a job in TypeScript is checked like any other", async () => {
  const folder = folderOf({
    "good.ts": "const count: number = 2;\nexport default { job: 'x', repeats: count, samples: [{ input: 'a' }] };\n",
    "bad.ts": "export default { job: 'x', samples: [{ input: 'a', target: 30 }] };\n",
    "broken.ts": "throw new Error('no');\n",
  });
  expect((await readJobFile(join(folder, "good.ts"), "good.ts")).job).toMatchObject({ job: "x", repeats: 2 });
  await expect(readJobFile(join(folder, "bad.ts"), "bad.ts")).rejects.toThrow("bad.ts: samples[0].target is 30");
  await expect(readJobFile(join(folder, "broken.ts"), "broken.ts")).rejects.toThrow("broken.ts cannot be loaded: no");
});

test("the schema for editors is the one that `npm run schemas` writes, and describes every key of a job", () => {
  expect(readFileSync(schemaFile, "utf8")).toBe(schemaText());
  const { properties } = JSON.parse(schemaText()) as { properties: Record<string, { description?: string }> };
  const undescribed = Object.entries(properties).filter(([, { description }]) => !description);
  expect(undescribed.map(([key]) => key)).toEqual([]);
});
