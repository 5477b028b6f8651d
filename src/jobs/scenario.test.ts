import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { folderOf } from "../../test/made-files/imported.ts";
import { type Cell, type Sample, wordTokens } from "../evals/index.ts";
import type { RetrievalModels } from "./arms.ts";
import { loadJob } from "./load.ts";
import { type FindOptions, type JobScenarioOptions, jobScenario } from "./scenario.ts";

const noModels: RetrievalModels = {
  embed: () => () => Promise.reject(new Error("asked to embed")),
  rerank: () => () => Promise.reject(new Error("asked to rerank")),
};

async function scenarioOf(
  job: object,
  files: Readonly<Record<string, unknown>> = {},
  over: Partial<JobScenarioOptions> & FindOptions & { models?: RetrievalModels } = {},
) {
  const { models = noModels, ...options } = over;
  const folder = folderOf({ "job.json": job, ...files });
  return jobScenario(await loadJob(join(folder, "job.json")), models, { folder, ...options });
}

const policies = {
  "returns.md": `# Returns\n\nReturns are accepted within 30 days of delivery.\n\n${"Nothing else is said of it. ".repeat(12)}\n`,
  "shipping.md": `# Shipping\n\n${"A parcel is a parcel. ".repeat(12)}\n\nDelivery to islands takes 9 days.\n`,
};
const job = {
  job: "support",
  material: "*.md",
  instructions: "Answer from the policies.",
  samples: [
    { id: "returns", input: "Until when are returns accepted?", target: "30 days" },
    { id: "islands", input: "How long does delivery to islands take?", target: "9 days" },
    { id: "free", input: "Say something.", scorers: [] },
  ],
  scorers: ["contains"],
  arms: ["whole", { retrieval: "bm25", topK: 1, passageWords: 30 }],
};
const byArm = ({ cells, samples }: Awaited<ReturnType<typeof scenarioOf>>) =>
  cells.map((cell) => [...samples(cell)]) as [Sample[], Sample[]];

test.each([
  ["with the material in front", {}, { input: "Which?" }],
  ["with it in the question", { input: "{{material}}\n\n{{question}}" }, { vars: { question: "Which?" } }],
  ["with tools", {}, { input: "Which?", tools: [{ name: "look", parameters: { type: "object" } }] }],
])("prompts are as long as a plan counts them, %s", async (_name, rest, sample) => {
  const text = 'Item: - a, (b); "c".\n';
  const files = Object.fromEntries([1, 2, 3, 4, 5].map((number) => [`made/of-many/marks-${number}.md`, text]));
  const scenario = await scenarioOf(
    { job: "count", material: "made/**/*.md", scorers: [], samples: [{ id: "one", ...sample }], ...rest },
    files,
  );
  const [cell] = scenario.cells;
  const [{ messages, tools }] = [...scenario.samples(cell!)] as [Sample];
  expect(Math.abs(scenario.contextTokens(cell!) - wordTokens(messages, tools).length)).toBeLessThanOrEqual(2);
});

test("the same samples are asked in every arm, with all of the material or with what was found in it", async () => {
  const scenario = await scenarioOf(job, policies);
  expect(scenario.cells).toEqual([{ arm: "whole" }, { arm: "bm25 top 1, passages of 30 words" }]);
  expect(scenario.sampleCount(scenario.cells[0]!)).toBe(3);
  const [whole, found] = byArm(scenario);
  expect(found.map(({ id }) => id)).toEqual(whole.map(({ id }) => id));
  expect(whole.map(({ given }) => given)).toEqual([
    { passages: null, holdsAnswer: true },
    { passages: null, holdsAnswer: true },
    { passages: null, holdsAnswer: null },
  ]);
  expect(found[0]!.given).toEqual({ passages: [expect.stringMatching(/^returns\.md:0-\d+$/)], holdsAnswer: true });
  expect(found[1]!.given!.holdsAnswer).toBe(true);
  expect(found[2]!.given).toEqual({ passages: [], holdsAnswer: null });
  const system = (sample: Sample) => String(sample.messages[0]!.content);
  for (const id of ["returns.md", "shipping.md"]) expect(system(whole[0]!)).toContain(`<document id="${id}">`);
  expect(system(found[0]!)).toContain("within 30 days");
  expect(system(found[0]!)).not.toContain("shipping.md");
  expect(found[2]!.messages.at(-1)).toEqual(whole[2]!.messages.at(-1));
  expect([whole[2]!.target, whole[0]!.target]).toEqual([null, "30 days"]);
  const [all, part] = scenario.cells.map(scenario.contextTokens) as [number, number];
  expect(part).toBeLessThan(all / 2);
});

