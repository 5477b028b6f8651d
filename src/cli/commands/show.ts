/** `assay show <run> [trial]`: a run's summary, or one trial with its exact request and response. */
import { z } from "zod";
import { UserError } from "../../errors.ts";
import type { RunInfo, Score, TrialRecord } from "../../evals/index.ts";
import {
  inferredHitsOf,
  inferredHitText,
  namedScores,
  summaryOf,
  terminalSummary,
  verdictOf,
  verdicts,
} from "../../report/index.ts";
import type { InferredHit } from "../../routes/index.ts";
import type { Store } from "../../store/index.ts";
import { formatUsd, printable } from "../../units/index.ts";
import { defineCommand, type ExitCode, type Io, jsonFlag } from "../command.ts";
import { preferencesIn, preferencesText, storeFlag, withRun } from "../result.ts";
import { table } from "../table.ts";

const flags = z.object({
  trials: z.boolean().default(false).describe("List the trials"),
  outcome: z.enum(verdicts).optional().describe("With --trials: only those"),
  limit: z.coerce.number().int().positive().default(50).describe("With --trials: at most so many"),
  ...storeFlag,
  json: jsonFlag,
});

export const showCommand = defineCommand({
  name: "show",
  summary: "Show a run's summary, its trials, or one trial with request and response",
  args: [
    { name: "<run>", describe: "A run's id, the beginning of it, or `latest`" },
    { name: "[trial]", describe: "Number of a trial, as --trials lists them" },
  ],
  flags,
  examples: ["assay show latest", "assay show latest --trials --outcome wrong", "assay show latest 12"],
  run: ({ args: [id, trial], flags, io }) =>
    withRun(id!, flags, io, async (run, store) => {
      if (trial !== undefined) return showTrial(run, trial, store, flags.json, io);
      if (flags.trials) return listTrials(run, store, flags, io);
      if (run.preference !== undefined) {
        const preferences = await preferencesIn(run, store);
        io.print(flags.json ? JSON.stringify(preferences, null, 2) : preferencesText(preferences, io));
        return 0;
      }
      const summary = await summaryOf(run, store.records(run.id, "withoutBodies"), (chosen) =>
        store.withBodies(run.id, chosen),
      );
      if (flags.json) io.print(JSON.stringify(summary, null, 2));
      else io.print(terminalSummary(summary, { colour: io.colour, width: io.width, reportPath: null }));
      return 0;
    }),
});

async function listTrials(
  run: RunInfo,
  store: Store,
  { outcome, limit, json }: z.infer<typeof flags>,
  io: Io,
): Promise<ExitCode> {
  const rows: string[][] = [];
  let number = 0;
  for await (const { trial } of store.records(run.id, "withoutBodies")) {
    number++;
    const verdict = verdictOf({ trial });
    if (outcome !== undefined && verdict !== outcome) continue;
    if (rows.length === limit) break;
    const scores = namedScores(trial);
    if (json) io.print(JSON.stringify({ number, verdict, ...trial, scores }));
    const headline = scores.grounded ?? scores.abstained ?? worstOf(Object.values(scores));
    const why = trial.failure?.message ?? headline?.explanation ?? "";
    rows.push([String(number), verdict, trial.id, oneLine(why)]);
  }
  if (!json) io.print(table(["number", "outcome", "trial", "why"], rows, io.width));
  return 0;
}

const worstOf = (scores: readonly Score[]) => scores.toSorted((a, b) => a.value - b.value)[0];

async function showTrial(run: RunInfo, number: string, store: Store, json: boolean, io: Io): Promise<ExitCode> {
  const inferred = await inferredHitsOf(store.records(run.id, "withoutBodies"));
  let at = 0;
  for await (const record of store.records(run.id)) {
    if (String(++at) !== number) continue;
    const hit = inferred.get(record.trial.id);
    io.print(json ? JSON.stringify({ ...record, ...(hit && { inferredHit: hit }) }, null, 2) : trialText(record, hit));
    return 0;
  }
  throw new UserError({
    happened: `run ${run.id} has no trial ${number}`,
    expected: `a number from 1 to ${at}`,
    mend: "`assay show <run> --trials` lists them",
  });
}

function trialText({ trial, calls }: TrialRecord, hit: InferredHit | undefined): string {
  const { timings, usage, failure } = trial;
  const known = (value: number | null | undefined, unit: string) =>
    value == null ? "unknown" : `${Math.round(value * 100) / 100} ${unit}`;
  const usd = (cost: number | null) => (cost === null ? "unknown" : formatUsd(cost));
  const facts = [
    ["trial", trial.id],
    ["outcome", trial.outcome],
    ...Object.entries(namedScores(trial)).map(([name, score]) => [
      name,
      `${score.value} (${oneLine(score.explanation)})`,
    ]),
    ...(failure === null ? [] : [["failure", `${failure.class}: ${oneLine(failure.message)}`]]),
    ["target", oneLine(trial.target ?? "none")],
    ["answer", oneLine(trial.answer ?? "none")],
    ["TTFT", known(timings?.firstEventMs, "ms")],
    ["E2E", known(timings?.endMs, "ms")],
    [
      "input",
      `${known(usage?.inputTokens, "tokens")}, cache read ${known(usage?.cacheReadTokens, "tokens")} (expected ${known(trial.expectedCacheReadTokens, "tokens")})`,
    ],
    ...(hit === undefined ? [] : [["cache", inferredHitText(hit)!]]),
    ["output", known(usage?.outputTokens, "tokens")],
    ["KV cache", known(trial.kvCacheBytes, "B")],
    ["cost", usd(trial.costUsd)],
    ...(trial.given?.costUsd === undefined ? [] : [["finding", `${usd(trial.given.costUsd)} of it, for its passages`]]),
  ];
  const width = Math.max(...facts.map(([name]) => name!.length));
  const bodies = calls.flatMap((call, index) => [
    "",
    `call ${index + 1} of ${calls.length}${call.purpose === "judge" ? ", to the judge" : ""}: ${printable(call.url)}, status ${call.status ?? "none"}`,
    "request:",
    printable(call.requestBody),
    "response:",
    printable(call.responseBody),
  ]);
  return [...facts.map(([name, value]) => `${name!.padEnd(width)}  ${value}`), ...bodies].join("\n");
}

const oneLine = (text: string) => printable(text.replaceAll("\n", " ⏎ "));
