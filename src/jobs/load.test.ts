import { createHash } from "node:crypto";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderOf } from "../../test/made-files/imported.ts";
import { loadJob, promptOf } from "./index.ts";

const handbook = "# Refunds\n\nThe refund window is 30 days.\n";
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

const load = (job: string, files: Readonly<Record<string, unknown>> = {}) =>
  loadJob(join(folderOf({ "job.yaml": job, ...files }), "job.yaml"));
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

test("a job with material comes with its samples, extracts, hashes and notes", async () => {
  const yaml = `job: support
material: [handbook/*.md, { id: note, text: Closed on Sundays. }]
instructions: Answer from the material.
samples:
  - { id: refunds, input: What is the refund window?, target: [30 days, a month], material: handbook/refunds.md }
  - { input: Are you open on Sundays?, answerable: false }
scorers: [contains]
`;
  const files = { "handbook/refunds.md": handbook, "handbook/prices.md": "Shoes: 40 USD\n" };
  const { samples, extracts, files: read, notes, job } = await load(yaml, files);
  expect(job.job).toBe("support");
  expect(samples.count).toBe(2);
  expect([...samples]).toMatchObject([
    {
      id: "refunds",
      document: "handbook/refunds.md",
      target: "30 days",
      alternatives: ["a month"],
      material: [{ id: "handbook/refunds.md", text: handbook }],
      scorers: [{ type: "contains" }],
      answerable: true,
    },
    {
      id: "2",
      document: "2",
      target: null,
      answerable: false,
      material: [{ id: "handbook/prices.md" }, { id: "handbook/refunds.md" }, { id: "note" }],
    },
  ]);
  expect(extracts.map(({ path, kind, sections }) => [path, kind, sections.length])).toEqual([
    ["handbook/prices.md", "markdown", 0],
    ["handbook/refunds.md", "markdown", 1],
  ]);
  expect(read).toEqual([{ path: "job.yaml", sha256: sha256(yaml) }]);
  expect(notes).toEqual([]);
});

test("documents come where {{material}} says so, else first, each with its name", async () => {
  const template = (texts: string) =>
    load(`job: x\nmaterial: [{id: a, text: "one\\n"}, {id: b, text: two}]\n${texts}samples: [{input: q}]\n`);
  const marked = '<document id="a">\none\n</document>\n\n<document id="b">\ntwo\n</document>';
  const [plain] = (await template("instructions: Answer.\n")).samples;
  expect(promptOf(plain!)).toEqual([
    { role: "system", content: `${marked}\n\nAnswer.` },
    { role: "user", content: "q" },
  ]);
  const [placed] = (await template('instructions: "From {{material}}:"\n')).samples;
  expect(promptOf(placed!, [placed!.material[1]!])[0]).toEqual({
    role: "system",
    content: 'From <document id="b">\ntwo\n</document>:',
  });
  expect(promptOf(plain!, [])).toEqual([
    { role: "system", content: "Answer." },
    { role: "user", content: "q" },
  ]);
});

test("the job's texts are templates, a sample's own are not, and what a var says is not looked into", async () => {
  const { samples } = await load(
    `job: x
material: { id: a, text: secret }
instructions: Speak {{language}}.
input: "Translate: {{text}}"
samples:
  - vars: { language: German, text: "say {{material}} and {{language}}" }
  - { input: "What is {{language}}?", vars: { language: French, text: unused } }
`,
  );
  const [first, second] = [...samples].map((sample) => promptOf(sample, []));
  expect(first).toEqual([
    { role: "system", content: "Speak German." },
    { role: "user", content: "Translate: say {{material}} and {{language}}" },
  ]);
  expect(second!.at(-1)).toEqual({ role: "user", content: "What is {{language}}?" });
});

test("instructions join a conversation's own system message", async () => {
  const { samples } = await load(
    "job: x\ninstructions: Be brief.\nsamples:\n  - input: [{role: system, content: You are Marv.}, {role: user, content: Hi}]\n",
  );
  expect(promptOf([...samples][0]!)).toEqual([
    { role: "system", content: "Be brief.\n\nYou are Marv." },
    { role: "user", content: "Hi" },
  ]);
});

