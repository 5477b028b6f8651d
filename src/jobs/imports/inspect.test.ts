import { expect, test } from "vitest";
import { imported } from "../../../test/made-files/imported.ts";

const columns = (text: string) => imported({ "a.csv": text }, { from: "inspect", path: "a.csv" });

test("samples come from JSON, JSON Lines and CSV alike", async () => {
  const row = { input: "Say 'Hello'", target: "Hello", id: 7, metadata: { name: "jim", age: 42 } };
  const wanted = [{ id: "7", input: "Say 'Hello'", target: "Hello", metadata: { name: "jim", age: 42 } }];
  expect((await imported({ "a.jsonl": [row] }, { from: "inspect", path: "a.jsonl" })).samples).toEqual(wanted);
  expect((await imported({ "a.json": JSON.stringify([row]) }, { from: "inspect", path: "a.json" })).samples).toEqual(
    wanted,
  );
  // Metadata in a field is JSON, as Inspect writes it into CSV.
  const csv = `input,target,id,metadata\n"Say 'Hello'",Hello,7,"{""name"": ""jim"",""age"": 42}"\n`;
  expect((await columns(csv)).samples).toEqual(wanted);
});

test("choices are listed in the question and scored by their letter, also where they are a text with commas", async () => {
  const { samples } = await columns('input,target,choices\n"Which is the smallest?",A,"1,2,,3,"\n');
  expect(samples).toEqual([
    {
      input: 'Which is the smallest?\n\nChoices:\n(A) 1\n(B) 2\n(C) 3\n\nAnswer with "The correct answer is (letter)".',
      target: "A",
      scorers: [{ type: "choice", choices: 3 }],
    },
  ]);
});

test("choices that are right only together, and choices of no known form, are left out", async () => {
  const row = { input: "Which?", choices: ["x", "y"] };
  const { samples, lost } = await imported(
    {
      "a.jsonl": [
        { ...row, target: ["A", "B"] },
        { ...row, target: "AB" },
        { ...row, target: ["B"] },
        { input: "Which?", choices: { A: "x" }, target: "A" },
        { input: "Which?", choices: [{ text: "x" }, { text: "y" }], target: "A" },
      ],
    },
    { from: "inspect", path: "a.jsonl" },
  );
  expect(samples.map(({ target }) => target)).toEqual([["B"]]);
  expect(lost).toEqual([
    "sample left out: several choices that are right only together",
    "sample left out: choices of no known form",
  ]);
});

test("a conversation with an image keeps its turns, and the image's path", async () => {
  const content = [
    { type: "text", text: "How many balloons?" },
    { type: "image", image: "images/balloons.png" },
  ];
  const { samples } = await imported(
    { "a.jsonl": [{ input: [{ role: "user", content }], target: ["3", "three"] }] },
    { from: "inspect", path: "a.jsonl" },
  );
  expect(samples).toEqual([
    {
      input: [
        {
          role: "user",
          content: [
            { type: "text", text: "How many balloons?" },
            { type: "image", path: "images/balloons.png" },
          ],
        },
      ],
      target: ["3", "three"],
    },
  ]);
});

test("fields are mapped as Inspect's FieldSpec maps them", async () => {
  const row = { question: "Is it so?", answer_matching_behavior: " Yes", label_confidence: 0.9, statement: "It is so" };
  const { samples, lost } = await imported(
    { "a.jsonl": [row] },
    {
      from: "inspect",
      path: "a.jsonl",
      fields: {
        input: "question",
        target: "answer_matching_behavior",
        choices: "choices",
        id: "id",
        metadata: ["label_confidence"],
      },
    },
  );
  expect(samples).toEqual([{ input: "Is it so?", target: " Yes", metadata: { label_confidence: 0.9 } }]);
  expect(lost).toEqual(["column statement: name it under `fields.metadata`"]);
});

test("what belongs to a sandbox is told, a row without input is left out", async () => {
  const { samples, lost } = await imported(
    {
      "a.jsonl": [
        { input: "Find the flag", target: "x", sandbox: "docker", files: { "/flag.txt": "flag.txt" } },
        { target: "x" },
      ],
    },
    { from: "inspect", path: "a.jsonl" },
  );
  expect(samples).toEqual([{ input: "Find the flag", target: "x" }]);
  expect(lost).toEqual(["sandbox: there is no sandbox", "files: there is no sandbox", "sample left out: no messages"]);
});
