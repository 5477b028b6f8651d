import { expect, test } from "vitest";
import { randomFrom } from "../stats/index.ts";
import { promptOf, testReading, trainingReading } from "./lookup.ts";
import { judge } from "./recall.ts";

test("a prompt is the product's ChatML, and the answer cites the line that states the fact", () => {
  const reading = testReading(12, 0.5, randomFrom(2));
  const [question] = reading.questions;
  const [value, number] = /^(\w+)\. \[(\d+)\]$/.exec(question!.answer)!.slice(1);
  expect(reading.lines[Number(number) - 1]).toContain(` is ${value}. [${number}]`);
  const prompt = promptOf(reading, question!);
  expect(prompt.startsWith("<|im_start|>system\nAnswer from the lines below.")).toBe(true);
  expect(prompt).toContain(`${reading.lines[10]}\n${reading.lines[11]}<|im_end|>\n<|im_start|>user\nWhat is the `);
  expect(prompt.endsWith("?<|im_end|>\n<|im_start|>assistant\n")).toBe(true);
});

test("no line states what an unanswerable question asks for", () => {
  const random = randomFrom(3);
  const readings = [testReading(30, null, random), trainingReading(30, 20, random)];
  for (const { lines, questions } of readings)
    for (const { asked, answer } of questions.filter(({ depth }) => depth === null)) {
      expect(answer).toBe("unknown");
      expect(lines.some((line) => line.startsWith(`The ${asked.attribute} of ${asked.entity} is`))).toBe(false);
    }
});

test.each([
  [" lantern. [7]", true, true],
  [" lantern. [8]", true, false],
  [" lanterns. [7]", false, false],
  [" unknown", false, false],
])("the answer %j is judged", (text, isValueRight, isReferenceRight) => {
  const question = { asked: { attribute: "motto", entity: "Yew" }, answer: "lantern. [7]", depth: 0.5 };
  expect(judge(question, text)).toMatchObject({ isValueRight, isReferenceRight });
});
