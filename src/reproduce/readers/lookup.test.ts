import { expect, test } from "vitest";
import { specimenTokenizer } from "../../specimens/index.ts";
import { randomFrom } from "../../stats/index.ts";
import { linesFor, promptOf, testReading, trainingReading } from "./lookup.ts";

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

test.each([256, 1024, 2048])("a prompt for %i tokens has about so many", (tokens) => {
  const reading = testReading(linesFor(tokens), 0.3, randomFrom(tokens));
  const counted = specimenTokenizer().encode(promptOf(reading, reading.questions[0]!), { special: true }).length;
  expect(Math.abs(counted / tokens - 1)).toBeLessThan(0.04);
});
