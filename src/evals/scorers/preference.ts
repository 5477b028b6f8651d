/** Which of two answers to a sample is better. It works on the answers of two trials, so it is a function and no scorer. */
import { z } from "zod";
import type { Answer, Message } from "../../wire/index.ts";
import type { AskJudge, Sample } from "../scenario.ts";
import { type Asking, askForJson, replyIn } from "./judge-call.ts";
import { judgeMessages, questionExhibit, referenceExhibits } from "./judge-prompt.ts";
import { excerpt } from "./verdict.ts";

export type Side = "left" | "right" | "tie";

export interface Preference {
  readonly preferred: Side;
  /** False where the two orders disagree: the tie is then the judge's, not the answers'. */
  readonly consistent: boolean;
  /** With the left answer first, and with the right one first; none where the judge was not asked. */
  readonly verdicts: readonly Side[];
  readonly explanation: string;
}

export interface PreferenceOptions extends Asking {
  readonly rubric: string;
}

export const preferenceDefaults: PreferenceOptions = {
  rubric: "The better answer is the one that is right and answers the question fully. Length and style do not count.",
  temperature: 0,
  maxTokens: 4_096,
  retry: false,
};

/** Raised with any change to what the judge is told. */
export const preferenceVersion = 1;

/**
 * The judge's preference. It is asked twice, each answer once in the first place; if the two verdicts disagree, or either
 * is a tie, it is a tie. Equal texts are a tie without a call.
 *
 * @throws Error where a call failed, or a reply is not the JSON asked for
 * @see Zheng et al. 2023, arXiv:2306.05685, §3.4 "Addressing limitations", "Swapping positions"
 */
export async function preference(
  sample: Sample,
  left: Answer,
  right: Answer,
  judge: AskJudge,
  options: PreferenceOptions = preferenceDefaults,
): Promise<Preference> {
  if (left.text === right.text) return sameAnswers;
  const better = (first: Answer, second: Answer) =>
    askForJson(judge, preferenceMessages(sample, [first.text, second.text], options.rubric), Reply, options);
  return preferenceOf(await better(left, right), await better(right, left));
}

export const sameAnswers: Preference = {
  preferred: "tie",
  consistent: true,
  verdicts: [],
  explanation: "the answers are the same",
};

/** What the judge is told, for an answer that stands first and one that stands second. */
export function preferenceMessages(sample: Sample, answers: readonly [string, string], rubric: string): Message[] {
  const exhibits = [
    questionExhibit(sample),
    ...referenceExhibits(sample),
    { name: "first answer", text: answers[0] },
    { name: "second answer", text: answers[1] },
  ];
  return judgeMessages(instructions, rubric, exhibits, form);
}

/**
 * From the judge's replies, with the left answer first and with the right one first.
 *
 * @throws Error where one is not the JSON asked for
 */
export const preferenceIn = (asked: string, swapped: string): Preference =>
  preferenceOf(replyIn(asked, Reply), replyIn(swapped, Reply));

const Reply = z.object({ reason: z.string(), better: z.enum(["first", "second", "tie"]) });
type Reply = z.infer<typeof Reply>;

function preferenceOf(asked: Reply, swapped: Reply): Preference {
  const verdicts = [sides[asked.better], sides[opposite[swapped.better]]] as const;
  const consistent = verdicts[0] === verdicts[1];
  const preferred = consistent ? verdicts[0] : "tie";
  const reasons = `${excerpt(asked.reason)} | swapped: ${excerpt(swapped.reason)}`;
  const said = consistent ? `${preferred} in both orders` : `${verdicts[0]}, swapped ${verdicts[1]}`;
  return { preferred, consistent, verdicts, explanation: `${said}: ${reasons}` };
}

const opposite = { first: "second", second: "first", tie: "tie" } as const;
const sides = { first: "left", second: "right", tie: "tie" } as const;

const instructions =
  "You judge which of two answers to a question is better, by a rubric. Which one stands first says nothing, and neither does length. Where neither is better by the rubric, say tie.";
const form = '{"reason": "<one short sentence>", "better": "first" or "second" or "tie"}';
