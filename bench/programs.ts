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

export interface ServerProcess extends AsyncDisposable {
  readonly baseUrl: string;
}

/** The fake model server, in a process of its own. */
export async function startServer(...args: readonly string[]): Promise<ServerProcess> {
  const child = spawn(process.execPath, [pathOf("../test/fake-server/main.ts"), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const line = await new Promise<Buffer>((resolve, reject) => {
    child.stdout.once("data", resolve);
    child.once("close", () => reject(new Error("the fake server did not start")));
  });
  const { baseUrl } = JSON.parse(line.toString()) as { baseUrl: string };
  return {
    baseUrl,
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
