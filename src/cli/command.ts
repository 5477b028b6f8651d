/**
 * One shape for all commands. The flags are a Zod schema, so parsing, types and `--help` cannot disagree; `io` carries
 * output, environment and clock, so that a test needs no process.
 */
import { Command, CommanderError, Option } from "commander";
import { z } from "zod";
import type { Mistake } from "../errors.ts";
import { wrapped } from "../units/index.ts";

export interface Io {
  /** To standard output: the result. */
  readonly print: (text: string) => void;
  /** To standard error: progress and remarks. */
  readonly note: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly now: () => Date;
  readonly colour: boolean;
  /** Characters a line may have. */
  readonly width: number;
  /** Characters a line of a note may have; left out where notes are piped, and stay whole. */
  readonly noteWidth?: number;
  /** Null where nobody watches. */
  readonly progress: ((text: string | null) => void) | null;
  /** Puts a question on the terminal; null where nobody can answer. */
  readonly ask: ((question: string) => Promise<string>) | null;
  /** Resolves at the first Ctrl-C (stop soon) and at the second (stop now). */
  readonly interrupts: { readonly stopping: AbortSignal; readonly aborting: AbortSignal };
}

/** Exit codes, for scripts; `assay --help` prints them. */
export const exitCodes = {
  0: "it worked",
  1: "it could not: wrong input, no key, no room; three lines say why and how to mend it",
  2: "the command line was wrong: an unknown command or flag, or a value that the flag does not take",
  3: "the run is not complete: interrupted, its cost cap was reached, or a server is gone; go on with --resume",
  4: "it is complete, but parts of it failed: trials of a run, statements that could not be checked",
  100: "what was measured fell short of what was asked with --require, whether or not trials failed too",
  101: "a statement is contradicted by the evidence",
} as const;
export type ExitCode = keyof typeof exitCodes;

export interface CommandDefinition<Flags extends z.ZodObject = z.ZodObject> {
  /** Words of the command, e.g. `engine serve`. */
  readonly name: string;
  readonly summary: string;
  /** Positional arguments as help shows them: `<run>` or `[scenario]`. */
  readonly args?: readonly { readonly name: string; readonly describe: string }[];
  readonly flags: Flags;
  readonly examples?: readonly string[];
  readonly run: (input: { args: readonly string[]; flags: z.infer<Flags>; io: Io }) => Promise<ExitCode | undefined>;
}

/** By name, as in {@link CommandDefinition}: what loads a command. */
export type CommandTable = Readonly<Record<string, () => Promise<CommandDefinition>>>;

export function defineCommand<Flags extends z.ZodObject>(definition: CommandDefinition<Flags>): CommandDefinition {
  return definition as unknown as CommandDefinition;
}

/** A flag that may be given several times, or once with commas. */
export const listFlag = (describe: string) =>
  z
    .array(z.string())
    .default([])
    .transform((given) => given.flatMap((one) => one.split(",")).filter((one) => one !== ""))
    .describe(describe);

export const jsonFlag = z.boolean().default(false).describe("Print JSON, for other programs");

/** Parses a command line and runs the command it names. */
export async function runCommand(
  argv: readonly string[],
  table: CommandTable,
  version: string,
  io: Io,
): Promise<ExitCode> {
  const commands = await Promise.all(namesToLoad(argv, Object.keys(table)).map((name) => table[name]!()));
  let exitCode: ExitCode = 0;
  const program = newCommand("assay", io)
    .description("What an open-weight model really is, costs and does: claims in, evidence out.")
    .version(version, "-V, --version", "Print the version")
    .addHelpText("after", exitCodeHelp(io.width))
    .helpCommand("help [command]", "Show the help of a command");
  const groups = new Map<string, Command>();
  for (const definition of commands) {
    const [first, second] = definition.name.split(" ");
    const parent = second === undefined ? program : groupOf(first!, groups, program, commands, io);
    const command = newCommand(second ?? first!, io, definition.name).description(definition.summary);
    for (const { name, describe } of definition.args ?? []) command.argument(name, describe);
    for (const option of optionsOf(definition.flags)) command.addOption(option);
    if (definition.examples) command.addHelpText("after", exampleHelp(definition.examples, io.width));
    command.action(async (...received: unknown[]) => {
      const args = received
        .slice(0, definition.args?.length ?? 0)
        .flat()
        .filter((arg): arg is string => typeof arg === "string");
      const flags = definition.flags.safeParse(command.opts());
      if (flags.success) exitCode = (await definition.run({ args, flags: flags.data, io })) ?? 0;
      else {
        printMistake(flagMistake(definition, command.opts(), flags.error), io);
        exitCode = 2;
      }
    });
    parent.addCommand(command);
  }
  try {
    await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

/** The one command that is named; where there is none, all of them, which help and suggestions need. */
function namesToLoad([first, second]: readonly string[], names: readonly string[]): readonly string[] {
  if (first === "--version" || first === "-V") return [];
  const named = names.filter((name) => name === first || name === `${first} ${second}`);
  return named.length > 0 ? named : names;
}

/** What the CLI says of every mistake. */
export function printMistake({ happened, expected, mend }: Mistake, io: Pick<Io, "note" | "noteWidth">): void {
  const said = [`error:    ${happened}`, `expected: ${expected}`, `to mend:  ${mend}`].join("\n").split("\n");
  const { noteWidth: width } = io;
  const lines = width === undefined ? said : said.flatMap((line) => wrapped(line, width, " ".repeat(10)));
  io.note(lines.join("\n"));
}

/** @param words the command as it is typed after `assay` */
function newCommand(name: string, io: Io, words = name === "assay" ? "" : name): Command {
  return new Command(name)
    .exitOverride()
    .helpOption("-h, --help", "Show this help")
    .configureHelp({ minWidthToWrap: 20 })
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => io.print(text.trimEnd()),
      writeErr: (text) => io.note(text.trimEnd()),
      outputError: (text) => printMistake(commandLineMistake(text, `assay ${words}`.trim()), io),
      getOutHelpWidth: () => io.width,
    });
}

