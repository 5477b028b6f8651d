/** Commands without a process of their own: what they print, note and ask, and their exit code. */
import { type CommandDefinition, type CommandTable, printMistake, runCommand } from "../src/cli/command.ts";
import { commands } from "../src/cli/commands.ts";
import { UserError } from "../src/errors.ts";

export interface InProcess {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What somebody at the terminal answers, in this order, and Enter to what is asked after these. */
  readonly answers?: readonly string[];
  /** Columns of the terminal [80]. */
  readonly width?: number;
  /** Of the one that shows notes; left out where they are piped. */
  readonly noteWidth?: number;
}

export const runInProcess = (command: CommandDefinition, args: readonly string[], options: InProcess) =>
  run({ [command.name]: async () => command }, [command.name, ...args], options);

/** As the real `assay` would be called, but for what belongs to a process: signals, streams, `.env`. */
export const assayInProcess = (args: readonly string[], options: InProcess) => run(commands, args, options);

async function run(
  table: CommandTable,
  args: readonly string[],
  { cwd, env = {}, answers, width = 80, noteWidth }: InProcess,
) {
  const printed: string[] = [];
  const noted: string[] = [];
  const asked: string[] = [];
  const never = new AbortController().signal;
  const io = {
    print: (text: string) => printed.push(text),
    note: (text: string) => noted.push(text),
    env,
    cwd,
    now: () => new Date(0),
    colour: false,
    width,
    ...(noteWidth !== undefined && { noteWidth }),
    progress: null,
    ask: answers === undefined ? null : async (question: string) => answers[asked.push(question) - 1] ?? "",
    interrupts: { stopping: never, aborting: never },
  };
  const code = await runCommand(args, table, "0", io).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    printMistake(error.mistake, io);
    return 1;
  });
  return { code, printed: printed.join("\n"), noted: noted.join("\n"), asked };
}
