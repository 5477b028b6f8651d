import { expect, test } from "vitest";
import { jobSample } from "../../test/fixtures/job-sample.ts";
import { type RetrievalModels, retrieverOpener } from "./arms.ts";
import { Arm } from "./job.ts";
import { prepare } from "./preparation.ts";

const text = (id: string) => ({ id, text: `All that is said here is about ${id} and about nothing else.` });
const [red, blue, green] = ["red", "blue", "green"].map(text) as [Doc, Doc, Doc];
type Doc = ReturnType<typeof text>;
const sample = (id: string, input: string, material: readonly Doc[]) =>
  jobSample({ id, document: id, input, material });
const samples = [
  sample("1", "What is said about red?", [red, blue]),
  sample("2", "What is said about green?", [blue, green]),
  sample("3", "What is said about red?", [red, blue]),
];
const arms = [
  "whole",
  { retrieval: "bm25", topK: 1 },
  { retrieval: "embeddings", embeddings: "e", topK: 1 },
  { retrieval: "hybrid", embeddings: "e", rerank: "r", topK: 1 },
].map((arm) => Arm.parse(arm));

/** A dollar a text, and ten for a search. */
const models = (sent: string[]): RetrievalModels => ({
  embed: () => async (texts) => {
    sent.push(...texts);
    return { vectors: texts.map(() => [1]), cost: { usd: texts.length, tokens: null } };
  },
  rerank: () => async (_query, texts) => ({ scores: texts.map(() => 1), cost: { usd: 10, tokens: 7 } }),
});

test("each arm is said to take what it would take alone: a text once to prepare, a question each time", async () => {
  const sent: string[] = [];
  const { given, spent } = await prepare(samples, arms, retrieverOpener(models(sent)));
  expect(sent).toHaveLength(3 + 2);
  const usd = (value: number) => expect.closeTo(value, 9);
  expect(spent).toEqual([
    {
      arm: "embeddings with e top 1",
      toPrepare: { usd: usd(3), tokens: null },
      questions: { usd: usd(3), tokens: null },
      samples: 3,
    },
    {
      arm: "hybrid with e top 1, reranked by r",
      toPrepare: { usd: usd(3), tokens: null },
      questions: { usd: usd(33), tokens: null },
      samples: 3,
    },
  ]);
  const costs = arms.map((arm) => given.get(arm)!.map(({ cost }) => cost?.usd));
  expect(costs).toEqual([
    [undefined, undefined, undefined],
    [undefined, undefined, undefined],
    [usd(1), usd(1), usd(1)],
    [usd(11), usd(11), usd(11)],
  ]);
});

test("a failure is told when all that was under way has ended, and nothing is begun after it", async () => {
  let open = 0;
  let begun = 0;
  const failFirst = async () => {
    begun += 1;
    open += 1;
    const isFirst = begun === 1;
    await new Promise((resolve) => setTimeout(resolve, isFirst ? 1 : 20));
    open -= 1;
    if (isFirst) throw new Error("no room");
  };
  const { embed, rerank } = models([]);
  const failing = retrieverOpener({
    embed: (model) => (texts) => failFirst().then(() => embed(model)(texts)),
    rerank: (model) => (query, texts) => failFirst().then(() => rerank(model)(query, texts)),
  });
  const many = Array.from({ length: 300 }, (_, place) => text(`number ${place}`));
  await expect(prepare([sample("1", "One?", many)], arms.slice(2, 3), failing)).rejects.toThrow("no room");
  expect([open, begun]).toEqual([0, 4]);
  begun = 0;
  const questions = many.map(({ id }) => sample(id, "Which number is it?", many));
  const reranked = Arm.parse({ retrieval: "bm25", rerank: "r" });
  await expect(prepare(questions, [reranked], failing)).rejects.toThrow("no room");
  expect([open, begun]).toEqual([0, 4]);
});
