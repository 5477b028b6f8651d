/** Asks a judge and reads the JSON that it replies with. */
import { z } from "zod";
import type { Message } from "../../wire/index.ts";
import type { AskJudge, JudgeEffort } from "../scenario.ts";
import { turnEffort } from "../turn-effort.ts";
import { jsonAnswer } from "./json-answer.ts";
import { excerpt } from "./verdict.ts";

/** How a judge is asked, whatever it judges. */
export const asking = {
  temperature: z.number().min(0).max(2).default(0).describe("The judge's sampling temperature"),
  maxTokens: z.int().positive().default(4_096).describe("The judge's longest reply, tokens; reasoning is part of it"),
  retry: z.boolean().default(false).describe("Ask once more where the reply is not the JSON asked for"),
};
export type Asking = z.infer<z.ZodObject<typeof asking>>;

/** @param messages  with an empty answer */
export function judgeEffort(messages: readonly Message[], { maxTokens }: Asking, times = 1): JudgeEffort {
  const { inputTokens, mostInputTokens } = turnEffort({ messages });
  return {
    calls: times,
    inputTokens: times * inputTokens!,
    mostInputTokens: times * mostInputTokens!,
    mostOutputTokens: times * maxTokens,
  };
}

/**
 * The judge's reply under a schema. A reply may stand in a code fence. A retry shows the judge its reply.
 *
 * @throws Error where the call failed, or the (second) reply is not the JSON asked for
 */
export async function askForJson<Reply>(
  judge: AskJudge,
  messages: readonly Message[],
  schema: z.ZodType<Reply>,
  { temperature, maxTokens, retry }: Asking,
  seed = 1,
): Promise<Reply> {
  const { failure, answer } = await judge({ messages, temperature, maxTokens, seed });
  if (failure !== null) throw new Error(`the judge's call failed (${failure.class}): ${failure.message}`);
  const { reply, problem } = readReply(answer.text, schema);
  if (problem === null) return reply;
  if (retry) {
    const again: Message[] = [
      ...messages,
      { role: "assistant", content: answer.text },
      { role: "user", content: `That was not the JSON object asked for (${problem}). Reply with it and nothing else.` },
    ];
    return askForJson(judge, again, schema, { temperature, maxTokens, retry: false }, seed);
  }
  throw notAsked(answer.text, problem);
}

/** @throws Error where it is not the JSON asked for */
export function replyIn<Reply>(text: string, schema: z.ZodType<Reply>): Reply {
  const { reply, problem } = readReply(text, schema);
  if (problem !== null) throw notAsked(text, problem);
  return reply;
}

function readReply<Reply>(text: string, schema: z.ZodType<Reply>) {
  const read = jsonAnswer(text, true);
  if (read.problem !== null) return { problem: read.problem };
  const parsed = schema.safeParse(read.value);
  if (parsed.success) return { reply: parsed.data, problem: null };
  return { problem: parsed.error.issues.map(({ path, message }) => [...path, message].join(": ")).join(", ") };
}

const notAsked = (text: string, problem: string) =>
  new Error(`the judge did not reply with the JSON asked for (${problem}): ${excerpt(text)}`);
