/** `assay run [scenario|file]`: asks every candidate, scores the answers, and ends with a report. */
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { UserError } from "../../errors.ts";
import {
  type ArmSpent,
  Halt,
  type Plan,
  type RunEnd,
  type RunInfo,
  type RunOptions,
  roomUnder,
  runSequentially,
  runTrials,
} from "../../evals/index.ts";
import type { Route } from "../../routes/index.ts";
import type { Store } from "../../store/index.ts";
import { wrapped } from "../../units/index.ts";
import { sendCall } from "../../wire/index.ts";
import { type Candidates, candidatesOf, refuseUnknownPrices, retrievalBy } from "../candidates.ts";
import { defineCommand, type ExitCode, type Io, jsonFlag } from "../command.ts";
import { refuseUnusedRetrievalPrices } from "../given-prices.ts";
import { planSummary, planText } from "../plan-summary.ts";
import { progressBar } from "../progress.ts";
import { findPassages, type OpenQuestion, questionOf } from "../question.ts";
import { openOwnStore, printResult, reportFlags, storeFlag, withRun } from "../result.ts";
import { concurrencyOf, identityOf, newRun, planOf } from "../run-plan.ts";
import { runProgress } from "../run-progress.ts";
import { flagName, parseSettings, readSettings, Settings } from "../settings.ts";

const flags = Settings.omit({ scenario: true, job: true }).extend({
  dryRun: z.boolean().default(false).describe("Say how many calls, tokens, money and minutes, and stop"),
  resume: z.string().optional().describe("Go on with a run: its id, or `latest`"),
  require: z.coerce
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe(
      "Exit 100 if a candidate's grounded share, or the quality of its answers in a job, is below this, 0 to 1",
    ),
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
      describe:
        "`grounding`, `replay`, `cache-probes`, `preference`, a job's file, or a YAML file with the same settings as the flags (default: grounding)",
    },
  ],
  flags,
  examples: [
    "assay run grounding  # the embedded specimens, offline",
    "assay run grounding --model deepseek/deepseek-chat --context 4K,32K --dry-run",
    "assay run grounding --base-url http://localhost:8000/v1 --model my-model",
    "assay run job.yaml  # your own questions; `assay init` writes a first file",
    "assay run grounding --gguf model.gguf --haystack notes.txt",
    "assay run replay --trace trace.jsonl --model vllm/my-model  # an agent's requests again, turn by turn",
    "assay run preference --answers-of latest --model openai/gpt-5-mini  # a judge holds two candidates' answers against each other",
    "assay run --resume latest  # goes on after Ctrl-C or a crash",
  ],
  async run({ args: [scenarioOrFile = "grounding"], flags, io }) {
    if (flags.resume !== undefined) return resume(flags.resume, flags, io);
    const settings = readSettings(scenarioOrFile, flags, io.cwd);
    if (flags.require !== undefined) refuseToRequire(settings);
    if (flags.dryRun) {
      const summary = await planSummary(settings, { store: flags.store }, io);
      io.print(flags.json ? JSON.stringify(summary, null, 2) : planText(summary, io.width));
      return 0;
    }
    const store = await openOwnStore(flags, io);
    return measure(settings, null, store, flags, io).finally(() => store.close());
  },
});

/** Loops are measured, not judged. */
function refuseToRequire({ scenario }: Settings): void {
  if (scenario === "grounding" || scenario === "job") return;
  throw new UserError({
    happened: `--require is given, and ${scenario} judges no answers`,
    expected: "a scenario whose answers have a quality",
    mend: "leave --require out",
  });
}

/** A finished run has nothing left to ask: its result is shown, whatever has become of its models since. */
function resume(id: string, flags: Flags, io: Io): Promise<ExitCode> {
  const settings = settingsForTheRest(flags);
  return withRun(id, flags, io, (earlier, store) =>
    earlier.status === "finished"
      ? printResult(earlier, store, flags, io, 0)
      : measure(
          parseSettings({ ...earlier.options, ...settings }, `run ${earlier.id}`, io.cwd),
          earlier,
          store,
          flags,
          io,
        ),
  );
}

/** What may be set anew for the rest of a run: how far it may go, and nothing that could move its numbers. */
const resumable = ["maxCost", "allowUnknownPrice", "retries", "timeout"];

function settingsForTheRest(flags: Flags): Record<string, unknown> {
  const given = Object.entries(flags).filter(([key, value]) => key in Settings.shape && value !== undefined);
  const fixed = flags.dryRun ? "dryRun" : given.find(([key]) => !resumable.includes(key))?.[0];
  if (fixed === undefined) return Object.fromEntries(given);
  throw new UserError({
    happened: `${flagName(fixed)} is given together with --resume`,
    expected: `a run goes on with its own settings; only ${resumable.map(flagName).join(", ")} can change`,
    mend: "leave it out, or start a new run",
  });
}

