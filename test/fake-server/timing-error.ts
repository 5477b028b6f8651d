/**
 * How far the times that `sendCall` records are from the times at which the server, in its own process, wrote the events:
 * `node test/fake-server/timing-error.ts --concurrency 32`. Both stand on the machine's monotonic clock, so that an error
 * is one way: the kernel, the event loop's delay, and nothing that cancels out.
 */
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { randomFrom } from "../../src/stats/index.ts";
import { sendCall } from "../../src/wire/index.ts";
import { type LogEntry, monotonicOriginMs } from "./server.ts";

export interface TimingErrors {
  /** Arrival less sending of each event with tokens, ms, ascending. */
  readonly arrivalMs: readonly number[];
  /** The recorded gap less the server's, without sign, ms, ascending. */
  readonly gapMs: readonly number[];
  /** TTFT as recorded less the server's time from request to first token, ms, ascending. */
  readonly ttftMs: readonly number[];
}

export interface TimingLoad {
  readonly concurrency: number;
  readonly callsEach: number;
  readonly tokens: number;
  readonly paceMs: number;
  /**
   * The longest a stream waits between its calls, ms, evenly spread; 0 where nothing is said. Streams that all start at
   * once stand in the server's queue, which its log does not count and ours cannot know.
   */
  readonly thinkMs?: number;
}

export async function measureTimingErrors(load: TimingLoad): Promise<TimingErrors> {
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  const child = spawn(process.execPath, [main], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [line] = (await new Promise<Buffer>((resolve) => child.stdout.once("data", resolve))).toString().split("\n");
    const { baseUrl } = JSON.parse(line!) as { baseUrl: string };
    return await measureAt(baseUrl, load);
  } finally {
    child.kill();
  }
}

async function measureAt(baseUrl: string, load: TimingLoad): Promise<TimingErrors> {
  const endpoint = { baseUrl, protocol: "openai-chat", apiKey: null } as const;
  const originMs = monotonicOriginMs();
  const seen: { id: string; sentAt: number; tokensAt: number[] }[] = [];
  const one = async (script: string): Promise<void> => {
    // The first look at the clock is when the call is asked for.
    let askedAt: number | undefined;
    const now = (): number => {
      const at = performance.now() + originMs;
      askedAt ??= at;
      return at;
    };
    const call = await sendCall(
      endpoint,
      { model: script, messages: [{ role: "user", content: "hi" }], stream: true },
      { clock: { now, date: () => new Date() } },
    );
    const { timings, answer, failure } = call;
    if (failure || timings.firstContentMs === null) throw new Error(failure?.message ?? "no token came");
    const sentAt = (askedAt ?? 0) + (timings.connectMs ?? 0);
    const tokensAt = [sentAt + timings.firstContentMs];
    for (const gap of timings.gapsUs) tokensAt.push(tokensAt.at(-1)! + gap / 1000);
    seen.push({ id: answer.responseId ?? "", sentAt, tokensAt });
  };
  // Warm: code is compiled and connections are open.
  await Promise.all(Array.from({ length: load.concurrency }, () => one("answer?tokens=200&paceMs=1")));
  seen.length = 0;
  const script = `answer?tokens=${load.tokens}&paceMs=${load.paceMs}&ttftMs=20`;
  await Promise.all(
    Array.from({ length: load.concurrency }, async (_, stream) => {
      const random = randomFrom(`stream ${stream}`);
      for (let i = 0; i < load.callsEach; i += 1) {
        if (load.thinkMs) await sleep(random.uniform() * load.thinkMs);
        await one(script);
      }
    }),
  );

  const served = (await (await fetch(new URL("/log", baseUrl))).json()) as { originMs: number; log: LogEntry[] };
  const byId = new Map(served.log.map((entry) => [`fake-${entry.request}`, entry]));
  const errors = { arrivalMs: [] as number[], gapMs: [] as number[], ttftMs: [] as number[] };
  for (const { id, sentAt, tokensAt } of seen) {
    const entry = byId.get(id)!;
    const sent = entry.tokensSentAt.map((at) => at + served.originMs);
    if (sent.length !== tokensAt.length) throw new Error(`${id}: ${sent.length} tokens sent, ${tokensAt.length} seen`);
    errors.ttftMs.push(tokensAt[0]! - sentAt - (entry.tokensSentAt[0]! - entry.receivedAt));
    for (const [i, at] of tokensAt.entries()) {
      errors.arrivalMs.push(at - sent[i]!);
      if (i > 0) errors.gapMs.push(Math.abs(at - tokensAt[i - 1]! - (sent[i]! - sent[i - 1]!)));
    }
  }
  for (const values of Object.values(errors)) values.sort((a, b) => a - b);
  return errors;
}

/** @param sorted  ascending, not empty */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      concurrency: { type: "string", default: "32" },
      calls: { type: "string", default: "10" },
      tokens: { type: "string", default: "100" },
      pace: { type: "string", default: "10" },
    },
  });
  const errors = await measureTimingErrors({
    concurrency: Number(values.concurrency),
    callsEach: Number(values.calls),
    tokens: Number(values.tokens),
    paceMs: Number(values.pace),
  });
  for (const [name, sorted] of Object.entries(errors)) {
    const shown = [0.5, 0.9, 0.99, 1].map((share) => `p${share * 100} ${quantile(sorted, share).toFixed(3)}`);
    process.stdout.write(`${name.padEnd(9)} n ${sorted.length}  ${shown.join("  ")}\n`);
  }
}
