/** Which of two answers to a sample is better. It works on the answers of two trials, so it is a function and no scorer. */
import { z } from "zod";
import type { Answer } from "../../wire/index.ts";
import type { AskJudge, Sample } from "../scenario.ts";
import { type Asking, askForJson } from "./judge-call.ts";
import { judgeMessages, questionExhibit, referenceExhibits } from "./judge-prompt.ts";
import { excerpt } from "./verdict.ts";

export interface Preference {
  readonly preferred: "left" | "right" | "tie";
  /** False where the two orders disagree: the tie is then the judge's, not the answers'. */
  readonly consistent: boolean;
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
  if (left.text === right.text) return { preferred: "tie", consistent: true, explanation: "the answers are the same" };
  const asked = await better(sample, left, right, judge, options);
  const swapped = await better(sample, right, left, judge, options);
  const inLeftsOrder = opposite[swapped.better];
  const consistent = asked.better === inLeftsOrder;
  const preferred = consistent ? sides[asked.better] : "tie";
  const reasons = `${excerpt(asked.reason)} | swapped: ${excerpt(swapped.reason)}`;
  return {
    preferred,
    consistent,
    explanation: consistent
      ? `${preferred} in both orders: ${reasons}`
      : `${sides[asked.better]}, swapped ${sides[inLeftsOrder]}: ${reasons}`,
  };
}

const Reply = z.object({ reason: z.string(), better: z.enum(["first", "second", "tie"]) });
type Reply = z.infer<typeof Reply>;

const opposite = { first: "second", second: "first", tie: "tie" } as const;
const sides = { first: "left", second: "right", tie: "tie" } as const;

function better(
  sample: Sample,
  first: Answer,
  second: Answer,
  judge: AskJudge,
  options: PreferenceOptions,
): Promise<Reply> {
  const exhibits = [
    questionExhibit(sample),
    ...referenceExhibits(sample),
    { name: "first answer", text: first.text },
    { name: "second answer", text: second.text },
  ];
  const messages = judgeMessages(instructions, options.rubric, exhibits, form);
  return askForJson(judge, messages, Reply, options);
}

const instructions =
  "You judge which of two answers to a question is better, by a rubric. Which one stands first says nothing, and neither does length. Where neither is better by the rubric, say tie.";
const form = '{"reason": "<one short sentence>", "better": "first" or "second" or "tie"}';
