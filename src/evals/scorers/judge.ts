/** A model that judges answers by a rubric. */
import { z } from "zod";
import { mean } from "../../stats/index.ts";
import type { Message } from "../../wire/index.ts";
import type { Sample, Scorer } from "../scenario.ts";
import { askForJson, asking, judgeEffort } from "./judge-call.ts";
import { judgeMessages, materialExhibits, questionExhibit, referenceExhibits } from "./judge-prompt.ts";
import { scoreName } from "./score-name.ts";
import { excerpt } from "./verdict.ts";

export const Judge = z.strictObject({
  type: z.literal("judge"),
  name: scoreName,
  model: z.string().min(1).describe("The model that judges, `<vendor>/<model>`: best none of the candidates' family"),
  rubric: z.string().regex(/\S/, "expected some text").describe("What makes an answer good, in words for the judge"),
  labels: z
    .record(z.string().min(1), z.number().min(0).max(1))
    .refine((labels) => Object.keys(labels).length >= 2, "expected at least two labels")
    .optional()
    .describe(
      "Verdicts to choose from, with the score of each, like {right: 1, partly: 0.5, wrong: 0} [any score 0 to 1]",
    ),
  repeats: z.int().min(1).max(25).default(1).describe("Times the judge is asked; the score is the mean"),
  material: z.boolean().default(false).describe("Show the judge the sample's material"),
  ...asking,
});
type Spec = z.infer<typeof Judge>;

/** One reply of the judge. */
export interface Judgement {
  /** From 0 to 1. */
  readonly value: number;
  readonly label: string | null;
  readonly reason: string;
}

/** The prompt's version as well: raised with any change to what the judge is told. */
const version = 1;

/**
 * The mean of the judge's verdicts. Every sample is judged; the judge sees the question, what is right by the sample, and
 * the answer, and the material if asked for. A call that failed and a reply that is not the JSON asked for are thrown, so
 * that the trial is failed and never a score of 0.
 */
export function judge(spec: Spec): Scorer {
  const reply = judgementSchema(spec);
  return {
    name: spec.name ?? spec.type,
    version,
    asks: (sample) => judgeEffort(promptOf(sample, "", spec), spec, spec.repeats),
    score: async (sample, answer, ask) => {
      const messages = promptOf(sample, answer.text, spec);
      const judgements: Judgement[] = [];
      for (let repeat = 1; repeat <= spec.repeats; repeat++)
        judgements.push(await askForJson(ask, messages, reply, spec, repeat));
      const ratings = judgements.map((judgement) => judgement.value);
      return {
        value: mean(ratings)!,
        explanation: `${judgements.map(shown).join(", ")}: ${excerpt(judgements[0]!.reason)}`,
        ratings,
        ...(spec.labels !== undefined && { labels: spec.labels }),
      };
    },
  };
}

function promptOf(sample: Sample, answer: string, spec: Spec): Message[] {
  const exhibits = [
    ...(spec.material ? materialExhibits(sample) : []),
    questionExhibit(sample),
    ...referenceExhibits(sample),
    { name: "answer", text: answer },
  ];
  return judgeMessages(instructions, spec.rubric, exhibits, formOf(spec));
}

const instructions =
  "You judge how good one answer to a question is, by a rubric. Judge what the rubric asks for and nothing else: neither length nor style, unless it names them.";

const formOf = ({ labels }: Spec) =>
  labels === undefined
    ? '{"reason": "<one short sentence>", "score": <a number from 0, worst, to 1, best>}'
    : `{"reason": "<one short sentence>", "label": ${Object.keys(labels)
        .map((label) => JSON.stringify(label))
        .join(" or ")}}`;

const shown = ({ value, label }: Judgement) => (label === null ? `${value}` : `${label} (${value})`);

/** Reads a judge's reply, also one that was kept, as when judgements are set beside those of people. */
export function judgementSchema({ labels }: Pick<Spec, "labels">): z.ZodType<Judgement> {
  const reason = z.string();
  if (labels === undefined)
    return z
      .object({ reason, score: z.number().min(0).max(1) })
      .transform(({ score, ...rest }) => ({ ...rest, value: score, label: null }));
  return z
    .object({ reason, label: z.enum(Object.keys(labels)) })
    .transform(({ label, ...rest }) => ({ ...rest, value: labels[label]!, label }));
}
