import { expect, test } from "vitest";
import { parse } from "yaml";
import { folderOf } from "../../../test/made-files/imported.ts";
import { loadJob } from "../../jobs/index.ts";
import { example } from "./example.ts";
import { type FirstJob, firstJob, type Kind, kinds, linesToEdit } from "./first-job.ts";

const files = { "handbook/refunds.md": "# Refunds\n\n30 days\n", "more/refunds.md": "# Refunds\n\n14 days\n" };
const chat = [{ messages: [{ role: "user", content: "Hello" }] }];
const job = (over: Partial<FirstJob>): FirstJob => ({
  kind: "documents",
  name: "first",
  material: { pattern: "*/*.md", files: Object.keys(files) },
  questions: null,
  model: ["deepseek/deepseek-chat"],
  callsPerMonth: 1_000,
  ...over,
});
const loaded = (first: FirstJob, more: Readonly<Record<string, unknown>> = {}) =>
  loadJob(`${folderOf({ ...files, ...more, ...Object.fromEntries(firstJob(first, "job.yaml")) })}/job.yaml`);

test.each(Object.keys(kinds) as Kind[])(
  "a first job of the kind %s is a job, every sample with a scorer",
  async (kind) => {
    const { job: read, samples, notes } = await loaded(job({ kind }));
    expect(read).toMatchObject({ job: "first", model: ["deepseek/deepseek-chat"], volume: { callsPerMonth: 1_000 } });
    expect(samples.count).toBeGreaterThan(1);
    expect(notes).toEqual([]);
  },
);

test.each(["chat", "samples", "openai-batch"] as const)("questions of a file, %s, are read from it", async (from) => {
  const rows = {
    chat,
    samples: [{ input: "What?", target: "That" }],
    "openai-batch": [{ custom_id: "1", method: "POST", url: "/v1/chat/completions", body: chat[0] }],
  };
  const path = "my, questions.jsonl";
  const { samples } = await loaded(job({ questions: { from, path } }), { [path]: rows[from] });
  expect(samples.count).toBe(1);
});

test("names that YAML would read otherwise keep what they are", () => {
  const model = ["vllm/a, b", "ollama/x: y"];
  const text = firstJob(job({ name: "1.10", model }), "job.yaml").get("job.yaml")!;
  expect(parse(text)).toMatchObject({ job: "1.10", model });
});

test("lines to edit are those with the mark at their end, and the example has none", () => {
  expect(linesToEdit('a: 1\nb: 2 # edit\n# lines with "# edit" are yours\n')).toEqual([2]);
  const text = (over: Partial<FirstJob>) => firstJob(job(over), "job.yaml").get("job.yaml")!;
  expect(linesToEdit(text({ kind: "documents" })).length).toBeGreaterThan(3);
  expect(linesToEdit(text({ kind: "example", model: ["engine/reader-gqa"] }))).toEqual([]);
});

test("of the example's questions eight have one line that answers them, and two have none", () => {
  const { register, samples } = example();
  const linesAbout = (input: unknown) => {
    const subject = String(input).replace(/^What is (the .*)\?$/, "$1");
    return register.split("\n").filter((line) => line.toLowerCase().startsWith(`${subject.toLowerCase()} is `));
  };
  for (const { input, target, answerable } of samples) {
    const lines = linesAbout(input);
    expect(lines.length, String(input)).toBe(answerable === false ? 0 : 1);
    if (target !== undefined) expect(lines[0]).toMatch(new RegExp(`is ${String(target).replace(/[.[\]]/g, "\\$&")}$`));
  }
  expect(samples.filter(({ answerable }) => answerable === false)).toHaveLength(2);
});