test("samples come from JSON Lines, a JSON list, YAML and CSV alike", async () => {
  const row = { id: "a", input: "How long?", target: "30 days", answerable: true };
  const files: Record<string, unknown> = {
    "s.jsonl": [row],
    "s.json": JSON.stringify([row]),
    "s.yaml": "- { id: a, input: How long?, target: 30 days, answerable: true }\n",
    "s.csv": "id,input,target,answerable,material\na,How long?,30 days,TRUE,\n",
  };
  const [first, ...others] = await Promise.all(
    Object.keys(files).map(async (name) => [...(await load(`job: x\nsamples: ${name}\n`, files)).samples]),
  );
  expect(first).toMatchObject([{ id: "a", target: "30 days", answerable: true }]);
  for (const other of others) expect(other).toEqual(first);
});

test("other columns of a table are vars", async () => {
  const { samples, files } = await load('job: x\ninput: "{{city}}?"\nsamples: data/s.csv\n', {
    "data/s.csv": "city,target,material\nParis,France,notes.txt\n",
    "data/notes.txt": "Paris is in France.",
  });
  expect([...samples].map((sample) => promptOf(sample, []))).toEqual([[{ role: "user", content: "Paris?" }]]);
  expect([...samples][0]!.material.map(({ id }) => id)).toEqual(["data/notes.txt"]);
  expect(files.map(({ path }) => path)).toEqual(["job.yaml", "data/s.csv"]);
});

test("rows of a table with more or fewer fields than the first are noted", async () => {
  const { samples, notes } = await load("job: x\nscorers: [contains]\nsamples: s.csv\n", {
    "s.csv": "id,input,target\na,q,t\nb,q\n\nc,so, what?,t\n",
  });
  expect([...samples].map(({ target }) => target)).toEqual(["t", null, " what?"]);
  expect(notes).toEqual(["s.csv: 2 rows have not 3 fields, as the first row has, first in line 3"]);
});

test("images are read when a sample is read, from beside the file that names them", async () => {
  const { samples } = await load("job: x\nsamples: data/s.jsonl\n", {
    "data/s.jsonl": [{ input: [{ role: "user", content: [{ type: "image", path: "dot.png" }] }] }],
    "data/dot.png": png,
  });
  expect([...samples][0]!.messages[0]!.content).toEqual([
    { type: "image", url: `data:image/png;base64,${png.toString("base64")}` },
  ]);
});

test("a sample's settings stand over the job's, its scorers in place of them", async () => {
  const { samples } = await load(
    "job: x\nsettings: { temperature: 0, maxTokens: 64 }\nscorers: [exact]\nsamples: [{input: q, settings: {temperature: 1}, scorers: [number]}]\n",
  );
  expect([...samples][0]).toMatchObject({ settings: { temperature: 1, maxTokens: 64 }, scorers: [{ type: "number" }] });
});

test("what an import does not carry over is listed with its count, and noted", async () => {
  const { samples, imports, notes } = await load("job: x\nimport: { from: chat, path: chat.jsonl }\n", {
    "chat.jsonl": [
      { messages: [{ role: "user", content: "a", name: "Ann" }] },
      { messages: [{ role: "user", content: "b", name: "Bob" }] },
    ],
  });
  expect(samples.count).toBe(2);
  expect(imports[0]!.unsupported).toEqual([{ what: "name of a message", where: "chat.jsonl, line 1", count: 2 }]);
  expect([...samples].length).toBe(2);
  expect(imports[0]!.unsupported[0]!.count).toBe(2);
  expect(notes).toEqual([
    "chat.jsonl: not carried over: name of a message (2, first in chat.jsonl, line 1)",
    "2 of 2 samples have no scorer: their answers are kept, not judged",
  ]);
});

test("an imported set brings its instructions, unless the job has some; two sets do not mix their ids", async () => {
  const row = {
    _id: "1",
    question: "q",
    choice_A: "a",
    choice_B: "b",
    choice_C: "c",
    choice_D: "d",
    answer: "A",
    context: "long",
  };
  const files = { "a.jsonl": [row], "b.jsonl": [row] };
  const imports = "import: [{ from: longbench-v2, path: a.jsonl }, { from: longbench-v2, path: b.jsonl }]\n";
  const { samples } = await load(`job: x\n${imports}`, files);
  expect([...samples].map(({ id }) => id)).toEqual(["a.jsonl: 1", "b.jsonl: 1"]);
  expect(promptOf([...samples][0]!)[0]!.content).toContain('<text>\n<document id="text">\nlong\n</document>\n</text>');
  const own = await load(`job: x\ninstructions: "{{material}} Answer."\n${imports}`, files);
  expect(promptOf([...own.samples][0]!)[0]!.content).toBe('<document id="text">\nlong\n</document> Answer.');
});

