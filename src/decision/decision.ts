/**
 * Which candidate is better at the job, by how much, how sure that is, and what it takes. Grows trial by trial, over one
 * run or several of the same scenario. Nothing is ranked by one number: what cannot be told apart stays side by side.
 */
import { UserError } from "../errors.ts";
import type { RunInfo, Trial } from "../evals/index.ts";
import { type ArmsOf, armsOf } from "./arms.ts";
import { type Check, checksOf } from "./checks.ts";
import { type Comparison, compareAll, corrected, planned, turned } from "./comparison.ts";
import { type Dominated, dominations } from "./domination.ts";
import { Rows } from "./measured.ts";
import { type Measured, measuredOption, type Option, reportsCache } from "./option.ts";
import { optionIds, optionNamed } from "./option-names.ts";
import { SampleNames } from "./samples.ts";
import { type Shortlisted, shortlist } from "./shortlist.ts";
import { counted } from "./words.ts";

export interface DecisionOptions {
  /** What turns the cost of a call into that of a month [that of the runs, where they agree]. */
  readonly volume?: { readonly callsPerMonth: number } | null | undefined;
  /** The smallest difference of quality that matters, 0 to 1 [0.05]. */
  readonly careAbout?: number | undefined;
  /** An option to hold the others against: its id, or a candidate, arm or run that only one option has. */
  readonly baseline?: string | null | undefined;
  /** YYYY-MM-DD. */
  readonly today: string;
}

export interface Decision {
  readonly scenario: RunInfo["scenario"];
  readonly runs: readonly Pick<RunInfo, "id" | "startedAt" | "finishedAt" | "status">[];
  readonly today: string;
  readonly careAbout: number;
  /** Null where nobody said. */
  readonly callsPerMonth: number | null;
  /** In the order of runs, candidates and arms. */
  readonly options: readonly Option[];
  /** Calibration specimens: measured, and no choice, since their weights are random. */
  readonly calibration: readonly Option[];
  /**
   * The option with the highest mean quality, which the others are compared with; null where nothing was scored. The
   * highest of several leans upwards; its comparisons are corrected over all pairs of options, which allows for the choice.
   */
  readonly reference: string | null;
  readonly comparisons: readonly Comparison[];
  /** Every other option against the one that was named, corrected over them. */
  readonly baseline: { readonly option: string; readonly comparisons: readonly Comparison[] } | null;
  readonly dominated: readonly Dominated[];
  /** Options with a quality that no other dominates. */
  readonly pareto: readonly string[];
  readonly shortlist: readonly Shortlisted[];
  readonly checks: readonly Check[];
  /** Where the run has arms. */
  readonly arms: readonly ArmsOf[];
  /** Settings and versions in which the runs differ, with the value of each run. */
  readonly differences: readonly RunDifference[];
  /** Samples that have one name in several runs and ask different things there: in no comparison between these runs. */
  readonly changedSamples: readonly string[];
  /** Runs that stopped as soon as they were clear: what is established here is established for a number of samples fixed before. */
  readonly sequentialRuns: readonly string[];
  /** Whether records of some run do not tell what was asked, so that there a sample's name has to do. */
  readonly isPairedByName: boolean;
}

export interface RunDifference {
  readonly name: string;
  /** By run, as JSON; null where the run has none. */
  readonly values: readonly (string | null)[];
}

export interface DecisionBuilder {
  /** @param runId  where there are several runs */
  readonly add: (trial: Trial, runId?: string) => void;
  /**
   * Of what was added so far.
   *
   * @throws UserError for runs with no sample in common, and a baseline that is no option
   */
  readonly decision: () => Decision;
}

export const defaultCareAbout = 0.05;

