import { expect, test } from "vitest";
import { imported } from "../../../test/made-files/imported.ts";

const row = {
  _id: "66f36490821e116aacb2cc22",
  domain: "Single-Document QA",
  sub_domain: "Financial",
  difficulty: "easy",
  length: "short",
  question: "How does the ministry ensure coordination? ",
  choice_A: "By law",
  choice_B: "By agreement",
  choice_C: "By both",
  choice_D: "Not at all",
  answer: "D",
  context: " A long report. ",
};

test("a row of LongBench v2 is asked as its own prompt asks it, and scored by the letter", async () => {
  const { samples, instructions } = await imported(
    { "data.json": `[${JSON.stringify(row)}]` },
    { from: "longbench-v2", path: "data.json" },
  );
  expect(samples).toEqual([
    {
      id: "66f36490821e116aacb2cc22",
      input:
        "What is the correct answer to this question: How does the ministry ensure coordination?\nChoices:\n(A) By law\n(B) By agreement\n" +
        '(C) By both\n(D) Not at all\n\nFormat your response as follows: "The correct answer is (insert answer here)".',
      target: "D",
      material: { id: "text", text: "A long report." },
      document: expect.stringMatching(/^[0-9a-f]{16}$/),
      scorers: ["choice"],
      metadata: { domain: "Single-Document QA", sub_domain: "Financial", difficulty: "easy", length: "short" },
    },
  ]);
  expect(instructions).toBe(
    "Please read the following text and answer the question below.\n\n<text>\n{{material}}\n</text>",
  );
});

test("questions about one text are one document, others are not", async () => {
  const { samples, lost } = await imported(
    {
      "data.jsonl": [
        row,
        { ...row, _id: "2" },
        { ...row, _id: "3", context: "Another." },
        { ...row, answer: undefined },
      ],
    },
    { from: "longbench-v2", path: "data.jsonl" },
  );
  const [first, second, third] = samples.map(({ document }) => document);
  expect([first === second, first === third]).toEqual([true, false]);
  expect(lost).toEqual(["sample left out: no context, question, answer or choice_A to choice_D"]);
});
