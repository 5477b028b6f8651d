import { expect, test } from "vitest";
import { UserError } from "../errors.ts";
import { type Protocol, protocols } from "../reproduce/index.ts";
import { experimentOf } from "./experiment-choice.ts";

test.each(["muon", "moonlight-muon", "moonlight-muon#muon-52"])("%s is the experiment on Muon", (id) => {
  expect(experimentOf(id).name).toBe("muon");
});

test("an experiment's own name comes before an idea of the same name", () => {
  const [one, other] = protocols as unknown as [Protocol, Protocol];
  const ideas = [one.name];
  expect(
    experimentOf(one.name, [
      { ...other, ideas },
      { ...one, ideas },
    ]).name,
  ).toBe(one.name);
});

test("where several are about an idea they are listed, and where none is, all are", () => {
  const ideas = ["shared"];
  const both = protocols.slice(0, 2).map((protocol) => ({ ...protocol, ideas }));
  const expected = (id: string, among?: readonly Protocol[]) => {
    try {
      experimentOf(id, among);
    } catch (error) {
      if (error instanceof UserError) return error.mistake.expected;
    }
    throw new Error("it was not refused");
  };
  expect(expected("shared", both)).toBe(`one of them by its name: ${both.map(({ name }) => name).join(", ")}`);
  expect(expected("no-such-idea")).toBe(`one of ${protocols.map(({ name }) => name).join(", ")}`);
});