/** @throws UserError for runs of different scenarios, and a run that is given twice */
export function startDecision(
  runs: readonly RunInfo[],
  { volume = volumeOf(runs), careAbout = defaultCareAbout, baseline = null, today }: DecisionOptions,
): DecisionBuilder {
  refuseOtherScenarios(runs);
  const candidates = new Map(
    runs.flatMap((run) =>
      run.candidates.map((candidate) => [keyOf(run.id, candidate.id), { run, candidate }] as const),
    ),
  );
  const names = new SampleNames();
  const rowsOf = new Map<string, Rows>();

  function add(trial: Trial, runId = runs[0]!.id): void {
    const known = candidates.get(keyOf(runId, trial.candidate));
    if (known === undefined) throw new RangeError(`run ${runId} has no candidate ${trial.candidate}`);
    const arm = typeof trial.cell.arm === "string" ? trial.cell.arm : null;
    const key = keyOf(runId, trial.candidate, arm);
    const rows = rowsOf.get(key) ?? new Rows({ ...known, arm });
    rowsOf.set(key, rows);
    rows.add(names.numberOf(trial), trial);
  }

  function decision(): Decision {
    const order = names.sorted();
    const callsPerMonth = volume?.callsPerMonth ?? null;
    const inOrder = [...rowsOf.values()].sort((a, b) => compareRows(runs, a, b));
    const ids = optionIds(
      inOrder.map(({ choice: { candidate, arm, run } }) => ({ candidate: candidate.id, arm, runId: run.id })),
    );
    // In some arm nothing may be cached, and a server that leaves out zeros then says nothing there.
    const candidateOf = ({ choice: { run, candidate } }: Rows) => keyOf(run.id, candidate.id);
    const reporting = new Set(inOrder.filter(reportsCache).map(candidateOf));
    const measured = inOrder.map((rows, index) =>
      measuredOption(ids[index]!, rows, order, { callsPerMonth, reports: reporting.has(candidateOf(rows)) }),
    );
    refuseNothingInCommon(runs, measured, names.changed);
    const chosen = measured.filter(({ option }) => option.kind !== "calibration specimen");
    const options = chosen.map(({ option }) => option);
    const judged = chosen.filter(({ option }) => option.quality !== null);
    const pairs = judged.flatMap((one, index) => judged.slice(index + 1).map((other) => [one, other] as const));
    const all = compareAll(pairs, order.documentOf, careAbout);
    const turn = (comparison: Comparison) => turned(comparison, careAbout);
    const views = new Map(
      all
        .flatMap((comparison) => [comparison, turn(comparison)])
        .map((comparison) => [keyOf(comparison.option, comparison.against), comparison]),
    );
    const between = (option: string, against: string) => views.get(keyOf(option, against))!;
    const against = (of: Measured) =>
      judged
        .filter((one) => one !== of)
        .map((one) => planned(between(one.option.id, of.option.id), [one, of], order.documentOf, careAbout));
    const best = bestOf(judged, between);
    const reference = best?.option.id ?? null;
    const comparisons = best === null ? [] : against(best);
    const named = baseline === null ? null : optionNamed(baseline, options);
    const namedJudged = judged.find(({ option }) => option === named);
    const judgedIds = judged.map(({ option }) => option.id);
    const dominated = dominations(judgedIds, all, careAbout, turn);
    return {
      scenario: runs[0]!.scenario,
      runs: runs.map(({ id, startedAt, finishedAt, status }) => ({ id, startedAt, finishedAt, status })),
      today,
      careAbout,
      callsPerMonth,
      options,
      calibration: measured.map(({ option }) => option).filter(({ kind }) => kind === "calibration specimen"),
      reference,
      comparisons,
      baseline:
        named === null
          ? null
          : {
              option: named.id,
              comparisons: namedJudged === undefined ? [] : corrected(against(namedJudged), careAbout),
            },
      dominated,
      pareto: judgedIds.filter((id) => !dominated.some(({ option }) => option === id)),
      shortlist:
        reference === null
          ? []
          : shortlist({
              options: judged.map(({ option }) => option),
              reference,
              comparisons,
              dominated,
              between,
              careAbout,
            }),
      checks: checksOf(runs, options, today),
      arms: armsOf(chosen, order, careAbout),
      differences: differencesOf(runs),
      changedSamples: names.changed,
      sequentialRuns: runs.flatMap(({ id, sequential }) => (sequential === undefined ? [] : id)),
      isPairedByName: runs.length > 1 && names.isUntold,
    };
  }

  return { add, decision };
}

/**
 * The option that does better than most others on the samples that both have: shares over different samples say nothing of
 * each other. Of several that do, the one with more samples, then the one with the higher quality. Where all have the same
 * samples that is the highest mean.
 */
