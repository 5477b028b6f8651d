import fc from "fast-check";
import { expect, test } from "vitest";
import { UserError } from "../../errors.ts";
import { grounding, groundingDefaults, registerTokens } from "./grounding.ts";

const textOf = (content: unknown) => String(content);

test("the same options make the same samples, another seed makes others", () => {
  const make = (seed: number) => {
    const scenario = grounding({ ...groundingDefaults, seed });
    return [...scenario.samples(scenario.cells[1]!)];
  };
  expect(make(1)).toEqual(make(1));
  expect(make(1)).not.toEqual(make(2));
});

test("a cell has as many samples as it announces, and its ids differ", () => {
  const scenario = grounding({ ...groundingDefaults, needles: [1, 3], documents: 3, unanswerableShare: 0.4 });
  for (const cell of scenario.cells) {
    const samples = [...scenario.samples(cell)];
    expect(samples).toHaveLength(scenario.sampleCount(scenario.cells[0]!));
    expect(new Set(samples.map(({ id }) => id)).size).toBe(samples.length);
  }
});

test("each target is what its line says, and what has no answer is in no line", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1e6 }),
      fc.constantFrom(256, 700, 3_000),
      fc.constantFrom(1, 2, 5),
      (seed, contextTokens, needles) => {
        const scenario = grounding({
          ...groundingDefaults,
          seed,
          contextTokens: [contextTokens],
          needles: [needles],
          documents: 1,
        });
        for (const { messages, target, answerable } of scenario.samples(scenario.cells[0]!)) {
          const lines = textOf(messages[0]!.content).split("\n");
          const asked = [...textOf(messages[1]!.content).matchAll(/What is (the \w+ of \w+)\?/g)].map(
            (match) => match[1]!,
          );
          const stating = asked.map((subject) =>
            lines.filter((line) => line.startsWith(`${subject.replace("the", "The")} is `)),
          );
          if (!answerable) expect(stating).toEqual([[]]);
          else {
            expect(stating.every((found) => found.length === 1)).toBe(true);
            const read = stating.map(([line]) => /is (\w+)\. \[(\d+)\]$/.exec(line!)!);
            expect(read.map(([, value, number]) => `${value}. [${number}]`).join("\n")).toBe(target);
          }
        }
      },
    ),
    { numRuns: 60 },
  );
});

test("a prompt is as long as its cell says, to within a line", () => {
  const scenario = grounding({ ...groundingDefaults, contextTokens: [256, 1_024, 4_096] });
  for (const cell of scenario.cells)
    for (const { messages } of scenario.samples(cell)) {
      const tokens = messages.reduce((sum, { content }) => sum + registerTokens(textOf(content)), 16);
      expect(Math.abs(tokens - Number(cell.contextTokens)) / Number(cell.contextTokens)).toBeLessThan(0.08);
    }
});

test("facts are hidden in the user's own text, which is kept word for word", () => {
  const haystack = Array.from(
    { length: 50 },
    (_, index) => `Note ${index}: the boat left at dawn, and nobody saw it go.`,
  );
  const scenario = grounding({ ...groundingDefaults, contextTokens: [800], haystack });
  const [sample] = [...scenario.samples(scenario.cells[0]!)];
  const lines = textOf(sample!.messages[0]!.content).split("\n").slice(2);
  const own = lines.map((line) => line.replace(/ \[\d+\]$/, "")).filter((line) => line.startsWith("Note"));
  expect(own.length).toBeGreaterThan(20);
  expect(own.every((line) => haystack.includes(line))).toBe(true);
});

test("a text in one long line fills its context all the same, in lines of at most 120 characters", () => {
  for (const text of ["It was late, and the boat had gone. ".repeat(2_000), "船已经走了，没有人看见。".repeat(2_000)]) {
    const scenario = grounding({ ...groundingDefaults, contextTokens: [1_024], haystack: [text] });
    const [sample] = [...scenario.samples(scenario.cells[0]!)];
    const material = textOf(sample!.messages[0]!.content);
    expect(registerTokens(material)).toBeGreaterThan(850);
    for (const line of material.split("\n").slice(2)) expect(line.length).toBeLessThan(130);
  }
});

test("a question about five facts is part of the context that was asked for", () => {
  const scenario = grounding({ ...groundingDefaults, contextTokens: [512], needles: [5] });
  for (const { messages, answerable } of scenario.samples(scenario.cells[0]!))
    if (answerable)
      expect(messages.reduce((sum, { content }) => sum + registerTokens(textOf(content)), 16)).toBeLessThan(520);
});

test("characters of a script without spaces count one by one", () => {
  expect(registerTokens("船已经走了。")).toBe(6);
});

test("a context too short for its facts is refused before anything is asked", () => {
  expect(() => grounding({ ...groundingDefaults, contextTokens: [4_096, 40] })).toThrow(UserError);
});
