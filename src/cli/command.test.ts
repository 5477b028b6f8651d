import { expect, test } from "vitest";
import { printMistake } from "./command.ts";

const mistake = {
  happened: "jobs/support.yaml: candidate 2 names the model custom/a-long-name-of-a-model, and no route leads to it",
  expected: "a route's name in front of the model",
  mend: "give its address: `--base-url http://localhost:8000/v1`",
};
const said = (noteWidth?: number) => {
  const notes: string[] = [];
  printMistake(mistake, { note: (text) => notes.push(text), ...(noteWidth !== undefined && { noteWidth }) });
  return notes.join("\n").split("\n");
};

test("a mistake is folded beside its heads on a terminal, and left whole where it is piped", () => {
  expect(said()).toEqual([
    `error:    ${mistake.happened}`,
    `expected: ${mistake.expected}`,
    `to mend:  ${mistake.mend}`,
  ]);
  expect(said(60)).toEqual([
    "error:    jobs/support.yaml: candidate 2 names the model",
    "          custom/a-long-name-of-a-model, and no route leads",
    "          to it",
    "expected: a route's name in front of the model",
    "to mend:  give its address: `--base-url",
    "          http://localhost:8000/v1`",
  ]);
});
