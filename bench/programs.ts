/** Programs as processes of their own: how long they took and how much memory they had. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Finished {
  readonly stdout: string;
  readonly stderr: string;
  /** From starting the process to its end. */
  readonly wallMs: number;
  /** The most memory that one of its processes had resident. */
  readonly peakRssBytes: number;
}

export interface ProgramOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that are no failure. */
  readonly accept?: readonly number[];
}

export const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const preload = new URL("peak-memory.js", import.meta.url).href;

/** Runs a Node program to its end. */
export async function runNode(
  args: readonly string[],
  { cwd, env, accept = [0] }: ProgramOptions = {},
): Promise<Finished> {
  using peaks = temporaryFolder();
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...env, BENCH_PEAK_FOLDER: peaks.path, NODE_OPTIONS: `--import=${preload}` },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (piece) => {
    stdout += piece;
  });
  child.stderr.on("data", (piece) => {
    stderr += piece;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const wallMs = performance.now() - startedAt;
  if (code === null || !accept.includes(code))
    throw new Error(`${args.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
  const seen = readdirSync(peaks.path).map((file) => Number(readFileSync(join(peaks.path, file), "utf8")));
  return { stdout, stderr, wallMs, peakRssBytes: Math.max(...seen) };
}

interface Announced {
  readonly baseUrl: string;
}

/** A server in a process of its own, the fake model server if none is named; it announces itself in one line of JSON. */
export async function startServer<T extends Announced = Announced>(
  program = "../test/fake-server/main.ts",
): Promise<T & AsyncDisposable> {
  const child = spawn(process.execPath, [pathOf(program)], { stdio: ["ignore", "pipe", "inherit"] });
  const line = await new Promise<Buffer>((resolve, reject) => {
    child.stdout.once("data", resolve);
    child.once("close", () => reject(new Error(`${program} did not start`)));
  });
  return {
    ...(JSON.parse(line.toString()) as T),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => child.once("close", resolve));
      child.kill();
      await closed;
    },
  };
}

export function temporaryFolder(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "assay-bench-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
