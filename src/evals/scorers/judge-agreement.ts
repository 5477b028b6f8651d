/**
 * How far a judge agrees with itself and with people, as Krippendorff's α at the interval level: a judge's values are
 * averaged to scores and qualities, so that they are used as amounts, and 1 beside 0.5 is less of a disagreement than beside 0.
 */
import {
  type Agreement,
  type ClusteredProportion,
  clusteredAgreement,
  clusteredProportion,
  clustersBy,
  mean,
} from "../../stats/index.ts";
import { studyDocument } from "../sequential-run.ts";
import type { Score, Trial } from "../trial.ts";
import { type Rating, ratingsTable } from "./agreement.ts";

/** One answer as a judge rated it. */
export interface JudgedAnswer {
  readonly trialId: string;
  /** Answers about one document are drawn together. */
  readonly document: string;
  /** The mean of the ratings, which is what the run counts. */
  readonly value: number;
  readonly ratings: readonly number[];
}

/** The scores of a trial that a judge gave, by their names. */
export const judgedScores = ({ scores }: Pick<Trial, "scores">): [string, Score & Required<Pick<Score, "ratings">>][] =>
  Object.entries(scores ?? {}).flatMap(([name, score]) =>
    score.ratings === undefined ? [] : [[name, { ...score, ratings: score.ratings }]],
  );

export const judgedAnswer = (
  { id, document, cell }: Pick<Trial, "id" | "document" | "cell">,
  { value, ratings }: Required<Pick<Score, "value" | "ratings">>,
): JudgedAnswer => ({ trialId: id, document: studyDocument(document, cell), value, ratings });

/** Repeated judgements of the same answers; null where none was repeated, and where α is undefined. */
export const agreementWithItself = (answers: readonly JudgedAnswer[]): Agreement | null =>
  agreementOf(answers, ({ ratings }) => ratings);

export interface AgreementWithPeople {
  /** Answers that a person rated. */
  readonly answers: number;
  readonly people: readonly string[];
  /** Of the judge's score with the mean of what people say of the answer; null where it is undefined. */
  readonly agreement: Agreement | null;
  /** Of the people with each other; null for one person, and where it is undefined. */
  readonly amongPeople: Agreement | null;
  /** The share of pairs of a judgement and a person's value that are the same value, the mean over answers. */
  readonly same: ClusteredProportion | null;
  /** Answers of which judge and people say something else, the furthest apart first. */
  readonly disagreements: readonly Disagreement[];
}

export interface Disagreement {
  readonly trialId: string;
  readonly judge: number;
  readonly people: number;
}

/** @param ratings  of people, with the trial's id as the unit; those of other answers are left out */
export function agreementWithPeople(answers: readonly JudgedAnswer[], ratings: Iterable<Rating>): AgreementWithPeople {
  const { units, raters, ratings: rows } = ratingsTable(ratings);
  const given = new Map(units.map((unit, place) => [unit, rows[place]!.filter((value) => value !== null)]));
  const rated = answers.flatMap((answer) => {
    const values = given.get(answer.trialId) ?? [];
    return values.length === 0 ? [] : [{ ...answer, values, people: mean(values)! }];
  });
  return {
    answers: rated.length,
    people: raters,
    agreement: agreementOf(rated, ({ value, people }) => [value, people]),
    amongPeople: agreementOf(rated, ({ values }) => values),
    same: clusteredProportion(
      clustersBy(rated, ({ document }) => document).map((of) =>
        of.map(({ ratings, values }) => sharedOf(ratings, values)),
      ),
    ),
    disagreements: rated
      .filter(({ value, people }) => !isSame(value, people))
      .map(({ trialId, value, people }) => ({ trialId, judge: value, people }))
      .sort((a, b) => Math.abs(b.judge - b.people) - Math.abs(a.judge - a.people)),
  };
}

/** In the order of their ids: that in which trials ended is no part of a result. */
const agreementOf = <Answer extends Pick<JudgedAnswer, "trialId" | "document">>(
  answers: readonly Answer[],
  ratingsOf: (answer: Answer) => readonly number[],
): Agreement | null =>
  clusteredAgreement(
    clustersBy(
      answers.toSorted((a, b) => (a.trialId < b.trialId ? -1 : 1)),
      ({ document }) => document,
    ).map((of) => of.map(ratingsOf)),
    { seed: 1 },
  );

/** Values are written by hand: a third is 0.333. */
const isSame = (a: number, b: number) => Math.abs(a - b) < 0.001;

const sharedOf = (ratings: readonly number[], values: readonly number[]): number =>
  mean(ratings.flatMap((rating) => values.map((value) => (isSame(rating, value) ? 1 : 0))))!;
