import { expect, test } from "vitest";
import { fileTools, ToolFailure } from "./file-tools.ts";

const long = Array.from({ length: 450 }, (_, index) => `line ${index + 1}`).join("\n");
const material = [
  { id: "a/long.txt", text: long },
  { id: "b.md", text: "Costs: 3 EUR (net)\r\nNothing else." },
];
const run = async (name: string, args: object) =>
  fileTools.find((tool) => tool.name === name)!.run({ ...args }, material);

test("a file is read in parts, which say how to go on", async () => {
  expect(await run("read_file", { path: "b.md" })).toBe("1: Costs: 3 EUR (net)\n2: Nothing else.");
  expect(await run("read_file", { path: "a/long.txt", from: 449 })).toBe("449: line 449\n450: line 450");
  const part = String(await run("read_file", { path: "a/long.txt" })).split("\n");
  expect([part.length, part.at(-1)]).toEqual([201, "(450 lines; read on from 201)"]);
  expect(String(await run("read_file", { path: "a/long.txt", from: 3, to: 4 }))).toBe("3: line 3\n4: line 4");
});

test("a break at a file's end begins no further line", async () => {
  const ended = [{ id: "c.txt", text: "one\ntwo\n" }];
  const [list, read] = fileTools;
  expect(await list!.run({}, ended)).toBe("c.txt (2 lines)");
  expect(await read!.run({ path: "c.txt" }, ended)).toBe("1: one\n2: two");
});

test("a search is for the words as they stand, unless it is said to be a pattern", async () => {
  expect(await run("search", { query: "eur (net)" })).toBe("b.md:1: Costs: 3 EUR (net)");
  expect(await run("search", { query: "^costs: \\d", regex: true })).toBe("b.md:1: Costs: 3 EUR (net)");
  expect(await run("search", { query: "^costs: \\d" })).toBe("no line");
  const many = String(await run("search", { query: "line", path: "a/long.txt" })).split("\n");
  expect([many.length, many.at(-1)]).toEqual([51, "(450 lines in all; ask for less)"]);
});

test("a pattern that makes other engines search for years is answered at once", async () => {
  const text = { id: "x", text: "a".repeat(50_000) };
  expect(await fileTools[2]!.run({ query: "(a+)+$b", regex: true }, [text])).toBe("no line");
});

test("sums are worked out, and nothing else", async () => {
  expect(await run("calculate", { expression: "(2.5 + 0.5) * -4 / 3" })).toBe("-4");
  expect(await run("calculate", { expression: "2.664 + 0.119" })).toBe("2.783");
  expect(await run("calculate", { expression: "1.5e3 × 2 ÷ 3 − 1E-1" })).toBe("999.9");
  expect(await run("calculate", { expression: "123456789012 * 10" })).toBe("1234567890120");
});

test.each([
  ["read_file", { path: "../etc/passwd" }, "there is no file"],
  ["read_file", { path: "b.md", from: 3 }, "lines 1 to 2"],
  ["read_file", { path: "b.md", from: 2, to: 1 }, "lines 1 to 2"],
  ["search", { query: "(", regex: true }, "the pattern cannot be used"],
  ["search", { query: "x", path: "none" }, "there is no file"],
  ["search", { query: "" }, "the query is empty"],
  ["calculate", { expression: "process.exit()" }, "expected a number"],
  ["calculate", { expression: "1/0" }, "divides by zero"],
  ["calculate", { expression: "(".repeat(501) }, "501 characters"],
])("%s of %j fails with a reason", async (name, args, reason) => {
  const failing = (async () => run(name, args))();
  await expect(failing).rejects.toThrow(ToolFailure);
  await expect(failing).rejects.toThrow(reason);
});