function groupOf(
  name: string,
  groups: Map<string, Command>,
  program: Command,
  commands: readonly CommandDefinition[],
  io: Io,
): Command {
  const known = groups.get(name);
  if (known !== undefined) return known;
  const members = commands.filter((command) => command.name.startsWith(`${name} `));
  const group = newCommand(name, io)
    .description(members.map(({ summary }) => summary).join(". "))
    .helpCommand(false);
  groups.set(name, group);
  program.addCommand(group);
  return group;
}

function optionsOf(flags: z.ZodObject): Option[] {
  const schema = z.toJSONSchema(flags, { io: "input", unrepresentable: "any" });
  return Object.entries(schema.properties ?? {}).map(([key, property]) => {
    if (typeof property === "boolean") throw new TypeError(`flag ${key} has no type`);
    const dashed = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const isList = property.type === "array";
    const value = property.type === "boolean" ? "" : " <value>";
    const short = shortFlags[key] ? `-${shortFlags[key]}, ` : "";
    const known = ["number", "string"].includes(typeof property.default) ? ` [${property.default}]` : "";
    const option = new Option(`${short}--${dashed}${value}`, `${property.description ?? ""}${known}`);
    if (isList) option.argParser((given: string, before: string[] | undefined) => [...(before ?? []), given]);
    if (property.enum) option.choices(property.enum.map(String));
    return option;
  });
}

// The letters that other evaluation tools have settled on.
const shortFlags: Readonly<Record<string, string>> = { output: "o", concurrency: "j", model: "m", verbose: "v" };

/** From Commander's words, such as `error: unknown option '--modl'\n(Did you mean --model?)`. */
function commandLineMistake(text: string, command: string): Mistake {
  const [happened = ""] = text.replace(/^error: /, "").split(/\. Allowed choices|\. Expected|\n/);
  const choices = /Allowed choices are (.*)\./.exec(text)?.[1];
  const close = /Did you mean (?:one of )?(.*)\?/.exec(text)?.[1];
  const nothingLike = happened.startsWith("missing")
    ? "every argument that the help shows in <…>"
    : "what the help lists";
  return {
    happened: happened.trim(),
    expected: choices ? `one of ${choices}` : close ? `perhaps ${close}` : nothingLike,
    mend: `\`${command} --help\` shows what there is`,
  };
}

function flagMistake({ name }: CommandDefinition, given: Record<string, unknown>, error: z.ZodError): Mistake {
  const issue = error.issues[0]!;
  const key = String(issue.path[0] ?? "");
  const flag = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const value = given[key];
  return {
    happened: `${flag} is ${JSON.stringify(Array.isArray(value) ? value.join(",") : value)}`,
    expected: expectationOf(issue),
    mend: `\`assay ${name} --help\` shows what ${flag} takes`,
  };
}

/** What a schema wanted, in a few words. */
export function expectationOf({ message }: { readonly message: string }): string {
  return message
    .replace(/^(Invalid input|Too (big|small)): /, "")
    .replace(/, received \w+$/, "")
    .replace(/^expected /, "")
    .replace(/^(number|string)(?= to be|$)/, "a $1")
    .replace(/^boolean$/, "true or false")
    .replace("to be >=", "from ")
    .replace("to be <=", "up to ")
    .replace("to be >", "above ")
    .replace("to be <", "below ");
}

/** A line that is too long goes on after a backslash, so that it can still be copied. */
function exampleHelp(examples: readonly string[], width: number): string {
  const lines = examples.map((line) => `  ${wrapped(line, width - 4, "    ").join(" \\\n")}`);
  return `\nExamples:\n${lines.join("\n")}`;
}

function exitCodeHelp(width: number): string {
  const rows = Object.entries(exitCodes).flatMap(([code, meaning]) =>
    wrapped(meaning, width - 7).map((line, index) => `  ${(index === 0 ? code : "").padStart(3)}  ${line}`),
  );
  return `\nExit codes:\n${rows.join("\n")}`;
}