function bestOf(
  judged: readonly Measured[],
  between: (option: string, against: string) => Comparison,
): Measured | null {
  const standing = judged.map((one) => {
    const { id, quality } = one.option;
    const others = judged.filter((other) => other !== one).map((other) => between(id, other.option.id).quality?.value);
    const wins = others.reduce<number>((sum, value = 0) => sum + (Math.abs(value) < 1e-12 ? 0 : Math.sign(value)), 0);
    return { one, wins, quality: quality! };
  });
  const [best] = standing.sort(
    (a, b) => b.wins - a.wins || b.quality.n - a.quality.n || b.quality.value - a.quality.value,
  );
  return best?.one ?? null;
}

const keyOf = (...parts: readonly (string | null)[]) => JSON.stringify(parts);

function compareRows(runs: readonly RunInfo[], a: Rows, b: Rows): number {
  const place = ({ choice: { run, candidate } }: Rows) =>
    runs.findIndex(({ id }) => id === run.id) * 1e6 + run.candidates.findIndex(({ id }) => id === candidate.id);
  return place(a) - place(b) || compareArms(a.choice.arm ?? "", b.choice.arm ?? "");
}

/** The whole material first. */
const compareArms = (a: string, b: string) =>
  Number(b === "whole") - Number(a === "whole") || a.localeCompare(b, "en", { numeric: true });

function volumeOf(runs: readonly RunInfo[]): { readonly callsPerMonth: number } | null {
  const volumes = new Set(runs.map(({ options }) => options.volume).filter((volume) => typeof volume === "number"));
  const [callsPerMonth] = volumes;
  return callsPerMonth !== undefined && volumes.size === 1 ? { callsPerMonth } : null;
}

function refuseOtherScenarios(runs: readonly RunInfo[]): void {
  const [first, ...others] = runs;
  if (first === undefined) throw new RangeError("a decision needs a run");
  const named = ({ scenario }: RunInfo) => `${scenario.name}, version ${scenario.version}`;
  const other = others.find((run) => named(run) !== named(first));
  if (other !== undefined)
    throw new UserError({
      happened: `run ${first.id} is of ${named(first)}, run ${other.id} of ${named(other)}`,
      expected: "runs of one scenario in one version: others ask other questions",
      mend: "compare runs of the same scenario, or run one of them again with this version of Assay",
    });
  const twice = runs.find(({ id }, index) => runs.findIndex((run) => run.id === id) < index);
  if (twice === undefined) return;
  throw new UserError({
    happened: `run ${twice.id} was given twice`,
    expected: "runs that differ",
    mend: "leave one out; `assay runs` lists what there is",
  });
}

function refuseNothingInCommon(
  runs: readonly RunInfo[],
  measured: readonly Measured[],
  changed: readonly string[],
): void {
  for (const [index, run] of runs.entries())
    for (const other of runs.slice(index + 1)) {
      const asked = (id: string) =>
        measured.filter(({ option }) => option.runId === id).map(({ means }) => means.asked);
      const [mine, theirs] = [asked(run.id), asked(other.id)];
      const shared = mine.some((one) =>
        theirs.some((two) => one.some((value, place) => !Number.isNaN(value) && !Number.isNaN(two[place]!))),
      );
      if (shared) continue;
      const why =
        changed.length === 0
          ? ""
          : `: ${counted(changed.length, "sample")} of one name ask${changed.length === 1 ? "s" : ""} different things, ${changed[0]} first`;
      throw new UserError({
        happened: `runs ${run.id} and ${other.id} have no sample in common${why}`,
        expected: "runs that asked at least some of the same questions",
        mend: "run the same samples again: the same job file, or the same settings and --seed",
      });
    }
}

/** Where candidates are reached and what they are called may differ: that is what is compared. */
function differencesOf(runs: readonly RunInfo[]): RunDifference[] {
  if (runs.length < 2) return [];
  const settings = runs.map(
    ({ seed, options, versions }) => ({ seed, ...options, ...versions }) as Record<string, unknown>,
  );
  const named = new Set(settings.flatMap((one) => Object.keys(one)));
  return [...named]
    .filter((name) => !alwaysDiffer.includes(name))
    .map((name) => ({ name, values: settings.map((one) => (name in one ? JSON.stringify(one[name]) : null)) }))
    .filter(({ values }) => new Set(values).size > 1);
}

const alwaysDiffer = ["model", "gguf", "baseUrl", "output", "store"];
