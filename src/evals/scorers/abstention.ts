/** The model says that it does not know, where the material does not say. */
import { z } from "zod";
import { type Mistake, UserError } from "../../errors.ts";
import type { AskJudge, Sample, Scorer } from "../scenario.ts";
import type { Score } from "../trial.ts";
import { containsWords } from "./contains.ts";
import { askForJson, asking, judgeEffort } from "./judge-call.ts";
import { judgeMessages, questionExhibit } from "./judge-prompt.ts";
import { normalised } from "./normalise.ts";
import { scoreName } from "./score-name.ts";
import type { Targeted } from "./targets.ts";
import { excerpt, verdict } from "./verdict.ts";

export const Abstention = z.strictObject({
  type: z.literal("abstention"),
  name: scoreName,
  phrases: z
    .array(z.string().regex(/\S/, "expected some text"))
    .min(1)
    .optional()
    .describe("Words that say so, one of them is enough; a sample's target and alternatives count too"),
  model: z.string().min(1).optional().describe("A model that judges answers with none of the phrases"),
  ...asking,
});
type Spec = z.infer<typeof Abstention>;

/**
 * For samples that the material does not answer: 1 where the model says so. Nothing to say about the others; that a model
 * abstains there is their scorers' business. Throws where there are neither phrases nor a judge, and where the judge's reply
 * is not the JSON asked for.
 */
export function abstention(spec: Spec): Scorer {
  return {
    name: spec.name ?? spec.type,
    version: 2,
    asks: (sample) => (sample.answerable || spec.model === undefined ? null : judgeEffort(promptOf(sample, ""), spec)),
    score: async (sample, answer, ask) => {
      if (sample.answerable) return null;
      const phrases = phrasesOf(spec, sample);
      const said = phrases.find((phrase) => containsWords(comparable(phrase), comparable(answer.text)));
      if (said !== undefined) return verdict(true, said, answer.text);
      if (spec.model !== undefined) return judged(sample, answer.text, ask, spec);
      if (phrases.length > 0) return verdict(false, phrases.join(" or "), answer.text.trim());
      throw new UserError(unsaid(spec, sample));
    },
  };
}

/** Where nothing says how an answer would abstain. */
export const abstentionMistake = (spec: Spec, sample: Targeted): Mistake | null =>
  sample.answerable || spec.model !== undefined || phrasesOf(spec, sample).length > 0 ? null : unsaid(spec, sample);

const phrasesOf = ({ phrases = [] }: Spec, { target, alternatives = [] }: Targeted) =>
  [...phrases, target ?? "", ...alternatives].filter((text) => comparable(text) !== "");

const unsaid = ({ name, type }: Spec, { id }: Targeted): Mistake => ({
  happened: `scorer ${name ?? type}: nothing says how an answer to sample ${id} would abstain`,
  expected: "`phrases` or a `model` in the scorer, or a target in the sample",
  mend: 'add `phrases: ["I do not know"]` to the scorer, in the words that the instructions ask for',
});

const comparable = (text: string) =>
  normalised(text.replaceAll("’", "'"), { caseSensitive: false, whiteSpace: "collapse", punctuation: "trim" });

const Reply = z.object({ reason: z.string(), abstains: z.boolean() });

async function judged(sample: Sample, text: string, ask: AskJudge, spec: Spec): Promise<Score> {
  const { abstains, reason } = await askForJson(ask, promptOf(sample, text), Reply, spec);
  const value = abstains ? 1 : 0;
  return {
    value,
    explanation: `${abstains ? "right: abstains" : "expected to abstain"}: ${excerpt(reason)}`,
    ratings: [value],
    labels: { abstains: 1, answers: 0 },
  };
}

const promptOf = (sample: Sample, text: string) =>
  judgeMessages(instructions, rubric, [questionExhibit(sample), { name: "answer", text }], form);

const instructions = "You judge whether an answer abstains.";
const rubric =
  "An answer abstains if it says that it does not know, or that what it was given does not say. It does not abstain if it also gives an answer to the question, even a guess.";
const form = '{"reason": "<one short sentence>", "abstains": true or false}';