test.each([
  ["job: x\nsamples: [{target: a}]\n", "job.yaml, line 2: sample 1 has no input"],
  [
    "job: x\nsamples: [{id: a, input: q}, {id: a, input: q}]\n",
    'job.yaml, line 2: there are two samples with the id "a"',
  ],
  [
    "job: x\ninput: '{{city}}'\nsamples: [{id: a}]\n",
    "job.yaml, line 3: the job says {{city}}, and sample a has no city",
  ],
  [
    "job: x\ninstructions: '{{material}}'\nsamples: [{input: q}]\n",
    "job.yaml, line 3: the job says {{material}}, and sample 1 has no material",
  ],
  ["job: x\nmaterial: missing.md\nsamples: [{input: q}]\n", /^there is no file "missing.md"/],
  ["job: x\nsamples: [{input: q, material: '*.pdf'}]\n", /^"\*.pdf" matches no file/],
  ["job: x\nmaterial: dot.png\nsamples: [{input: q}]\n", "dot.png has no text: it is an image"],
  ["job: x\nmaterial: none.jsonl\nsamples: [{input: q}]\n", "none.jsonl has no text: it is empty"],
  ["job: x\nmaterial: blank.md\nsamples: [{input: q}]\n", "blank.md has no text: it is empty"],
  ["job: x\nsamples: s.jsonl\n", "s.jsonl, line 2: target is 3"],
  ["job: x\nsamples: s.csv\n", 's.csv, line 2: there is a column "tools"'],
  ["job: x\nsamples: semicolons.csv\n", 'semicolons.csv has one column alone, "id;input;target"'],
  [
    "job: x\nscorers: [abstention]\nsamples: [{input: q, answerable: false, target: nope}, {input: q}, {id: a, input: q, answerable: false}]\n",
    "job.yaml, line 3: scorer abstention: nothing says how an answer to sample a would abstain",
  ],
  [
    "job: x\nscorers: [number]\nsamples: [{input: q, target: '30'}, {id: a, input: q, target: thirty}, {input: q, target: 3 to 5}]\n",
    'job.yaml, line 3: sample a: the target "thirty" holds no number; in all 2 samples cannot be judged as they are',
  ],
  [
    "job: x\nscorers: [{type: choice, choices: 5}]\nsamples: [{input: q, target: F}]\n",
    'job.yaml, line 3: sample 1: the target "F" is no choice',
  ],
  [
    "job: x\nimport: {from: inspect, path: inspect.jsonl}\n",
    'inspect.jsonl, line 1: sample 1: the target "green" is no choice',
  ],
  ["job: x\nsamples: none.jsonl\n", "there are no samples"],
  ["job: x\nsamples: s.txt\n", 'samples is "s.txt"'],
  ["job: x\nsamples: [{input: [{role: user, content: [{type: image, path: no.png}]}]}]\n", /^no.png cannot be read/],
])("%j is a mistake of its own", async (yaml, said) => {
  const files = {
    "dot.png": png,
    "s.jsonl": [{ input: "q" }, { input: "q", target: 3 }],
    "s.csv": "input,tools\nq,x\n",
    "semicolons.csv": "\ufeffid;input;target\n1;a;b\n",
    "none.jsonl": "",
    "inspect.jsonl": [{ input: "Which?", choices: ["red", "green"], target: "green" }],
    "blank.md": " \n\t\n",
    "s.txt": "q",
  };
  const mistake = await load(yaml, files).then(
    () => "no mistake",
    (error: Error) => error.message,
  );
  if (typeof said === "string") expect(mistake).toBe(said);
  else expect(mistake).toMatch(said);
});

test("a sample whose place is another's id is told apart by an id of its own", async () => {
  for (const samples of ["[{input: q}, {id: '1', input: q}]", "[{id: '2', input: q}, {input: q}]"])
    await expect(load(`job: x\nsamples: ${samples}\n`)).rejects.toMatchObject({
      mistake: { mend: "one of them has no `id`, and is known by its place: give it an id of its own" },
    });
});