async function measure(
  settings: Settings,
  earlier: RunInfo | null,
  store: Store,
  flags: Flags,
  io: Io,
): Promise<ExitCode> {
  const question = await questionOf(settings, (use) => use(store));
  if (earlier === null) refuseUnusedRetrievalPrices(settings, question.needs);
  const candidates = await candidatesOf(question, io);
  try {
    refuseUnknownPrices(question, candidates);
    const opened = await question.open(io.interrupts.aborting);
    // What asks nobody is found before there is a run, so that a mistake in a job leaves none behind.
    if (opened.asksModels !== true) await findPassages(opened, null, io);
    const plan = planOf(question, opened.scenario, candidates.routes);
    const run = earlier ?? newRun(plan, question, candidates, io.now().toISOString());
    if (earlier === null) await store.startRun(run);
    else refuseOtherRun(earlier, identityOf(plan, question.settings, candidates));
    sayNotes(run, io);
    const found =
      opened.asksModels === true ? await findByModels(opened, run, candidates, question.settings, store, io) : null;
    const end = found ?? (await measureTrials(run, plan, candidates.judge, question.settings, store, io));
    await store.markRun(run.id, end === "finished" ? "finished" : "interrupted", io.now().toISOString());
    if (end !== "finished")
      io.note(
        `${whyItEnded[end]}. ${found === null ? "What is answered is kept" : "Not all passages are found, and the next part begins with the first one again"}; go on with: assay run --resume ${run.id}${end === "cost cap reached" ? " --max-cost <more>" : ""}`,
      );
    return await printResult(await store.findRun(run.id), store, flags, io, end !== "finished" ? 3 : 0);
  } finally {
    await candidates.close();
  }
}

const whyItEnded: Readonly<Record<Exclude<RunEnd, "finished">, string>> = {
  interrupted: "Stopped",
  "cost cap reached": "The cost cap is reached",
  "server gone": "A server that had answered takes no connections any more",
  "judge gone": "The judge cannot be reached",
};

/** What an extraction or an import left out has to be read before any number; a page has all of it. */
const mostNotes = 8;

function sayNotes({ notes = [] }: RunInfo, io: Io): void {
  const more = notes.length > mostNotes ? [`and ${notes.length - mostNotes} more notes; the report has them all`] : [];
  for (const note of [...notes.slice(0, mostNotes), ...more]) io.note(wrapped(`! ${note}`, io.width, "  ").join("\n"));
}

/**
 * Passages found by asking models, in the run's budget. What it took is kept, whatever comes in between.
 *
 * @returns null where they are all found, else what the run ends with
 */
async function findByModels(
  opened: OpenQuestion,
  run: RunInfo,
  candidates: Candidates,
  settings: Settings,
  store: Store,
  io: Io,
): Promise<Halt["end"] | null> {
  const { stopping, aborting } = io.interrupts;
  const room = roomUnder(budgetOf(run, settings, store), stopping);
  let arms: readonly ArmSpent[] | null = null;
  try {
    arms = await findPassages(opened, retrievalBy(candidates, { reserve: room.reserve, signal: aborting }), io);
    return null;
  } catch (error) {
    if (error instanceof Halt) return error.end;
    if (aborting.aborted) return "interrupted";
    await store.markRun(run.id, "interrupted", io.now().toISOString());
    throw error;
  } finally {
    const endedAt = io.now().toISOString();
    await store.addRetrieval(run.id, { endedAt, isWhole: arms !== null, ...room.spent(), arms: arms ?? [] });
  }
}

const budgetOf = ({ id }: RunInfo, { maxCost }: Settings, store: Store) => store.budget(id, maxCost ?? null);

async function measureTrials(
  run: RunInfo,
  plan: Plan,
  judge: Route | null,
  settings: Settings,
  store: Store,
  io: Io,
): Promise<RunEnd> {
  const done = await store.doneTrials(run.id);
  const answered = await store.answeredTrials(run.id);
  const timeoutMs = (settings.timeout ?? 600) * 1_000;
  const limits = { timeoutMs, firstByteMs: timeoutMs / 2 };
  const bar = progressBar(io, run.id);
  const options: RunOptions = {
    plan,
    concurrency: concurrencyOf(settings),
    retries: settings.retries ?? 3,
    recorder: store.recorder(run.id),
    isDone: (trialId) => done.has(trialId),
    answered: (trialId) => answered.get(trialId),
    send: (route, request, signal) => sendCall(route.endpoint, request, { limits, signal }),
    judge,
    sleep: (ms, signal) => wait(ms, undefined, { signal }).catch(() => {}),
    budget: budgetOf(run, settings, store),
    stopping: io.interrupts.stopping,
    aborting: io.interrupts.aborting,
    onTrial: runProgress(plan, done, bar.update, io),
  };
  try {
    if (run.sequential === undefined) return await runTrials(options);
    const earlier = done.size === 0 ? [] : await trialsOf(run, store);
    return await runSequentially({ ...options, design: run.sequential, earlier });
  } finally {
    bar.done();
  }
}

const trialsOf = (run: RunInfo, store: Store) =>
  Array.fromAsync(store.records(run.id, "withoutBodies"), ({ trial }) => trial);

function refuseOtherRun(earlier: RunInfo, identity: string): void {
  if (earlier.identity === identity) return;
  throw new UserError({
    happened: `run ${earlier.id} cannot go on: what it measures is no longer the same`,
    expected: "the same models, files, versions and settings as when it was started",
    mend: "start a new run; the old one stays as it is",
  });
}
