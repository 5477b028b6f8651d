import { expect, test } from "vitest";
import { krippendorffAlpha } from "../../stats/index.ts";
import { agreementWithItself, agreementWithPeople, judgedAnswer, judgedScores } from "./judge-agreement.ts";

const answer = (trialId: string, ...ratings: readonly number[]) => ({
  trialId,
  document: trialId,
  value: ratings.reduce((sum, rating) => sum + rating, 0) / ratings.length,
  ratings,
});
const answers = [answer("a", 1, 1, 0), answer("b", 0, 0, 0), answer("c", 1, 1, 1)];

test("only a judge's scores are taken, and answers about one document in two arms are of one document", () => {
  const scores = {
    exact: { value: 1, explanation: "" },
    judge: { value: 0.5, explanation: "", ratings: [0, 1] },
  };
  const [[name, score], ...others] = judgedScores({ scores }) as [[string, typeof scores.judge]];
  expect([name, others]).toEqual(["judge", []]);
  expect(judgedAnswer({ id: "t", document: "d", cell: { arm: "whole" } }, score)).toEqual({
    trialId: "t",
    document: "d",
    value: 0.5,
    ratings: [0, 1],
  });
  expect(judgedScores({ scores: null })).toEqual([]);
});

test("a judge with itself is its repeats, and with people its score beside the mean of theirs", () => {
  expect(agreementWithItself(answers)!.alpha).toBeCloseTo(
    krippendorffAlpha(
      answers.map(({ ratings }) => ratings),
      "interval",
    )!,
    12,
  );
  const { agreement, amongPeople, same, disagreements, people } = agreementWithPeople(answers, [
    { unit: "a", rater: "ann", value: 1 },
    { unit: "a", rater: "bob", value: 0 },
    { unit: "c", rater: "ann", value: 1 },
    { unit: "of another run", rater: "ann", value: 1 },
  ]);
  expect(people).toEqual(["ann", "bob"]);
  const together = krippendorffAlpha(
    [
      [2 / 3, 0.5],
      [1, 1],
    ],
    "interval",
  )!;
  expect(agreement!.alpha).toBeCloseTo(together, 12);
  // Two judgements and a person say 1, one judgement and a person 0: three of six pairs. Of the other answer all are the same.
  expect(same).toMatchObject({ share: 0.75, n: 2 });
  expect(amongPeople).toMatchObject({ units: 1, ratings: 2 });
  expect(disagreements).toEqual([{ trialId: "a", judge: 2 / 3, people: 0.5 }]);
});
