import { expect, test } from "vitest";
import { noCost, passagesOf } from "../retrieval/index.ts";
import { armName, type RetrievalArm, retrieverOpener } from "./arms.ts";
import { Arm } from "./job.ts";

const arm = (given: unknown) => Arm.parse(given);

test.each([
  ["whole", "whole"],
  ["agent", "agent"],
  [{ agent: {} }, "agent"],
  [{ agent: { maxTurns: 8 } }, "agent of 8 turns"],
  [{ retrieval: "bm25" }, "bm25 top 8"],
  [{ retrieval: "bm25", topK: 3, passageWords: 100 }, "bm25 top 3, passages of 100 words"],
  [{ retrieval: "bm25", budgetTokens: 2_000 }, "bm25 within 2000 tokens"],
  [
    { retrieval: "hybrid", embeddings: "openai/text-embedding-3-small", rerank: "jina/m0" },
    "hybrid with openai/text-embedding-3-small top 8, reranked by jina/m0",
  ],
])("%j is the arm “%s”", (given, name) => {
  expect(armName(arm(given))).toBe(name);
});

test("an arm that finds by meaning has to say by which model", () => {
  expect(Arm.safeParse({ retrieval: "embeddings" }).success).toBe(false);
  expect(Arm.safeParse({ retrieval: "bm25", embeddings: "openai/text-embedding-3-small" }).success).toBe(false);
});

test("arms with one embedding model share what it embedded", async () => {
  const sent: string[] = [];
  const open = retrieverOpener({
    embed: () => async (texts) => {
      sent.push(...texts);
      return { vectors: texts.map((text) => [text.length, 1]), cost: noCost };
    },
    rerank: () => async (_query, texts) => ({ scores: texts.map((text) => text.length), cost: noCost }),
  });
  const passages = passagesOf({ id: "d", text: "One.\nTwo and three.\nFour five six seven.\n" }, 4);
  const found = async (given: unknown) => {
    const retriever = await open(arm(given) as RetrievalArm, passages);
    return (await retriever.search("Two", 2)).passages.map(({ text }) => text.trim());
  };
  expect(await found({ retrieval: "embeddings", embeddings: "m" })).toHaveLength(2);
  expect(await found({ retrieval: "hybrid", embeddings: "m", rerank: "r" })).toEqual([
    "Four five six seven.",
    "One.\nTwo and three.",
  ]);
  expect(sent.toSorted()).toEqual([...passages.map(({ text }) => text), "Two"].toSorted());
});
