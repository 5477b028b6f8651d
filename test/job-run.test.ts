/**
 * A user's job by the real process, against a vendor's recorded shapes: whole documents beside retrieval, with answers that
 * follow from what the prompt holds, so that every number of the decision can be counted by hand.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli, temporaryFolder } from "./cli-process.ts";
import * as fake from "./fake-vendors/index.ts";

const { path: folder, remove } = temporaryFolder();
const documents = 6;
const word = (at: number) => String(at).replaceAll(/\d/g, (digit) => "abcdefghij"[Number(digit)]!);
const colours = ["red", "green", "blue", "white", "black", "brown"];
/** The last line has no word of any question, so that BM25 cannot find it. */
const text = (document: number) =>
  [
    `Door ${word(document)} is ${colours[document]}.`,
    ...Array.from({ length: 40 }, (_, line) => `Line ${word(line)} of ${word(document)} says nothing at all about it.`),
    `It shuts at ${word(100 + document)}.`,
  ].join("\n\n");
const job = {
  job: "doors",
  input: "{{material}}\n\n{{question}}",
  samples: Array.from({ length: documents }, (_, document) => {
    const material = { id: `doors ${word(document)}`, text: text(document) };
    return [
      {
        id: `colour ${document}`,
        vars: { question: `Which colour has door ${word(document)}?` },
        target: colours[document],
        material,
        metadata: { evidence: `Door ${word(document)} is ${colours[document]}.` },
      },
      {
        id: `hour ${document}`,
        vars: { question: `Tell the closing time of door ${word(document)}.` },
        target: word(100 + document),
        material,
        metadata: { evidence: `It shuts at ${word(100 + document)}.` },
      },
    ];
  }).flat(),
  scorers: ["exact"],
  arms: ["whole", { retrieval: "bm25", topK: 1, passageWords: 20 }],
  volume: { callsPerMonth: 10_000 },
  settings: { maxTokens: 8 },
};

/** It reads what it is given, and knows nothing else. */
function answer(asked: string): string {
  const colour = /Which colour has door (\w+)\?$/.exec(asked);
  const found = colour === null ? /It shuts at (\w+)\./ : new RegExp(`Door ${colour[1]} is (\\w+)\\.`);
  return found.exec(asked)?.[1] ?? "unknown";
}

let server: Awaited<ReturnType<typeof fake.deepSeek.start>>;
let shown: {
  readonly decision: {
    readonly options: readonly {
      readonly arm: string;
      readonly samples: number;
      readonly quality: { readonly value: number };
      readonly costUsd: Record<"perCall" | "perMonth" | "perCorrectAnswer", { readonly value: number }>;
    }[];
    readonly arms: readonly { readonly arms: readonly { readonly arm: string; readonly misses: unknown }[] }[];
  };
};
const env = () => ({ DEEPSEEK_API_KEY: "k", DEEPSEEK_BASE_URL: server.baseUrl });
async function rows() {
  const file = join(folder, "trials.jsonl");
  expect((await runCli(["export", "latest", "--output", file], { cwd: folder })).code).toBe(0);
  return readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

beforeAll(async () => {
  server = await fake.deepSeek.start({ answer });
  writeFileSync(join(folder, "job.json"), JSON.stringify(job));
  const { code, stdout, stderr } = await runCli(
    ["run", "job.json", "--model", "deepseek/deepseek-v4-pro", "--max-cost", "1", "--json"],
    { cwd: folder, env: env() },
  );
  expect(code, stderr).toBe(0);
  shown = JSON.parse(stdout);
});
afterAll(async () => {
  await server.close();
  remove();
});

test("in full every answer stands, by retrieval half of them, and it is retrieval that missed them", () => {
  const [whole, retrieved] = shown.decision.options;
  expect([whole!.arm, whole!.quality.value, whole!.samples]).toEqual(["whole", 1, 2 * documents]);
  expect(retrieved!.arm).toBe("bm25 top 1, passages of 20 words");
  expect(retrieved!.quality.value).toBe(0.5);
  const [, misses] = shown.decision.arms[0]!.arms;
  expect(misses!.misses).toMatchObject({
    right: { held: documents, notHeld: 0 },
    wrong: { held: 0, notHeld: documents, unknown: 0 },
  });
});

test("costs are those of the tokens that the vendor reported, at the ledger's price", async () => {
  const trials = await rows();
  expect(trials).toHaveLength(4 * documents);
  for (const { option, of } of shown.decision.options.map((one) => ({
    option: one,
    of: trials.filter(({ cell }) => JSON.parse(cell).arm === one.arm),
  }))) {
    const usd = of.reduce(
      (sum, { uncachedInputTokens, cacheReadTokens, outputTokens }) =>
        sum + (1.32 * uncachedInputTokens + 0.044 * cacheReadTokens + 3.96 * outputTokens) / 1e6,
      0,
    );
    const { perCall, perMonth, perCorrectAnswer } = option.costUsd;
    expect(perCall.value).toBeCloseTo(usd / of.length, 12);
    expect(perMonth.value).toBeCloseTo((10_000 * usd) / of.length, 8);
    expect(perCorrectAnswer.value).toBeCloseTo(usd / (option.quality.value * of.length), 12);
  }
});

test("the vendor's reported cache stands beside what its rule expects", async () => {
  const trials = await rows();
  expect(trials.every(({ expectedCacheReadTokens }) => expectedCacheReadTokens !== null)).toBe(true);
  const { stdout } = await runCli(["compare-runs", "latest"], { cwd: folder });
  expect(stdout).toContain("bm25 top 1, passages of 20 words against all of the material");
  expect(stdout).toContain("10,000");
});
