/** `assay run [scenario|file]`: asks every candidate, scores the answers, and ends with a report. */
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { UserError } from "../../errors.ts";
import {
  type CandidateInfo,
  estimate,
  type Plan,
  plannedCount,
  type RunInfo,
  runTrials,
  type Scenario,
  type Trial,
} from "../../evals/index.ts";
import { verdictOf } from "../../report/index.ts";
import type { Route } from "../../routes/index.ts";
import type { Store } from "../../store/index.ts";
import { formatMs, formatTokens, formatUsd, wrapped } from "../../units/index.ts";
import { sendCall } from "../../wire/index.ts";
import { candidatesOf } from "../candidates.ts";
import { defineCommand, type ExitCode, type Io, jsonFlag } from "../command.ts";
import { Job, parseJob, readJob, scenarioOf } from "../job.ts";
import { progressBar } from "../progress.ts";
import { hasStore, openEarlierStore, openOwnStore, printResult, reportFlags, storeFlag, withRun } from "../result.ts";

const flags = Job.omit({ scenario: true }).extend({
  dryRun: z.boolean().default(false).describe("Say how many calls, tokens, money and minutes, and stop"),
  resume: z.string().optional().describe("Go on with a run: its id, or `latest`"),
  require: z.coerce
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe("Exit 100 if a candidate's grounded share is below this"),
  ...reportFlags,
  ...storeFlag,
  json: jsonFlag,
});
type Flags = z.infer<typeof flags>;

export const runCommand = defineCommand({
  name: "run",
  summary: "Measure grounding, cost, latency and KV cache of candidates together",
  args: [
    {
      name: "[scenario|file]",
      describe: "`grounding`, or a YAML file with the same settings as the flags (default: grounding)",
    },
  ],
  flags,
  examples: [
    "assay run grounding  # the embedded specimens, offline",
    "assay run grounding --model deepseek/deepseek-chat --context 4K,32K --dry-run",
    "assay run grounding --base-url http://localhost:8000/v1 --model my-model",
    "assay run grounding --gguf model.gguf --haystack notes.txt",
    "assay run --resume latest  # goes on after Ctrl-C or a crash",
  ],
  async run({ args: [scenarioOrFile = "grounding"], flags, io }) {
    if (flags.resume !== undefined) return resume(flags.resume, flags, io);
    const job = readJob(scenarioOrFile, flags, io.cwd);
    if (flags.dryRun) return dryRun(job, flags, io);
    const store = await openOwnStore(flags, io);
    return measure(job, null, store, flags, io).finally(() => store.close());
  },
});

/** A finished run has nothing left to ask: its result is shown, whatever has become of its models since. */
function resume(id: string, flags: Flags, io: Io): Promise<ExitCode> {
  const settings = settingsForTheRest(flags);
  return withRun(id, flags, io, (earlier, store) =>
    earlier.status === "finished"
      ? printResult(earlier, store, flags, io, 0)
      : measure(parseJob({ ...earlier.options, ...settings }, `run ${earlier.id}`, io.cwd), earlier, store, flags, io),
  );
}

/** What may be set anew for the rest of a run: how far it may go, and nothing that could move its numbers. */
const resumable = ["maxCost", "allowUnknownPrice", "retries", "timeout"];

function settingsForTheRest(flags: Flags): Record<string, unknown> {
  const given = Object.entries(flags).filter(([key, value]) => key in Job.shape && value !== undefined);
  const fixed = flags.dryRun ? "dryRun" : given.find(([key]) => !resumable.includes(key))?.[0];
  if (fixed === undefined) return Object.fromEntries(given);
  throw new UserError({
    happened: `${flagName(fixed)} is given together with --resume`,
    expected: `a run goes on with its own settings; only ${resumable.map(flagName).join(", ")} can change`,
    mend: "leave it out, or start a new run",
  });
}

const flagName = (key: string) => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

async function measure(job: Job, earlier: RunInfo | null, store: Store, flags: Flags, io: Io): Promise<ExitCode> {
  const scenario = scenarioOf(job);
  const candidates = await candidatesOf(job, io);
  try {
    const plan = planOf(job, scenario, candidates.routes);
    refuseUnknownPrices(job, candidates.routes);
    const run = earlier ?? newRun(plan, job, io);
    if (earlier === null) await store.startRun(run);
    else refuseOtherRun(earlier, identityOf(plan, job));
    const end = await measureTrials(run, plan, job, store, io);
    await store.markRun(run.id, end === "finished" ? "finished" : "interrupted", io.now().toISOString());
    if (end !== "finished")
      io.note(
        `${end === "interrupted" ? "Stopped" : "The cost cap is reached"}. Nothing is lost; go on with: assay run --resume ${run.id}`,
      );
    return await printResult(await store.findRun(run.id), store, flags, io, end !== "finished" ? 3 : 0);
  } finally {
    await candidates.close();
  }
}

