/** What the options of runs answered, sample by sample, for a judge to hold against each other. */
import { UserError } from "../errors.ts";
import type { AnswerPair, Cell, OptionPair, Sample, Trial } from "../evals/index.ts";
import { cellName, studyDocument } from "../evals/index.ts";
import { type OptionChoice, optionIds, optionNamed } from "./option-names.ts";

type Question = Omit<AnswerPair["sample"], "id">;

/** One option's answers, by the sample that they are to. */
type Answers = Map<string, string>;

export interface PairsAgainst {
  readonly against: string;
  readonly pairs: readonly {
    readonly cell: OptionPair;
    readonly pairs: readonly AnswerPair[];
    /** Samples that one of the two did not answer. */
    readonly leftOut: number;
  }[];
}

/**
 * Grows trial by trial. The same sample is one that has the same name in the same cell and asks the same: where two runs
 * ask something else under one name, these are two samples, and nobody's answers to them are held against each other.
 */
export class AnswersOfOptions {
  readonly #samples = new Map<string, Question & { readonly id: string }>();
  readonly #options = new Map<string, { readonly choice: OptionChoice; readonly answers: Answers }>();

  /** A sample's first asking; what was not answered counts for nobody. @param messages  what was asked, without the system's */
  add(trial: Trial, runId: string, messages: () => Sample["messages"]): void {
    if ((trial.repeat ?? 0) > 0) return;
    const { arm, ...place } = trial.cell;
    const choice = { candidate: trial.candidate, arm: typeof arm === "string" ? arm : null, runId };
    const key = JSON.stringify(choice);
    const option = this.#options.get(key) ?? { choice, answers: new Map<string, string>() };
    this.#options.set(key, option);
    const isAnswered = trial.outcome === "scored" || trial.failure?.class === "scorer";
    if (isAnswered && trial.answer !== null) option.answers.set(this.#sampleOf(trial, place, messages()), trial.answer);
  }

  /**
   * Every other option against one.
   *
   * @param baseline  an option's id, candidate, arm or run [the first option]
   * @throws UserError where there are no two options, or no sample that two of them answered
   */
  pairs(baseline?: string): PairsAgainst {
    const chosen = [...this.#options.values()];
    const ids = optionIds(chosen.map(({ choice }) => choice));
    const options = chosen.map(({ choice, answers }, index) => ({ ...choice, id: ids[index]!, answers }));
    if (options.length < 2) throw nothingToCompare(ids);
    const against = baseline === undefined ? options[0]! : optionNamed(baseline, options);
    const others = options.filter((option) => option !== against);
    const pairs = others.map(({ id, answers }) => {
      const both: AnswerPair[] = [];
      let leftOut = 0;
      for (const [key, sample] of this.#samples) {
        const [own, other] = [answers.get(key), against.answers.get(key)];
        if (own !== undefined && other !== undefined) both.push({ sample, answers: [own, other] });
        else if (own !== undefined || other !== undefined) leftOut++;
      }
      return { cell: { option: id, against: against.id }, pairs: both, leftOut };
    });
    if (pairs.every((one) => one.pairs.length === 0)) throw noSampleInCommon;
    return { against: against.id, pairs };
  }

  #sampleOf(trial: Trial, place: Cell, messages: Sample["messages"]): string {
    const { sampleId, target, alternatives, answerable, questionHash } = trial;
    const document = studyDocument(trial.document, place);
    const asked = { document, messages, target, ...(alternatives && { alternatives }), answerable };
    const name = [cellName(place), sampleId].filter((part) => part !== "").join(" | ");
    // Words that two vendors are sent may be cut in other parts: they need not be the same to the letter.
    const key = JSON.stringify([name, questionHash ?? asked]);
    if (!this.#samples.has(key)) this.#samples.set(key, { ...asked, id: this.#freeName(name) });
    return key;
  }

  readonly #timesNamed = new Map<string, number>();

  #freeName(name: string): string {
    const times = (this.#timesNamed.get(name) ?? 0) + 1;
    this.#timesNamed.set(name, times);
    return times === 1 ? name : `${name} | ${times}`;
  }
}

const nothingToCompare = (ids: readonly string[]) =>
  new UserError({
    happened: `a preference needs two options' answers, and there is ${ids[0] === undefined ? "none" : `only ${ids[0]}`}`,
    expected: "a run with two candidates or two arms, or two runs",
    mend: "name another run as well",
  });

const noSampleInCommon = new UserError({
  happened: "no sample was answered by two options",
  expected: "options that were asked the same, and answered",
  mend: "name runs of one scenario, or look at what failed with `assay show`",
});
