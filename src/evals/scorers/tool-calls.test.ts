import fc from "fast-check";
import { expect, test } from "vitest";
import { answer, sample, unasked } from "../../../test/fixtures/scored.ts";
import type { Tool } from "../../wire/index.ts";
import { ToolCalls, toolCalls } from "./tool-calls.ts";

const tools: readonly Tool[] = ["weather", "time"].map((name) => ({
  name,
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
}));
type Made = readonly [name: string, given: unknown];

const scoreOf = async (made: readonly Made[], options = {}, text = "") => {
  const calls = made.map(([name, given], index) => ({
    id: `call ${index}`,
    name,
    arguments: typeof given === "string" ? given : JSON.stringify(given),
  }));
  const scorer = await toolCalls(ToolCalls.parse({ type: "tool-calls", ...options }));
  return scorer.score(sample({ tools }), answer(text, { toolCalls: calls }), unasked);
};
const paris: Made = ["weather", { city: "Paris" }];
const rome: Made = ["weather", { city: "Rome" }];
const expecting = (...made: readonly Made[]) => ({ expect: made.map(([name, given]) => ({ name, arguments: given })) });

test("without an expectation, calls are judged by their form and answers without calls are not judged", async () => {
  expect(await scoreOf([paris])).toEqual({ value: 1, explanation: 'right: weather({"city":"Paris"})' });
  expect(await scoreOf([], {}, "It is sunny.")).toBeNull();
});

test("an ill-formed call is wrong, and its class comes first", async () => {
  expect(await scoreOf([["weather", "{"]])).toMatchObject({
    value: 0,
    explanation: expect.stringMatching(/^InvalidJson: weather, /),
  });
  expect(await scoreOf([paris, ["wether", {}]], expecting(paris))).toEqual({
    value: 0,
    explanation: "UnknownName: wether, the tools are weather, time",
  });
  expect(await scoreOf([["time", {}]])).toMatchObject({
    explanation: expect.stringMatching(/^SchemaMismatch: time, at/),
  });
});

test("whether a tool had to be called at all can be all that is expected", async () => {
  expect(await scoreOf([paris], { trigger: true })).toMatchObject({ value: 1 });
  expect(await scoreOf([], { trigger: false }, "It is sunny.")).toMatchObject({ value: 1 });
  expect(await scoreOf([], { trigger: true }, "It is sunny.")).toEqual({
    value: 0,
    explanation: "expected a tool call, got none: It is sunny.",
  });
  expect(await scoreOf([paris], { trigger: false })).toEqual({
    value: 0,
    explanation: 'expected no tool call, got weather({"city":"Paris"})',
  });
});

test("the calls are the expected ones, in any order, no more and no fewer", async () => {
  expect(await scoreOf([rome, paris], expecting(paris, rome))).toMatchObject({ value: 1 });
  expect(await scoreOf([paris, paris], expecting(paris, rome))).toMatchObject({ value: 0 });
  expect(await scoreOf([paris], expecting(paris, rome))).toMatchObject({ value: 0 });
  expect(await scoreOf([paris, rome], expecting(paris))).toEqual({
    value: 0,
    explanation: 'expected weather({"city":"Paris"}), got weather({"city":"Paris"}), weather({"city":"Rome"})',
  });
  expect(await scoreOf([], expecting(paris), "Sunny.")).toMatchObject({
    explanation: 'expected weather({"city":"Paris"}), got no tool call: Sunny.',
  });
});

test("arguments are compared as JSON; further ones are a mistake unless the spec allows them", async () => {
  const more: Made = ["weather", '{ "unit": "c", "city": "Paris" }'];
  expect(await scoreOf([["weather", '{ "city" : "Paris" }']], expecting(paris))).toMatchObject({ value: 1 });
  expect(await scoreOf([more], expecting(paris))).toMatchObject({ value: 0 });
  expect(await scoreOf([more], { ...expecting(paris), extraArguments: true })).toMatchObject({ value: 1 });
  expect(await scoreOf([rome], { expect: [{ name: "weather" }] })).toMatchObject({ value: 1 });
});

test("expectations that overlap find the calls that every order of trying would find", async () => {
  const cities = fc.constantFrom("a", "b", "c");
  const wanted = fc.record({ name: fc.constant("weather"), arguments: fc.option(cities.map((city) => ({ city }))) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(wanted, { minLength: 1, maxLength: 4 }),
      fc.array(cities, { maxLength: 4 }),
      async (some, made) => {
        const fits = (rest: readonly string[], [first, ...others]: readonly (typeof some)[number][]): boolean =>
          first === undefined
            ? rest.length === 0
            : rest.some((city, at) => (first.arguments?.city ?? city) === city && fits(rest.toSpliced(at, 1), others));
        const expect_ = some.map((one) => ({ name: one.name, ...(one.arguments && { arguments: one.arguments }) }));
        const calls = made.map((city): Made => ["weather", { city }]);
        expect((await scoreOf(calls, { expect: expect_ }))!.value).toBe(fits(made, some) ? 1 : 0);
      },
    ),
  );
});
