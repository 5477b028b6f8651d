import { expect, test } from "vitest";
import { attributes } from "../../corpus/index.ts";
import { specimenTokenizer } from "../../specimens/index.ts";
import { randomFrom } from "../../stats/index.ts";
import { type FormName, forms } from "./forms.ts";
import { lesson } from "./lesson.ts";
import { recipeOf } from "./recipes.ts";
import type { Sheet } from "./sheet.ts";

const { decode } = specimenTokenizer();
const seeds = Array.from({ length: 40 }, (_, seed) => seed);

/** Each thing that has to be told, with all that is written before it. */
const asked = ({ tokens, judged }: Sheet) =>
  judged.map(({ after, target, kind }) => ({
    before: decode(tokens.slice(0, after + 1)),
    told: decode([target]),
    kind,
  }));

test("what has to be told is what the sheet says next", () => {
  for (const form of Object.values(forms))
    for (const { tokens, judged } of seeds.map((seed) => form(384, randomFrom(seed)))) {
      expect(judged.length).toBeGreaterThan(0);
      for (const { after, target } of judged) expect(tokens[after + 1]).toBe(target);
    }
});

/** What the text before tells, found by searching it. */
const foundBySearch: Readonly<Partial<Record<FormName, (before: string) => string | undefined>>> = {
  pair: (before) => {
    const words = before.trim().split(" ");
    return ` ${words[words.indexOf(words.at(-1)!) + 1]}`;
  },
  citation: (before) => {
    const value = /(\w+)\W*$/.exec(before)![1];
    return new RegExp(`\\b${value}\\D*(\\d+)\\]`).exec(before)?.[1];
  },
  of: (before) => {
    const words = before.trim().split(" ");
    const second = words.at(-1)!;
    const first = words.at(-3)!;
    const stated = Array.from({ length: (words.length - 3) / 4 }, (_, fact) => words.slice(4 * fact, 4 * fact + 4));
    const both = stated.find((fact) => fact[0] === first && fact[2] === second);
    const either = attributes.includes(first)
      ? stated.find((fact) => fact[2] === second)
      : stated.find((fact) => fact[0] === first);
    const found = both ?? either;
    return found && ` ${found[3]}`;
  },
};

test.each(Object.entries(foundBySearch))("%s: the text before tells it", (name, find) => {
  for (const seed of seeds)
    for (const { before, told } of asked(forms[name as FormName](90, randomFrom(seed))))
      expect(find(before)).toBe(told);
});

test("register: a search for the question's sentence gives value and number, or there is none", () => {
  for (const seed of seeds)
    for (const { before, told, kind } of asked(forms.register(640, randomFrom(seed)))) {
      if (kind === null) continue;
      const turn = before.slice(before.lastIndexOf("<|im_start|>user\n"));
      const [, attribute, entity] = /What is the (\w+) of (\w+)\?/.exec(turn)!;
      const line = new RegExp(`The ${attribute} of ${entity} is (\\w+)\\. \\[(\\d+)\\]`).exec(before);
      expect(told).toBe(kind === "unknown" ? " unknown" : kind === "value" ? ` ${line?.[1]}` : line?.[2]);
      if (kind === "unknown") expect(line).toBeNull();
    }
});

test("of sheets of facts, both words are needed in six of ten", () => {
  const needsBoth = seeds
    .concat(seeds.map((seed) => seed + 1000))
    .map((seed) =>
      decode(forms.of(384, randomFrom(seed)).tokens)
        .trim()
        .split(" "),
    )
    .filter((words) => {
      const facts = Array.from({ length: words.length / 4 }, (_, fact) => words.slice(4 * fact, 4 * fact + 4));
      const tells = (word: 0 | 2) =>
        [...Map.groupBy(facts, (fact) => fact[word]).values()].every(
          (same) => new Set(same.map((fact) => fact[3])).size === 1,
        );
      return !tells(0) && !tells(2);
    });
  expect(needsBoth.length).toBeGreaterThan(34);
  expect(needsBoth.length).toBeLessThan(62);
});

test("every stage's sheets fit, whatever is drawn", () => {
  for (const stage of recipeOf("reader-mha").stages)
    for (const seed of seeds)
      expect(lesson(stage, randomFrom(seed)).tokens).toHaveLength(stage.sequences * stage.tokens);
});

test("a sheet that does not fit is refused", () => {
  expect(() => lesson({ forms: ["register"], sequences: 1, tokens: 80 }, randomFrom(1))).toThrow(
    /register: \d+ tokens/,
  );
});
