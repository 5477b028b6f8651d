import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runInProcess } from "../../../test/in-process.ts";
import { folderOf } from "../../../test/made-files/imported.ts";
import { validateCommand } from "./validate.ts";

const threeLines = /^error: {4}(.+)\nexpected: (.+)\nto mend: {2}(.+)$/;
const validate = (cwd: string, args: readonly string[]) => runInProcess(validateCommand, args, { cwd });

test.each([
  // what is wrong with the file, its text, arguments, what the first line says
  ["no file", null, [], "job.yaml cannot be read"],
  ["no YAML", "job: [", [], "job.yaml, line 1"],
  ["unknown key", "job: j\nsample: []\n", [], 'there is no key "sample"'],
  ["no questions", "job: j\n", [], "neither `samples` nor `import`"],
  ["one id twice", "job: j\nsamples: [{ id: a, input: x }, { id: a, input: y }]", [], 'two samples with the id "a"'],
  ["no such material", "job: j\nmaterial: none/*.md\nsamples: [{ input: x }]", [], '"none/*.md" matches no file'],
  ["binary material", "job: j\nmaterial: picture.txt\nsamples: [{ input: x }]", [], "picture.txt is not text"],
  ["no such text", "job: j\nsamples: [{ input: x }]", ["--text", "a.md"], '"a.md" is no file of the job'],
  ["no such sample", "job: j\nsamples: [{ id: a, input: x }]", ["--prompt", "b"], 'there is no sample "b"'],
])("%s is said in three lines", async (_, text, args, said) => {
  const cwd = folderOf({ "picture.txt": new Uint8Array([0x80, 0, 0xff]) });
  if (text !== null) writeFileSync(join(cwd, "job.yaml"), text);
  const { code, printed, noted } = await validate(cwd, ["job.yaml", ...args]);
  expect([code, printed]).toEqual([1, ""]);
  expect(threeLines.exec(noted)?.[1], noted).toContain(said);
});

test("a cap on cost needs the price of each vendor's model", async () => {
  const job = { job: "j", samples: [{ input: "x" }], scorers: ["tool-calls"], model: "vllm/m", maxCost: 1 };
  const cwd = folderOf({ "job.json": job });
  const refused = await validate(cwd, ["job.json"]);
  expect([refused.code, threeLines.exec(refused.noted)?.[1]]).toEqual([
    1,
    expect.stringContaining("the price of vllm/m"),
  ]);
  expect((await validate(cwd, ["job.json", "--price", "input=1,output=2"])).code).toBe(0);
});

test("a price of a model that does not search is refused with those that do", async () => {
  const arms = [{ retrieval: "embeddings", embeddings: "vllm/e", topK: 1, passageWords: 20 }];
  const cwd = folderOf({
    "job.json": {
      job: "j",
      material: "a.md",
      samples: [{ input: "x" }],
      scorers: ["tool-calls"],
      model: "vllm/m",
      arms,
    },
    "plain.json": { job: "j", samples: [{ input: "x" }], scorers: ["tool-calls"], model: "vllm/m" },
    "a.md": "# A\n\nNothing.\n",
  });
  const priced = (file: string, model: string) => validate(cwd, [file, "--retrieval-price", `${model}=1/Mtok`]);
  expect((await priced("job.json", "vllm/e")).code).toBe(0);
  const slip = await priced("job.json", "vllm/E");
  expect([slip.code, threeLines.exec(slip.noted)?.slice(1)]).toEqual([
    1,
    [
      "--retrieval-price is given for vllm/E, which the job does not ask",
      "a model that embeds or reranks in it: vllm/e",
      "correct the name, or leave it out",
    ],
  ]);
  expect((await priced("plain.json", "vllm/e")).noted).toContain("a job with an arm that embeds or reranks");
});

test("images for the embedded engine and uneven rows are noted, a letter in a text is not looked for", async () => {
  const image = { type: "image", url: "https://a.b/c.png" };
  const cwd = folderOf({
    "images.json": { job: "j", samples: [{ input: [{ role: "user", content: [image] }] }], model: "engine/reader-gqa" },
    "table.json": { job: "j", material: "a.md", samples: "s.csv", scorers: ["choice"], model: "vllm/m" },
    "s.csv": "input,target\nx,A\ny\n",
    "a.md": "# A\n\nNothing.\n",
  });
  const said = async (...args: string[]) => (await validate(cwd, args)).printed.replaceAll(/\s+/g, " ");
  expect(await said("images.json")).toContain(
    "The embedded engine takes no images: 1 sample with images will fail there",
  );
  expect(await said("images.json", "--model", "vllm/m")).not.toContain("takes no images");
  const table = await said("table.json");
  expect(table).toContain("s.csv: 1 row has not 2 fields");
  expect(table).toMatch(/answer in arm \d+ \d+ \d+ — whole/);
});

test("a missing job is not said to be named by a file", async () => {
  expect((await validate(folderOf({}), ["job.yaml"])).noted).toContain("or have `assay init` write a first job");
});

test("a candidate's name that stands twice stops a run, and a judge that is a candidate is noted", async () => {
  const scorers = [{ type: "judge", model: "vllm/m", rubric: "Right?" }];
  const cwd = folderOf({ "job.json": { job: "j", samples: [{ input: "x" }], scorers } });
  const twice = await validate(cwd, ["job.json", "--model", "vllm/m,vllm/m"]);
  expect([twice.code, twice.noted]).toEqual([1, expect.stringContaining('two candidates are called "vllm/m"')]);
  expect(twice.printed.replaceAll(/\s+/g, " ")).toContain("The judge, vllm/m, is a candidate too");
});

test("an agent's prompt is its first request, with the tools that read the material", async () => {
  const cwd = folderOf({
    "job.json": { job: "j", material: "a.md", samples: [{ id: "s", input: "x" }], arms: ["agent"], model: "vllm/m" },
    "a.md": "# A\n\nNothing.\n",
  });
  const { printed } = await validate(cwd, ["job.json", "--prompt", "s"]);
  expect(printed).toMatch(/^━━ agent, sample s\n── system\n.+\n── user\nx\n── tools\n/);
  expect(printed).not.toContain("Nothing.");
  const [prompt] = JSON.parse((await validate(cwd, ["job.json", "--prompt", "s", "--json"])).printed);
  expect(prompt).toMatchObject({
    arm: "agent",
    passages: null,
    messages: [{ role: "system" }, { role: "user", content: "x" }],
  });
});