const concurrencyOf = (job: Job) => (route: Route) => job.concurrency ?? (route.kind === "vendor" ? 8 : 1);

async function measureTrials(run: RunInfo, plan: Plan, job: Job, store: Store, io: Io) {
  const done = await store.doneTrials(run.id);
  const limits = { timeoutMs: (job.timeout ?? 600) * 1_000 };
  const bar = progressBar(io, run.id);
  const watch = progressOf(plan, done.size, bar.update, io);
  try {
    return await runTrials({
      plan,
      concurrency: concurrencyOf(job),
      retries: job.retries ?? 3,
      recorder: store.recorder(run.id),
      isDone: (trialId) => done.has(trialId),
      send: (route, request, signal) => sendCall(route.endpoint, request, { limits, signal }),
      judge: null,
      sleep: (ms, signal) => wait(ms, undefined, { signal }).catch(() => {}),
      budget: job.maxCost === undefined ? null : store.budget(run.id, job.maxCost),
      stopping: io.interrupts.stopping,
      aborting: io.interrupts.aborting,
      onTrial: watch,
    });
  } finally {
    bar.done();
  }
}

/** Draws the bar, and says a line for each candidate that is through. */
function progressOf(plan: Plan, alreadyDone: number, draw: (share: number, remark: string) => void, io: Io) {
  const total = plannedCount(plan);
  const startedAt = performance.now();
  let finished = 0;
  let failed = 0;
  const tally = new Map(plan.routes.map((route) => [route.id, tallyOf(plannedCount({ ...plan, routes: [route] }))]));
  return (trial: Trial) => {
    finished++;
    const own = tally.get(trial.candidate)!;
    own.left--;
    if (trial.outcome === "failed") failed++;
    if (trial.outcome === "scored") {
      const counted = trial.answerable ? own.answerable : own.unanswerable;
      counted.asked++;
      if (verdictOf({ trial }) === "right") counted.right++;
    } else own[trial.outcome]++;
    const share = (alreadyDone + finished) / total;
    const left = ((performance.now() - startedAt) / finished) * (total - alreadyDone - finished);
    draw(
      share,
      `${alreadyDone + finished} of ${total}${failed ? ` · ${failed} failed` : ""} · ${trial.candidate} · ${formatMs(left)} left`,
    );
    if (own.left === 0) {
      io.progress?.(null);
      io.note(`${trial.candidate}: ${inWords(own)}`);
    }
  };
}

const tallyOf = (left: number) => ({
  answerable: { asked: 0, right: 0 },
  unanswerable: { asked: 0, right: 0 },
  failed: 0,
  skipped: 0,
  left,
});

function inWords({ answerable, unanswerable, failed, skipped }: ReturnType<typeof tallyOf>): string {
  return [
    `grounded ${answerable.right} of ${answerable.asked}`,
    `abstained ${unanswerable.right} of ${unanswerable.asked}`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ].join(", ");
}

/** Questions a cell: one document's show a cache and a speed, and a model that knows nothing has no more to tell. */
const calibrationSamples = 6;

function planOf(job: Job, scenario: Scenario, routes: readonly Route[]): Plan {
  const sparing = job.model === undefined;
  return {
    scenario,
    routes,
    repeats: job.repeats ?? 1,
    limit: ({ kind }) =>
      Math.min(
        job.limit ?? Number.POSITIVE_INFINITY,
        sparing && kind === "calibration specimen" ? calibrationSamples : Number.POSITIVE_INFINITY,
      ),
    temperature: job.temperature ?? 0,
    seed: job.seed ?? 1,
    maxTokens: job.maxTokens ?? null,
  };
}

function newRun(plan: Plan, job: Job, io: Io): RunInfo {
  const startedAt = io.now().toISOString();
  const { name, version, question, source } = plan.scenario;
  return {
    id: `${startedAt.slice(0, 10)}-${name}-${randomBytes(3).toString("hex")}`,
    scenario: { name, version, question, source },
    startedAt,
    finishedAt: null,
    status: "running",
    seed: plan.seed,
    identity: identityOf(plan, job),
    options: job,
    candidates: plan.routes.map(candidateInfo),
    plannedTrials: plannedCount(plan),
    versions: versions(),
  };
}

