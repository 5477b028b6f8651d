/** How far a run's judges agree with themselves, where they were asked several times about each answer. */
import {
  agreementWithItself,
  type JudgedAnswer,
  judgedAnswer,
  judgedScores,
  type RunInfo,
  type Trial,
} from "../evals/index.ts";
import type { Agreement } from "../stats/index.ts";
import { formatCount, formatRange, unknown } from "../units/index.ts";
import type { RunSummary } from "./summary.ts";

export interface RepeatedJudge {
  /** The score's name. */
  readonly score: string;
  /** Answers that it judged several times. */
  readonly answers: number;
  readonly judgements: number;
  /** Of those; null where all are the same value. */
  readonly agreement: Agreement | null;
}

export class RepeatedJudges {
  /** A preference is judged twice in two orders, which is no repeat. */
  readonly #isCounted: boolean;
  readonly #answers = new Map<string, JudgedAnswer[]>();

  constructor({ preference }: RunInfo) {
    this.#isCounted = preference === undefined;
  }

  add(trial: Trial): void {
    if (!this.#isCounted) return;
    for (const [name, score] of judgedScores(trial)) {
      if (score.ratings.length < 2) continue;
      const answers = this.#answers.get(name) ?? [];
      this.#answers.set(name, answers);
      answers.push(judgedAnswer(trial, score));
    }
  }

  judges(): RepeatedJudge[] {
    return Array.from(this.#answers, ([score, answers]) => ({
      score,
      answers: answers.length,
      judgements: answers.reduce((sum, { ratings }) => sum + ratings.length, 0),
      agreement: agreementWithItself(answers),
    }));
  }
}

export const judgeFindings = ({ judges }: RunSummary): string[] =>
  judges.map(({ score, answers, judgements, agreement }) => {
    const of = `${formatCount(judgements)} judgements of ${formatCount(answers)} answers`;
    if (agreement === null)
      return `The judge of “${score}” gave the same value in all ${of}, which leaves nothing to agree on.`;
    const { alpha, interval } = agreement;
    const range = interval === null ? "" : `95% interval ${formatRange(interval, formatAlpha)}, `;
    return `The judge of “${score}” agrees with itself to α ${formatAlpha(alpha)} (${range}${of}; 1 is agreement, 0 chance).`;
  });

/** `0.83`. What is not agreement throughout never prints as 1. */
export function formatAlpha(alpha: number | null): string {
  if (alpha === null) return unknown;
  const printed = alpha.toFixed(2);
  return alpha < 1 && Number(printed) === 1 ? ">0.99" : printed.replace(/^-(?=0\.00)/, "").replace(/^-/, "−");
}
