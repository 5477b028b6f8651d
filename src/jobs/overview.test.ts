import { expect, test } from "vitest";
import { answer, sample, unasked } from "../../test/fixtures/scored.ts";
import { folderOf } from "../../test/made-files/imported.ts";
import { ScorerSpec, scorerOf } from "../evals/index.ts";
import { loadJob } from "./load.ts";
import { judges, overviewOf } from "./overview.ts";

const specs = [
  { type: "exact" },
  { type: "contains" },
  { type: "contains", value: "30" },
  { type: "contains-all", values: ["30"] },
  { type: "regex", pattern: "30" },
  { type: "number" },
  { type: "choice" },
  { type: "json-schema" },
  { type: "tool-calls", trigger: true },
  { type: "citations" },
  { type: "abstention", phrases: ["unknown"] },
].map((spec) => ScorerSpec.parse(spec));
const material = [{ id: "a.md", text: "30 days" }];
const samples = [
  { target: "B", material },
  { target: "B", answerable: false, material },
  { target: null, material: [] },
  { target: " ", alternatives: ["B"], material: [] },
  { target: null, answerable: false, material: [] },
];

test("a scorer judges what the scorer itself scores", async () => {
  for (const spec of specs)
    for (const one of samples) {
      const { alternatives = [], answerable = true } = one;
      const scorer = await scorerOf(spec, "/");
      // A number of the target's is missing: the scorer fails, so it had something to say.
      const scored = await Promise.resolve()
        .then(() => scorer.score(sample(one), answer("30 [1]"), unasked))
        .catch(() => "failed");
      expect(judges(spec, { ...one, alternatives, answerable }), JSON.stringify([spec, one])).toBe(scored !== null);
    }
});

const overview = async (files: Readonly<Record<string, unknown>>) => {
  const folder = folderOf(files);
  return overviewOf(await loadJob(`${folder}/job.json`), { folder });
};

test("of many samples the counts are of all, and the arms' lengths of some that are evenly taken", async () => {
  const found = await overview({
    "job.json": { job: "many", material: "a.md", samples: "many.jsonl", scorers: ["exact"], arms: ["whole"] },
    "many.jsonl": Array.from({ length: 1_200 }, (_, index) => ({
      input: "word ".repeat(1 + Math.floor(index / 600)),
      ...(index % 3 === 0 ? { answerable: false } : { target: "thirty days" }),
    })),
    "a.md": "# Refunds\n\nthirty days\n",
  });
  expect(found.samples).toEqual({
    count: 1_200,
    answerable: 800,
    documents: 1_200,
    unjudged: 400,
    firstUnjudged: "1",
    withImages: 0,
  });
  expect(found.measuredSamples).toBe(400);
  const [whole] = found.arms;
  expect(whole!.promptTokens.most - whole!.promptTokens.least).toBe(1);
  expect(found.material).toMatchObject([{ path: "a.md", kind: "markdown", parts: { kind: "heading", count: 1 } }]);
});

test("BM25 stands in for a model, and a prompt holds the answer or not", async () => {
  const found = await overview({
    "job.json": {
      job: "arms",
      material: ["a.txt", { id: "note", text: "Open from nine to five." }],
      samples: [{ input: "refund window", target: "30 days" }],
      scorers: ["contains"],
      arms: [
        "whole",
        { retrieval: "bm25", topK: 1, passageWords: 20 },
        { retrieval: "embeddings", embeddings: "openai/e", topK: 1, passageWords: 20 },
      ],
    },
    "a.txt": `The refund window is 30 days.\n\n${"Nothing of note happened here. ".repeat(40)}`,
  });
  expect(found.arms.map(({ isStandIn, holdAnswer }) => [isStandIn, holdAnswer])).toEqual([
    [false, 1],
    [false, 1],
    [true, 1],
  ]);
  expect(found.arms[1]!.promptTokens.most).toBeLessThan(found.arms[0]!.promptTokens.most / 2);
  expect(found.texts.count).toBe(1);
});

test("imported texts share an id and are told apart, and a letter is not looked for in them", async () => {
  const choices = { choice_A: "a", choice_B: "b", choice_C: "c", choice_D: "d" };
  const rows = ["one text", "another text", "one text"].map((context) => ({
    context,
    question: "q",
    answer: "A",
    ...choices,
  }));
  const found = await overview({
    "job.json": { job: "letters", import: { from: "longbench-v2", path: "rows.jsonl" } },
    "rows.jsonl": rows,
  });
  expect(found.texts).toEqual({ count: 2, tokens: 4 });
  expect(found.arms[0]!.holdAnswer).toBeNull();
});

test("a sample counts once for two scorers of one name, and its images are seen", async () => {
  const judge = (rubric: string) => ({ type: "judge", model: "vllm/j", rubric });
  const found = await overview({
    "job.json": {
      job: "twice",
      samples: [{ input: [{ role: "user", content: [{ type: "image", url: "https://a.b/c.png" }] }] }, { input: "?" }],
      scorers: [judge("Right?"), judge("Polite?")],
    },
  });
  expect(found.scorers).toEqual([{ name: "judge", type: "judge", judges: 2 }]);
  expect(found.samples.withImages).toBe(1);
});

test("what stops a run is listed, all of it", async () => {
  const found = await overview({
    "job.json": {
      job: "wrong",
      samples: [{ input: "?" }],
      scorers: [{ type: "regex", pattern: "(?=lookahead)" }],
      arms: [{ retrieval: "bm25" }],
    },
  });
  expect(found.problems.map(({ happened }) => happened)).toEqual([
    expect.stringContaining("lookahead"),
    expect.stringContaining("no sample has material"),
  ]);
  expect(found.arms).toEqual([]);
});
