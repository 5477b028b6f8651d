/**
 * A run that stops as soon as the answer is clear. Documents are taken in random order; all that is still compared is asked
 * about each, and after every round the bets of `stats/betting.ts` are settled.
 */
import { createHash } from "node:crypto";
import { UserError } from "../errors.ts";
import {
  Elimination,
  type EliminationResult,
  type Interval,
  mean,
  type SequentialPlan,
  type SequentialResult,
  SequentialTest,
} from "../stats/index.ts";
import type { Plan } from "./plan.ts";
import { qualityOf } from "./quality.ts";
import { type RunEnd, type RunOptions, runTrials } from "./run.ts";
import type { Scenario } from "./scenario.ts";
import type { Cell, SequentialDesign, Trial } from "./trial.ts";

export interface SequentialRunOptions extends RunOptions {
  readonly design: SequentialDesign;
  /** Trials of an earlier part of the run. */
  readonly earlier: Iterable<Trial>;
}

/** All that a study has to know of a trial. */
export type StudiedTrial = Pick<Trial, "candidate" | "cell" | "sampleId" | "document" | "scores">;

/** Where a study stands. */
export interface SequentialOutcome {
  /** Null where the run was broken off before it was clear. */
  readonly ending: SequentialResult["ending"] | EliminationResult["ending"];
  readonly careAbout: number;
  /** Documents that every option left was scored on, of those that there are. */
  readonly documents: number;
  readonly ofDocuments: number;
  /** Of two options: the mean difference, second less first, with an interval that holds over all looks together. */
  readonly difference: {
    readonly of: readonly [string, string];
    readonly mean: number | null;
    readonly interval: Interval;
    readonly confidence: number;
  } | null;
  readonly leader: string | null;
  readonly remaining: readonly string[];
  readonly eliminated: EliminationResult["eliminated"];
}

/** What is compared: a candidate, in one arm where a job has several. */
export const optionOf = (candidate: string, cell: Cell): string =>
  typeof cell.arm === "string" ? `${candidate} · ${cell.arm}` : candidate;

/** What a sequential run compares, on which documents. @throws UserError where nothing is compared */
export function sequentialDesign(plan: Plan, careAbout: number): SequentialDesign {
  const options = [
    ...new Set(plan.routes.flatMap((route) => plan.scenario.cells.map((cell) => optionOf(route.id, cell)))),
  ];
  if (options.length < 2)
    throw new UserError({
      happened: `a run that stops when the better one is found has nothing to compare: there is only ${plan.routes[0]!.id}`,
      expected: "two candidates, or two arms of a job",
      mend: "name another candidate, or leave --until out",
    });
  return { careAbout, options, documents: new Set(documentsOf(plan)).size, seed: plan.seed };
}

/** The same for every run with this seed, whatever is known of the other documents. */
export function documentOrder(documents: Iterable<string>, seed: number): string[] {
  const rank = (document: string) => createHash("sha256").update(`${seed} ${document}`).digest("hex");
  return [...new Set(documents)]
    .map((document) => ({ document, rank: rank(document) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ document }) => document);
}

/** Documents of cells that are not arms are others, even where they have the same name. */
export function studyDocument(document: string, cell: Cell): string {
  const { arm: _arm, ...rest } = cell;
  return Object.keys(rest).length === 0 ? document : `${document}, ${JSON.stringify(rest)}`;
}

/** Two options or more, told of documents one by one. */
export class SequentialStudy {
  readonly #options: readonly string[];
  readonly #careAbout: number;
  readonly #ofDocuments: number;
  readonly #pair: SequentialTest | null;
  readonly #several: Elimination | null;
  #documents = 0;

  /** @throws RangeError for fewer than two options */
  constructor({ options, careAbout, documents }: SequentialDesign) {
    this.#options = options;
    this.#careAbout = careAbout;
    this.#ofDocuments = documents;
    const plan: SequentialPlan = { careAbout, spread: plannedSpread, budget: documents };
    this.#pair = options.length === 2 ? new SequentialTest(plan) : null;
    this.#several = options.length === 2 ? null : new Elimination(options, plan);
  }