function candidateInfo(route: Route): CandidateInfo {
  const { id, kind, notice, model, attention, trainedContextTokens, kvCache, cacheRule, price } = route;
  const baseUrl = kind === "vendor" ? route.endpoint.baseUrl : "embedded engine";
  const rule = cacheRule?.name ?? null;
  return { id, kind, notice, baseUrl, model, attention, trainedContextTokens, kvCache, cacheRule: rule, price };
}

/** SHA-256 over all that could move the numbers; the address of the embedded engine is none of it. */
function identityOf(plan: Plan, job: Job): string {
  const { scenario, routes, repeats, temperature, seed, maxTokens } = plan;
  const { name, version, options } = scenario;
  const sampling = { repeats, limits: routes.map(plan.limit), temperature, seed, maxTokens };
  const moved = {
    name,
    version,
    options,
    sampling,
    kvType: job.kvType ?? "f16",
    candidates: routes.map(candidateInfo),
    files: routes.map(({ fingerprint }) => fingerprint ?? null),
    versions: versions(),
  };
  return createHash("sha256").update(JSON.stringify(moved)).digest("hex");
}

function versions(): Record<string, string> {
  const versionOf = (url: URL) => JSON.parse(readFileSync(url, "utf8")).version as string;
  // The package does not export its package.json; it stands above its entry, wherever npm has put it.
  const engine = versionOf(new URL("../package.json", import.meta.resolve("node-llama-cpp")));
  return {
    assay: versionOf(new URL("../../../package.json", import.meta.url)),
    node: process.versions.node,
    "node-llama-cpp": engine,
    platform: `${process.platform}-${process.arch}`,
  };
}

function refuseOtherRun(earlier: RunInfo, identity: string): void {
  if (earlier.identity === identity) return;
  throw new UserError({
    happened: `run ${earlier.id} cannot go on: what it measures is no longer the same`,
    expected: "the same models, files, versions and settings as when it was started",
    mend: "start a new run; the old one stays as it is",
  });
}

function refuseUnknownPrices(job: Job, routes: readonly Route[]): void {
  if (job.maxCost === undefined || job.allowUnknownPrice) return;
  const unpriced = routes.find(({ kind, price }) => kind === "vendor" && price === null);
  if (unpriced === undefined) return;
  throw new UserError({
    happened: `--max-cost cannot be held: the price of ${unpriced.id} is not known`,
    expected: "a price for every vendor's model",
    mend: "give it with --price input=…,output=…, or accept calls of unknown cost with --allow-unknown-price",
  });
}

async function dryRun(job: Job, flags: Flags, io: Io): Promise<ExitCode> {
  const scenario = scenarioOf(job);
  const { routes } = await candidatesOf(job, io, false);
  const means = hasStore(flags, io) ? await meanCallMs(routes, flags, io) : new Map<string, null>();
  const rows = estimate(planOf(job, scenario, routes), concurrencyOf(job), (candidate) => means.get(candidate) ?? null);
  if (flags.json) {
    io.print(JSON.stringify(rows, null, 2));
    return 0;
  }
  const total = (of: (row: (typeof rows)[number]) => number | null) =>
    rows.reduce<number | null>((sum, row) => (sum === null || of(row) === null ? null : sum + of(row)!), 0);
  const cost = (usd: number | null, kind?: Route["kind"]) =>
    usd !== null ? `at most ${formatUsd(usd)}` : kind === "vendor" ? "price unknown" : "no price: runs here";
  const say = (text: string) => io.print(wrapped(text, io.width, "  ").join("\n"));
  for (const row of rows) {
    const kind = routes.find(({ id }) => id === row.candidate)?.kind;
    say(
      `${row.candidate}: ${row.calls} calls, about ${formatTokens(row.inputTokens)} tokens in, at most ${formatTokens(row.mostOutputTokens)} out, ${cost(row.mostCostUsd, kind)}, ${duration(row.minutes)}`,
    );
  }
  const calls = total((row) => row.calls)!;
  const minutes = total((row) => row.minutes);
  const usd = total((row) => row.mostCostUsd);
  say(
    `together: ${calls} calls, ${usd === null ? "money unknown where no price is given" : cost(usd)}, ${duration(minutes)}. Nothing was sent.`,
  );
  return 0;
}

async function meanCallMs(routes: readonly Route[], flags: Flags, io: Io): Promise<Map<string, number | null>> {
  const store = await openEarlierStore(flags, io);
  const means = routes.map(async ({ id }) => [id, await store.meanCallMs(id)] as const);
  return new Map(await Promise.all(means).finally(() => store.close()));
}

const duration = (minutes: number | null) =>
  minutes === null ? "time unknown (no earlier call to go by)" : `about ${formatMs(minutes * 60_000)}`;
