/** What the programs that send requests in a loop are told. */
import { parseArgs } from "node:util";

export interface LoopOptions {
  readonly baseUrl: string;
  readonly trials: number;
  readonly concurrency: number;
  readonly store: string;
}

export function loopOptions(): LoopOptions {
  const { values } = parseArgs({
    options: {
      "base-url": { type: "string", default: "" },
      trials: { type: "string", default: "10000" },
      concurrency: { type: "string", default: "32" },
      store: { type: "string", default: ":memory:" },
    },
  });
  const { "base-url": baseUrl, trials, concurrency, store } = values;
  return { baseUrl, trials: Number(trials), concurrency: Number(concurrency), store };
}

/** The result of a loop, for the process that started it. */
export function printLoop(trials: number, startedAt: number, cpuBefore: NodeJS.CpuUsage): void {
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  process.stdout.write(
    `${JSON.stringify({ callsPerSecond: trials / seconds, cpuUsPerCall: (user + system) / trials })}\n`,
  );
}