  get hasEnded(): boolean {
    return (this.#pair ?? this.#several!).ending !== null;
  }

  /** The options to ask about the next document. */
  get remaining(): readonly string[] {
    return this.#several?.remaining ?? this.#options;
  }

  /** A document on which an option was not scored tells nothing of it. */
  add(trials: readonly StudiedTrial[]): void {
    if (this.hasEnded) return;
    const scores = pairedMeans(trials, this.remaining);
    if (scores === null) return;
    this.#documents += 1;
    if (this.#pair === null) this.#several!.add(scores);
    else this.#pair.add(scores.get(this.#options[1]!)! - scores.get(this.#options[0]!)!);
  }

  outcome(): SequentialOutcome {
    const common = { careAbout: this.#careAbout, documents: this.#documents, ofDocuments: this.#ofDocuments };
    if (this.#several !== null) {
      const { ending, leader, remaining, eliminated } = this.#several.result();
      return { ...common, ending, difference: null, leader, remaining, eliminated };
    }
    const { ending, sign, difference, interval, confidence } = this.#pair!.result();
    const of = [this.#options[0]!, this.#options[1]!] as const;
    return {
      ...common,
      ending,
      difference: { of, mean: difference, interval, confidence },
      leader: sign === null ? null : of[sign === 1 ? 1 : 0],
      remaining: of,
      eliminated: [],
    };
  }
}

/** Of differences between two options: that of 0/1 scores where a fifth of the documents tells them apart. */
const plannedSpread = Math.sqrt(0.2);

/** Each option's mean quality over the samples that all of them were scored on; repeats count as one. */
function pairedMeans(trials: readonly StudiedTrial[], options: readonly string[]): Map<string, number> | null {
  const bySample = Map.groupBy(trials, ({ sampleId }) => sampleId);
  const sums = new Map(options.map((option) => [option, [] as number[]]));
  for (const of of bySample.values()) {
    const qualities = options.map((option) =>
      mean(
        of
          .filter((trial) => optionOf(trial.candidate, trial.cell) === option)
          .flatMap((trial) => qualityOf(trial) ?? []),
      ),
    );
    if (qualities.some((quality) => quality === null)) continue;
    for (const [place, option] of options.entries()) sums.get(option)!.push(qualities[place]!);
  }
  const means = [...sums].map(([option, values]) => [option, mean(values)] as const);
  return means.some(([, value]) => value === null) ? null : new Map(means as [string, number][]);
}

/** The study of a run, from its trials in any order; the documents are taken in the run's order. */
export function sequentialOutcome(design: SequentialDesign, trials: Iterable<StudiedTrial>): SequentialOutcome {
  const study = new SequentialStudy(design);
  const byDocument = Map.groupBy(trials, ({ document, cell }) => studyDocument(document, cell));
  for (const document of documentOrder(byDocument.keys(), design.seed)) study.add(byDocument.get(document)!);
  return study.outcome();
}

/** Documents a round: enough to be asked side by side, and a tenth of what was asked, so that late looks are not all the work. */
const roundSize = (asked: number) => Math.max(4, Math.ceil(asked / 10));

/**
 * Runs a plan document by document until it is clear which option is better, or that none is by `careAbout`.
 */
export async function runSequentially({ design, earlier, ...options }: SequentialRunOptions): Promise<RunEnd> {
  const { plan } = options;
  const { routes, scenario } = plan;
  const order = documentOrder(documentsOf(plan), design.seed);
  const study = new SequentialStudy(design);
  const trials = Map.groupBy(earlier, ({ document, cell }) => studyDocument(document, cell));
  const onTrial = (trial: Trial) => {
    const document = studyDocument(trial.document, trial.cell);
    trials.set(document, [...(trials.get(document) ?? []), trial]);
    options.onTrial(trial);
  };
  for (let first = 0; first < order.length && !study.hasEnded; ) {
    const round = order.slice(first, first + roundSize(first));
    first += round.length;
    const remaining = new Set(study.remaining);
    const end = await runTrials({
      ...options,
      onTrial,
      plan: {
        ...plan,
        scenario: onlyAbout(scenario, new Set(round), plan.limit(routes[0]!)),
        limit: () => Number.POSITIVE_INFINITY,
        isAsked: (route, cell) => remaining.has(optionOf(route.id, cell)),
      },
    });
    if (end !== "finished") return end;
    for (const document of round) study.add(trials.get(document) ?? []);
    for (const document of round) trials.delete(document);
  }
  return "finished";
}

function* documentsOf({ scenario, limit, routes }: Plan): Generator<string> {
  for (const cell of scenario.cells)
    for (const { document } of first(scenario.samples(cell), limit(routes[0]!))) yield studyDocument(document, cell);
}

const onlyAbout = (scenario: Scenario, documents: ReadonlySet<string>, limit: number): Scenario => ({
  ...scenario,
  *samples(cell) {
    for (const sample of first(scenario.samples(cell), limit))
      if (documents.has(studyDocument(sample.document, cell))) yield sample;
  },
});

function* first<Item>(items: Iterable<Item>, count: number): Generator<Item> {
  let taken = 0;
  for (const item of items) {
    if (taken++ >= count) return;
    yield item;
  }
}
