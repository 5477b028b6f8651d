import { expect, test } from "vitest";
import { imported } from "../../../test/made-files/imported.ts";

const files = (queries: object[]) => ({
  "128k/corpus.jsonl": [
    { pid: "doc1", title_text: "Hulu ", passage_text: " Raw comes on Hulu the following day.", metadata: {} },
    { pid: "doc2", title_text: "", passage_text: "Nothing.", metadata: {} },
  ],
  "128k/dev_queries.jsonl": queries,
});
const material = [
  { id: "doc1", text: "Hulu\nRaw comes on Hulu the following day." },
  { id: "doc2", text: "Nothing." },
];
const query = { qid: "test1018", query_text: "when does raw come on hulu", metadata: { qrels: [["doc1", 1]] } };
const spec = (task: "rag" | "multi_value_rag" | "retrieval") =>
  ({ from: "loft", path: "128k", split: "dev", task }) as const;

test("the corpus is the material of every question, and one of the answers is enough", async () => {
  const {
    samples,
    instructions,
    lost,
    files: read,
  } = await imported(files([{ ...query, answers: ["the following day", "next day"] }]), spec("rag"));
  expect(samples).toEqual([
    {
      id: "test1018",
      document: "test1018",
      input: "when does raw come on hulu",
      target: ["the following day", "next day"],
      scorers: ["contains"],
      metadata: { qrels: [["doc1", 1]] },
      material,
    },
  ]);
  expect(instructions).toContain("{{material}}");
  expect(lost).toEqual(["LOFT's prompt with its few-shot examples"]);
  expect(read).toEqual(["corpus.jsonl", "dev_queries.jsonl"]);
});

test("where a question has several answers all are wanted, in retrieval the passages' ids", async () => {
  const several = await imported(files([{ ...query, answers: ["Monday", "Tuesday"] }]), spec("multi_value_rag"));
  expect(several.samples[0]).toMatchObject({
    target: "Monday, Tuesday",
    scorers: [{ type: "contains-all", values: ["Monday", "Tuesday"], wholeWords: true }],
  });
  const passages = await imported(files([{ ...query, answers: [["doc1", 1]] }]), spec("retrieval"));
  expect(passages.samples[0]).toMatchObject({ scorers: [{ type: "contains-all", values: ["doc1"] }] });
});

test("a question of several turns is left out, a passage without text is a mistake", async () => {
  const { samples, lost } = await imported(
    files([{ ...query, query_text: ["one?", "two?"], answers: [["x"], ["y"]] }]),
    spec("rag"),
  );
  expect(samples).toEqual([]);
  expect(lost).toContain("sample left out: a question of several turns, or none");
  await expect(
    imported({ "128k/corpus.jsonl": [{ pid: "1" }], "128k/dev_queries.jsonl": [] }, spec("rag")),
  ).rejects.toThrow("corpus.jsonl, line 1 is no passage with a text");
});
