import { expect, test } from "vitest";
import { randomFrom } from "../stats/index.ts";
import { drawFacts, factSentence, nearMisses, registerLines, registerWords } from "./register.ts";
import { attributes, entities, filler, values } from "./words.ts";

test("the word lists hold no word twice", () => {
  const all = [...attributes, ...entities, ...values, ...Object.values(filler).flat()];
  expect(new Set(all).size).toBe(all.length);
  expect([entities.length, values.length]).toEqual([64, 64]);
});

test("a register is the same for the same seed and holds each needle at its depth", () => {
  const make = () => {
    const random = randomFrom(7);
    const [fact, ...others] = drawFacts(6, random);
    return {
      fact: fact!,
      lines: registerLines({ lines: 40, needles: [{ fact: fact!, depth: 0.5 }], distractors: others }, random),
    };
  };
  const { fact, lines } = make();
  expect(make().lines).toEqual(lines);
  expect(lines).toHaveLength(40);
  expect(lines[20]).toBe(factSentence(fact));
});

test("near misses never state what was asked", () => {
  const asked = { attribute: "motto", entity: "Yew" };
  const misses = nearMisses(asked, 20, randomFrom(1));
  expect(misses).toHaveLength(20);
  expect(misses.some((miss) => miss.attribute === asked.attribute && miss.entity === asked.entity)).toBe(false);
});

test("every word of a register has its place in the vocabulary", () => {
  const random = randomFrom(3);
  const known = new Set(registerWords());
  const text = registerLines({ lines: 500, needles: [], distractors: drawFacts(250, random) }, random).join("\n");
  const unknown = (text.match(/ ?[A-Za-z]+/g) ?? []).filter((word) => !known.has(word));
  expect(unknown).toEqual([]);
});
