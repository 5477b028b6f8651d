/** The real `assay` as a process of its own, in a folder of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const cliPath = fileURLToPath(new URL("../bin/assay.js", import.meta.url));

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface CliOptions {
  readonly cwd: string;
  /** Beside PATH and HOME; keys of the person who runs the tests stay out. */
  readonly env?: Readonly<Record<string, string>>;
  /** In place of Node and the program: a shell that limits them, say. */
  readonly command?: readonly [string, ...string[]];
}

export function startCli(
  args: readonly string[],
  { cwd, env, command = [process.execPath, cliPath] }: CliOptions,
): CliProcess {
  const [file, ...before] = command;
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(file, [...before, ...args], {
    cwd,
    env: { PATH, HOME, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (piece) => (stdout += piece));
  child.stderr?.on("data", (piece) => (stderr += piece));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}

export const runCli = (args: readonly string[], options: CliOptions): Promise<Ended> => startCli(args, options).ended;

/** An empty folder, and what takes it away. */
export function temporaryFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "assay-test-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
