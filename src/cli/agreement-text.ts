/** What `assay agreement` prints. */
import { counted } from "../decision/index.ts";
import type { AgreementWithPeople, Disagreement } from "../evals/index.ts";
import { formatAlpha } from "../report/index.ts";
import type { Agreement } from "../stats/index.ts";
import { formatCount, formatRange, formatShare, formatShareRange, plain, wrapped } from "../units/index.ts";
import { table } from "./table.ts";

export interface JudgeAgreement {
  /** The score's name. */
  readonly scorer: string;
  readonly answers: number;
  readonly judgements: number;
  /** Null where no answer was judged twice, and where α is undefined. */
  readonly withItself: Agreement | null;
  /** Null where there are no labels; of the disagreements the largest. */
  readonly withPeople: PeopleAndAnswers | null;
}

interface PeopleAndAnswers extends Omit<AgreementWithPeople, "disagreements"> {
  readonly disagreements: readonly (Disagreement & { readonly answer: string })[];
}

export const agreementText = (judges: readonly JudgeAgreement[], width: number): string =>
  [...judges.flatMap((judge) => judgeText(judge, width)), ...wrapped(meaning, width)].join("\n");

const meaning =
  "α: Krippendorff's, 1 for agreement and 0 for chance, at the interval level: values are averaged to a score, so they are amounts, and 0.5 is nearer to 1 than 0 is. Beside people the judge's value is its score, and theirs the mean of what they say. Intervals: bootstrap by document.";

interface Row {
  readonly of: string;
  readonly agreement: Agreement | null;
}

function judgeText(judge: JudgeAgreement, width: number): string[] {
  const { scorer, answers, judgements, withItself, withPeople } = judge;
  const rows: Row[] = [{ of: "judge with itself", agreement: withItself }];
  if (withPeople !== null) rows.push({ of: "judge with people", agreement: withPeople.agreement });
  if (withPeople !== null && withPeople.people.length > 1)
    rows.push({ of: "people with each other", agreement: withPeople.amongPeople });
  return [
    `${plain(scorer)}: ${counted(judgements, "judgement")} of ${counted(answers, "answer")}`,
    "",
    table(["", "α", "95% interval", "answers", "values"], rows.map(cellsOf), width),
    "",
    ...remarksOn(judge, rows).flatMap((remark) => [...wrapped(remark, width), ""]),
    ...(withPeople === null ? [] : disagreementText(withPeople, width)),
  ];
}

const cellsOf = ({ of, agreement }: Row) => [
  of,
  formatAlpha(agreement?.alpha ?? null),
  formatRange(agreement?.interval ?? null, formatAlpha),
  formatCount(agreement?.units ?? null),
  formatCount(agreement?.ratings ?? null),
];

function remarksOn({ answers, judgements, withPeople }: JudgeAgreement, rows: readonly Row[]): string[] {
  const remarks = rows.flatMap(({ of, agreement }, place) => {
    if (place === 0 && judgements === answers)
      return "Each answer was judged once, which says nothing of the judge's agreement with itself; `repeats` above 1 asks again.";
    if (agreement === null) return `${of}: undefined, as no two values differ, or no answer has two.`;
    if (agreement.interval !== null) return [];
    return agreement.alpha === 1
      ? `${of}: no two values of an answer differ, which leaves no interval.`
      : `${of}: too few documents for an interval.`;
  });
  return withPeople === null ? remarks : [...remarks, sameText(withPeople)];
}

function sameText({ same, people }: PeopleAndAnswers): string {
  const range = same?.interval == null ? "" : `95% interval ${formatShareRange(same.interval)}, `;
  return `${formatShare(same?.share ?? null)} of pairs of a judgement and a person's value are the same value (${range}mean over ${counted(same?.n ?? 0, "answer")}, ${people.length === 1 ? "1 person" : `${people.length} people`}).`;
}

function disagreementText({ disagreements }: PeopleAndAnswers, width: number): string[] {
  if (disagreements.length === 0) return [];
  const rows = disagreements.map(({ judge, people, trialId, answer }) => [
    judge.toFixed(2),
    people.toFixed(2),
    plain(trialId),
    plain(answer, excerptCharacters),
  ]);
  return ["Furthest apart:", table(["judge", "people", "trial", "answer"], rows, width), ""];
}

const excerptCharacters = 160;
