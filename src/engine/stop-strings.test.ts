import { expect, test } from "vitest";
import { createStopScanner } from "./stop-strings.ts";

test("a stop string is found across pieces, and neither it nor what follows is shown", () => {
  const scanner = createStopScanner(["END"]);
  expect(scanner.push("one E")).toEqual({ text: "one ", stopped: false });
  expect(scanner.push("ND two")).toEqual({ text: "", stopped: true });
});

test("what only looked like a stop string is shown as soon as that is certain", () => {
  const scanner = createStopScanner(["END"]);
  expect(scanner.push("E")).toEqual({ text: "", stopped: false });
  expect(scanner.push("N")).toEqual({ text: "", stopped: false });
  expect(scanner.push("T")).toEqual({ text: "ENT", stopped: false });
});

test("what is held back at the end is shown", () => {
  const scanner = createStopScanner(["END"]);
  scanner.push("x EN");
  expect(scanner.end()).toBe("EN");
});

test("of several stop strings the first in the text counts", () => {
  expect(createStopScanner(["world", "lo"]).push("hello world")).toEqual({ text: "hel", stopped: true });
});

test("an empty stop string stops nothing", () => {
  expect(createStopScanner([""]).push("text")).toEqual({ text: "text", stopped: false });
});
