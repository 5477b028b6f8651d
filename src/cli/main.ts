/** The `assay` command: binds the commands to this process. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseEnv } from "node:util";
import { setFlagsFromString } from "node:v8";
import { UserError } from "../errors.ts";
import { type Io, printMistake, runCommand } from "./command.ts";
import { commands } from "./commands.ts";

// A run makes much garbage and keeps little. Left alone, V8 lets the heap grow to several times what is in use.
setFlagsFromString("--semi-space-growth-factor=1");
setFlagsFromString("--heap-growing-percent=35");

process.stdout.on("error", outputBroke);
process.stderr.on("error", outputBroke);
process.exitCode = await main();

async function main(): Promise<number> {
  const version = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version as string;
  const io = processIo();
  try {
    return await runCommand(process.argv.slice(2), commands, version, io);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    printMistake(error.mistake, io);
    return 1;
  }
}

function processIo(): Io {
  const watched = process.stderr.isTTY === true;
  // Only a command that can stop cleanly takes Ctrl-C into its own hands.
  let signals: Io["interrupts"] | undefined;
  return {
    print: (text) => process.stdout.write(`${text}\n`),
    note: (text) => process.stderr.write(`${text}\n`),
    env: { ...dotEnv(process.cwd()), ...process.env },
    cwd: process.cwd(),
    now: () => new Date(),
    colour: process.stdout.isTTY === true && !process.env.NO_COLOR,
    width: columnsOf(process.stdout),
    ...(watched && { noteWidth: columnsOf(process.stderr) }),
    progress: watched ? (text) => process.stderr.write(text === null ? "\r\x1b[2K" : `\r\x1b[2K${text}`) : null,
    ask: watched && process.stdin.isTTY === true ? askOnTerminal : null,
    get interrupts() {
      signals ??= interruptSignals();
      return signals;
    },
  };
}

function columnsOf({ columns }: NodeJS.WriteStream): number {
  return Math.max(60, Math.min(Number(process.env.COLUMNS) || columns || 100, 120));
}

/** @throws UserError where the input ends, or Ctrl-C is pressed, before there is an answer */
async function askOnTerminal(question: string): Promise<string> {
  const { createInterface } = await import("node:readline/promises");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new Promise<null>((resolve) => terminal.once("close", () => resolve(null)));
  const answer = await Promise.race([terminal.question(question).catch(() => null), closed]);
  terminal.close();
  if (answer !== null) return answer.trim();
  process.stderr.write("\n");
  throw new UserError({
    happened: `"${question.trim()}" got no answer`,
    expected: "an answer, or Enter for what stands in brackets",
    mend: "start again; every answer has a flag, too: see --help",
  });
}

/** The nearest `.env`, here or in a folder above; what the environment sets already wins. */
function dotEnv(folder: string): Record<string, string | undefined> {
  try {
    return parseEnv(readFileSync(join(folder, ".env"), "utf8"));
  } catch {
    return dirname(folder) === folder ? {} : dotEnv(dirname(folder));
  }
}

/** First Ctrl-C: finish what is under way. Second: give it up. Third: the process ends as usual. */
function interruptSignals(): Io["interrupts"] {
  const stopping = new AbortController();
  const aborting = new AbortController();
  const onSignal = () => {
    if (stopping.signal.aborted) {
      aborting.abort();
      process.off("SIGINT", onSignal);
      process.off("SIGTERM", onSignal);
    } else stopping.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return { stopping: stopping.signal, aborting: aborting.signal };
}

/** A reader that has seen enough, such as `head`, is no error; a full disk is one. */
function outputBroke(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(0);
  // What is written here may not arrive either: standard error may be on the same disk.
  process.stderr.off("error", outputBroke).on("error", () => {});
  printMistake(
    {
      happened: `the output cannot be written: ${error.message}`,
      expected: "a disk with room, or a program that reads it",
      mend: "free some space, or send the output elsewhere",
    },
    { note: (text) => process.stderr.write(`${text}\n`) },
  );
  process.exit(1);
}
