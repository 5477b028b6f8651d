/** When a decision is worth another look: what it rests on changes, or did not hold while it was measured. */
import type { CandidateInfo, RunInfo } from "../evals/index.ts";
import { addDays } from "../ledger/index.ts";
import { formatCount, formatShare, formatTokens } from "../units/index.ts";
import type { Option } from "./option.ts";
import { mostFailedShare } from "./shortlist.ts";
import { counted, listed, shareText } from "./words.ts";

export interface Check {
  /** Why, in a sentence without a full stop. */
  readonly because: string;
  /** What to do. */
  readonly action: string;
  /** The day from which it is due, YYYY-MM-DD; null where it is not a matter of days. */
  readonly by: string | null;
  /** The day has come, or it has nothing to do with days. */
  readonly isDue: boolean;
}

export const priceDays = 30;
/** A vendor may change what answers behind a model's name without saying so. */
export const vendorDays = 90;
/** Of the tokens that the route's cache rule expected. */
const fewestCacheReads = 0.9;

/** @param today YYYY-MM-DD */
export function checksOf(runs: readonly RunInfo[], options: readonly Option[], today: string): Check[] {
  const chosen = runs.flatMap((run) =>
    run.candidates
      .filter(({ id }) => options.some((option) => option.candidate === id && option.runId === run.id))
      .map((candidate) => ({ run, candidate })),
  );
  const candidates = chosen.map(({ candidate }) => candidate);
  return [
    ...runs.flatMap((run) => incomplete(run)),
    ...options.flatMap((option) => conditions(option)),
    ...warmRuns(chosen),
    ...priceChecks(candidates, today),
    ...vendorChecks(chosen, today),
    ...engineChecks(chosen),
  ];
}

function incomplete({ id, status }: RunInfo): Check[] {
  if (status === "finished") return [];
  const because = `run ${id} is ${status}: what it did not ask yet may differ from what it did`;
  return [{ because, action: `\`assay run --resume ${id}\``, by: null, isDue: true }];
}

function conditions(option: Option): Check[] {
  const { id, reliability, pastTrainedShare, trainedContextTokens, cacheReadShare, costUnknown, scored } = option;
  const checks: [boolean, string, string][] = [
    [
      reliability !== null && reliability.value < 1 - mostFailedShare,
      `of ${id} only ${reliability && shareText(reliability)} of the trials were answered`,
      "see why they failed: `assay show <run> --trials --outcome failed`",
    ],
    [
      (pastTrainedShare ?? 0) > 0,
      `${formatShare(pastTrainedShare)} of the calls to ${id} were longer than the ${formatTokens(trainedContextTokens)} tokens that it was trained for`,
      "judge it on shorter material, or on less of it",
    ],
    [
      cacheReadShare !== null && cacheReadShare < fewestCacheReads,
      `${id} read ${formatShare(cacheReadShare)} of the tokens from its cache that its rule expects`,
      "count on its cost without caching until the cache does what it should",
    ],
    [
      costUnknown > 0 && costUnknown < scored,
      `what ${counted(costUnknown, "answer")} of ${id} cost is not known, of ${formatCount(scored)}`,
      "see which did not report their tokens: `assay export <run>`",
    ],
  ];
  return checks.flatMap(([holds, because, action]) => (holds ? { because, action, by: null, isDue: true } : []));
}

const warmHours = 24;

/** What one run left in a vendor's cache, the next may read. */
function warmRuns(chosen: readonly { run: RunInfo; candidate: CandidateInfo }[]): Check[] {
  const vendors = chosen.filter(({ candidate }) => candidate.kind === "vendor");
  const later = vendors.flatMap(({ run, candidate }) => {
    const before = vendors.filter((one) => one.run !== run && one.candidate.id === candidate.id);
    return before
      .filter((one) => isSoonAfter(run.startedAt, one.run.finishedAt ?? one.run.startedAt))
      .map((one) => ({ run, candidate, before: one.run }));
  });
  return later.map(({ run, candidate, before }) => ({
    because: `${candidate.id} answered in run ${before.id} less than ${warmHours} hours before run ${run.id}, which may have read from the cache what was left there`,
    action: "compare costs without caching, or leave a day between runs",
    by: null,
    isDue: true,
  }));
}

function isSoonAfter(startedAt: string, earlier: string): boolean {
  const hours = (Date.parse(startedAt) - Date.parse(earlier)) / 3_600_000;
  return hours >= 0 && hours < warmHours;
}

function priceChecks(candidates: readonly CandidateInfo[], today: string): Check[] {
  const priced = candidates.flatMap(({ id, price }) => (price === null ? [] : { id, observedOn: price.observedOn }));
  return byDay(
    priced.map(({ id, observedOn }) => ({ id, day: observedOn })),
    priceDays,
    today,
    (ids, day) =>
      `${ids.length === 1 ? "the price" : "prices"} of ${listed(ids)} ${ids.length === 1 ? "was" : "were"} observed on ${day}`,
    "look the prices up again",
  );
}

function vendorChecks(chosen: readonly { run: RunInfo; candidate: CandidateInfo }[], today: string): Check[] {
  return byDay(
    chosen
      .filter(({ candidate }) => candidate.kind === "vendor")
      .map(({ run, candidate }) => ({ id: candidate.id, day: (run.finishedAt ?? run.startedAt).slice(0, 10) })),
    vendorDays,
    today,
    (ids, day) => `${listed(ids)} answered on ${day}, and a vendor may change what answers behind a name`,
    "run it again and compare: `assay compare-runs <this run> <new run>`",
  );
}

function byDay(
  dated: readonly { readonly id: string; readonly day: string }[],
  days: number,
  today: string,
  because: (ids: readonly string[], day: string) => string,
  action: string,
): Check[] {
  const groups = [...Map.groupBy(dated, ({ day }) => day)].sort(([a], [b]) => (a < b ? -1 : 1));
  return groups.map(([day, of]) => {
    const by = addDays(day, days);
    return { because: because([...new Set(of.map(({ id }) => id))], day), action, by, isDue: today >= by };
  });
}

/** Local weights stay what they are; what runs them does not. */
function engineChecks(chosen: readonly { run: RunInfo; candidate: CandidateInfo }[]): Check[] {
  const runs = new Set(chosen.filter(({ candidate }) => candidate.kind !== "vendor").map(({ run }) => run));
  const versions = new Set(
    [...runs]
      .map((run) =>
        ["assay", "node-llama-cpp", "llama.cpp"].flatMap((name) =>
          run.versions[name] === undefined ? [] : `${name} ${run.versions[name]}`,
        ),
      )
      .map((names) => names.join(", ")),
  );
  return [...versions]
    .filter((names) => names !== "")
    .map((names) => ({
      because: `the embedded engine was measured with ${names}`,
      action: "measure again with another version",
      by: null,
      isDue: false,
    }));
}
