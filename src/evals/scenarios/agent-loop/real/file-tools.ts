/** The tools of an agent that reads: list, read, search the sample's material, and calculate. Nothing leaves the material. */
import { messageOf } from "../../../../errors.ts";
import { evaluate } from "../../../../ledger/index.ts";
import type { Tool } from "../../../../wire/index.ts";
import type { Document } from "../../../scenario.ts";

export interface FileTool extends Tool {
  /**
   * What the model reads.
   *
   * @param args  as the schema has them
   * @throws ToolFailure
   */
  readonly run: (args: Readonly<Record<string, unknown>>, material: readonly Document[]) => string | Promise<string>;
}

/** The call cannot be answered as it was made; the model is told why. */
export class ToolFailure extends Error {}

/** So that one answer fills no context; the model is told how to go on. */
const mostLines = 200;
const mostMatches = 50;
const longestLine = 400;
const longestExpression = 500;

const text = (description: string) => ({ type: "string", description });
const line = (description: string) => ({ type: "integer", minimum: 1, description });
const takes = (properties: object, required: readonly string[] = []) => ({
  ...{ type: "object", properties, required, additionalProperties: false },
});

export const fileTools: readonly FileTool[] = [
  {
    name: "list_files",
    description: "Lists the files, with their lengths.",
    parameters: takes({}),
    run: (_args, material) =>
      material.map((file) => `${file.id} (${linesOf(file).length} lines)`).join("\n") || "no files",
  },
  {
    name: "read_file",
    description: `Reads lines of a file, at most ${mostLines} at a time. Lines are numbered from 1.`,
    parameters: takes({ path: text("As list_files has it"), from: line("First line [1]"), to: line("Last line") }, [
      "path",
    ]),
    run: ({ path, from = 1, to }, material) =>
      readLines(fileNamed(String(path), material), Number(from), to as number | undefined),
  },
  {
    name: "search",
    description: `Finds lines in the files, at most ${mostMatches}.`,
    parameters: takes(
      {
        query: text("What the line contains; capitals do not count"),
        regex: { type: "boolean", description: "Whether the query is a regular expression [false]" },
        path: text("Only in this file"),
      },
      ["query"],
    ),
    run: async ({ query, regex, path }, material) => {
      if (query === "") throw new ToolFailure("the query is empty; read_file reads a file as it is");
      const files = path === undefined ? material : [fileNamed(String(path), material)];
      const matches = regex === true ? await matcher(String(query)) : containing(String(query));
      return found(files, matches);
    },
  },
  {
    name: "calculate",
    description: "Works out a sum: numbers, + - * / and brackets.",
    parameters: takes({ expression: text("e.g. (2.664 + 0.119) * 1000") }, ["expression"]),
    run: ({ expression }) => calculated(String(expression)),
  },
];

/** The break that ends the last line begins no other. */
const linesOf = ({ text: whole }: Document) => whole.replace(/\r?\n$/, "").split(/\r?\n/);
const shown = (whole: string) => (whole.length > longestLine ? `${whole.slice(0, longestLine)}…` : whole);

function fileNamed(path: string, material: readonly Document[]): Document {
  const file = material.find(({ id }) => id === path);
  if (file === undefined) throw new ToolFailure(`there is no file ${JSON.stringify(path)}; list_files has their names`);
  return file;
}

function readLines(file: Document, from: number, to: number | undefined): string {
  const lines = linesOf(file);
  if (from > lines.length || (to !== undefined && to < from))
    throw new ToolFailure(`${file.id} has lines 1 to ${lines.length}, not ${from} to ${to ?? lines.length}`);
  const last = Math.min(to ?? lines.length, lines.length, from + mostLines - 1);
  const read = lines.slice(from - 1, last).map((one, index) => `${from + index}: ${one}`);
  const rest =
    last < Math.min(to ?? lines.length, lines.length) ? [`(${lines.length} lines; read on from ${last + 1})`] : [];
  return [...read, ...rest].join("\n");
}

function found(files: readonly Document[], matches: (line: string) => boolean): string {
  const hits: string[] = [];
  let count = 0;
  for (const file of files)
    for (const [index, one] of linesOf(file).entries())
      if (matches(one) && ++count <= mostMatches) hits.push(`${file.id}:${index + 1}: ${shown(one)}`);
  if (count === 0) return "no line";
  return [...hits, ...(count > mostMatches ? [`(${count} lines in all; ask for less)`] : [])].join("\n");
}

function containing(query: string): (line: string) => boolean {
  const wanted = query.toLowerCase();
  return (one) => one.toLowerCase().includes(wanted);
}

/** By RE2, which is linear in the line: a model may write any pattern. */
async function matcher(pattern: string): Promise<(line: string) => boolean> {
  const { RE2JS } = await import("re2js");
  try {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern), RE2JS.CASE_INSENSITIVE);
    return (one) => compiled.matcher(one).find();
  } catch (error) {
    throw new ToolFailure(`the pattern cannot be used: ${messageOf(error)}`);
  }
}

function calculated(expression: string): string {
  if (expression.length > longestExpression)
    throw new ToolFailure(`the sum has ${expression.length} characters, at most ${longestExpression} are taken`);
  try {
    const value = evaluate(expression.replace(/[×·⋅]/g, "*").replaceAll("÷", "/").replace(/[−–]/g, "-"));
    // The 16th digit is what doubles round: 2.664 + 0.119 is 2.783.
    if (Number.isFinite(value)) return String(Number(value.toPrecision(15)));
  } catch (error) {
    throw new ToolFailure(messageOf(error));
  }
  throw new ToolFailure("the sum divides by zero, or is too large");
}
