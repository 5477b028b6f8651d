/** A command without a process: what it prints, notes and asks, and its exit code. */

import { type CommandDefinition, printMistake, runCommand } from "../src/cli/command.ts";
import { UserError } from "../src/errors.ts";

export interface InProcess {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What somebody at the terminal answers, in this order, and Enter to what is asked after these. */
  readonly answers?: readonly string[];
}

export async function runInProcess(
  command: CommandDefinition,
  args: readonly string[],
  { cwd, env = {}, answers }: InProcess,
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
    width: 80,
    progress: null,
    ask: answers === undefined ? null : async (question: string) => answers[asked.push(question) - 1] ?? "",
    interrupts: { stopping: never, aborting: never },
  };
  const code = await runCommand([command.name, ...args], { [command.name]: async () => command }, "0", io).catch(
    (error: unknown) => {
      if (!(error instanceof UserError)) throw error;
      printMistake(error.mistake, io);
      return 1;
    },
  );
  return { code, printed: printed.join("\n"), noted: noted.join("\n"), asked };
}