test("a retriever that misses the passage is told apart", async () => {
  const missing = { ...job, samples: [{ input: "What is a parcel?", target: "30 days" }] };
  const [whole, found] = byArm(await scenarioOf(missing, policies));
  expect(whole[0]!.given!.holdsAnswer).toBe(true);
  expect(found[0]!.given!.holdsAnswer).toBe(false);
});

test("settings, tools and the form of the answer come along, and samples without their own document stand for themselves", async () => {
  const tool = { name: "find", parameters: { type: "object" } };
  const scenario = await scenarioOf({
    job: "tools",
    settings: { temperature: 0.5 },
    samples: [
      { input: "a", tools: [tool], toolChoice: "required", settings: { seed: 3 } },
      { input: "b", responseFormat: { type: "json_object" } },
    ],
  });
  const [first, second] = [...scenario.samples(scenario.cells[0]!)];
  expect(first).toMatchObject({ tools: [tool], toolChoice: "required", settings: { temperature: 0.5, seed: 3 } });
  expect(second).toMatchObject({ responseFormat: { type: "json_object" }, settings: { temperature: 0.5 } });
  expect(second).not.toHaveProperty("tools");
  expect([first!.document, second!.document]).toEqual(["1", "2"]);
});

test("a budget is filled and never exceeded, and one that holds no passage is refused", async () => {
  const lines = Array.from({ length: 40 }, (_, line) => `line ${line} tells of apples and pears in the old garden`);
  const within = (budgetTokens: number) =>
    scenarioOf({
      job: "apples",
      material: { id: "register", text: lines.join("\n") },
      samples: [{ input: "apples and pears" }],
      arms: ["whole", { retrieval: "bm25", budgetTokens, passageWords: 20 }],
    });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 30, max: 300 }), async (budgetTokens) => {
      const [, [sample]] = byArm(await within(budgetTokens));
      const given = sample!.material![0]!.text.split("\n").filter((line) => line.startsWith("line"));
      // A line is eleven words and numbers, and the line's end.
      expect(given.length * 12).toBeLessThanOrEqual(budgetTokens + 1);
      expect((given.length + 1) * 12).toBeGreaterThan(budgetTokens);
    }),
    { numRuns: 10 },
  );
  await expect(within(5)).rejects.toThrow("a budget of 5 tokens does not hold the best passage for sample 1");
});

test("what a sample asks is the same in every arm and under other instructions, and another with another word of it", async () => {
  const hashes = async (of: object, files = policies) =>
    byArm(await scenarioOf(of, files)).map((samples) => samples.map(({ questionHash }) => questionHash));
  const [whole, found] = await hashes(job);
  expect(found).toEqual(whole);
  expect(new Set(whole).size).toBe(3);
  expect(await hashes({ ...job, instructions: "Be brief.", settings: { temperature: 1 } })).toEqual([whole, found]);
  const [first, ...others] = job.samples;
  for (const other of [{ target: "31 days" }, { input: "Until when?" }, { answerable: false }]) {
    const [changed] = await hashes({ ...job, samples: [{ ...first, ...other }, ...others] });
    expect(changed!.map((hash, index) => hash === whole![index])).toEqual([false, true, true]);
  }
  const [changed] = await hashes(job, { ...policies, "shipping.md": "Delivery takes 9 days.\n" });
  expect(changed!.some((hash) => whole!.includes(hash))).toBe(false);
});

test("material is indexed once for all samples that share it, and only so many samples are searched for as are asked", async () => {
  const sent: string[] = [];
  const shares: number[] = [];
  const models: RetrievalModels = {
    ...noModels,
    embed: () => async (texts) => {
      sent.push(...texts);
      return {
        vectors: texts.map((text) => [text.includes("Returns") || text.includes("returns") ? 1 : -1, 0.1]),
        cost: { usd: 0.5, tokens: null },
      };
    },
  };
  const arms = [{ retrieval: "embeddings", embeddings: "test/model", topK: 1, passageWords: 30 }];
  const scenario = await scenarioOf({ ...job, arms }, policies, {
    models,
    limit: 1,
    onProgress: (share) => shares.push(share),
  });
  expect(scenario.sampleCount(scenario.cells[0]!)).toBe(1);
  const [sample] = [...scenario.samples(scenario.cells[0]!)];
  expect(sample!.given).toEqual({
    passages: [expect.stringMatching(/^returns\.md:/)],
    holdsAnswer: true,
    costUsd: 0.5,
  });
  expect(sent.filter((text) => text.endsWith("?"))).toEqual(["Until when are returns accepted?"]);
  expect(new Set(sent).size).toBe(sent.length);
  expect(shares).toEqual([1]);
  expect(scenario.options.retrievers).toEqual({
    "embeddings with test/model top 1, passages of 30 words": "embeddings of test/model, version 1",
  });
});

test("an agent is asked without the material, and has all of it for its tools", async () => {
  const instructions = "Answer from:\n{{material}}\nBriefly.";
  const scenario = await scenarioOf({ ...job, instructions, arms: ["whole", { agent: { maxTurns: 3 } }] }, policies);
  expect(scenario.cells).toEqual([{ arm: "whole" }, { arm: "agent of 3 turns" }]);
  const [whole, agent] = scenario.cells as [Cell, Cell];
  const [sample] = scenario.samples(agent);
  expect(sample!.messages).toEqual([
    { role: "system", content: "Answer from:\n\nBriefly." },
    { role: "user", content: "Until when are returns accepted?" },
  ]);
  expect(sample!.material!.map(({ id }) => id)).toEqual(["returns.md", "shipping.md"]);
  expect(sample!.given).toEqual({ passages: null, holdsAnswer: null });
  const nameOf = (cell: Cell, kind: "vendor" | "gguf") => scenario.solver!(cell, { kind }).name;
  expect([nameOf(whole, "vendor"), nameOf(agent, "vendor"), nameOf(agent, "gguf")]).toEqual([
    "one call",
    "agent loop",
    "one call",
  ]);
  const effortOf = (cell: Cell, kind: "vendor" | "gguf") => scenario.effort!(cell, sample!, { kind });
  expect([effortOf(whole, "vendor"), effortOf(agent, "vendor"), effortOf(agent, "gguf")]).toMatchObject([
    null,
    { calls: 3, inputTokens: null },
    null,
  ]);
  expect(scenario.contextTokens(agent)).toBeLessThan(scenario.contextTokens(whole) / 2);
});

test.each([
  [
    "sample 1 has tools of its own, and an arm of the job is an agent",
    { job: "x", material: "*.md", samples: [{ input: "a", toolChoice: "none" }], arms: ["agent"] },
    policies,
  ],
  [
    "two arms are the same: bm25 top 8",
    { ...job, arms: [{ retrieval: "bm25" }, { retrieval: "bm25", topK: 8 }] },
    policies,
  ],
  [
    "an arm looks for passages or files, and no sample has material",
    { job: "x", samples: [{ input: "a" }], arms: [{ retrieval: "bm25" }] },
    {},
  ],
  ["asked to embed", { ...job, arms: [{ retrieval: "embeddings", embeddings: "a/b" }] }, policies],
])("%s", async (happened, given, files) => {
  await expect(scenarioOf(given, files)).rejects.toThrow(happened);
});

test("a sample may be copied, with what is made when it is read", async () => {
  const folder = folderOf({
    "job.json": {
      job: "copies",
      material: [{ id: "m", text: "Red." }],
      input: "{{material}} {{q}}",
      samples: [{ vars: { q: "Which?" }, target: "Red" }],
    },
  });
  const scenario = await jobScenario(await loadJob(join(folder, "job.json")), null, { folder });
  const [sample] = [...scenario.samples(scenario.cells[0]!)];
  const copy = { ...sample! };
  expect(copy.messages).toEqual(sample!.messages);
  expect(JSON.parse(JSON.stringify(sample))).toMatchObject({
    target: "Red",
    material: [{ id: "m" }],
    given: { holdsAnswer: true },
  });
});
