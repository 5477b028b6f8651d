/**
 * `POST /completions`: a prompt goes in as it is, with no chat template around it. The prompt is the contents of the
 * messages, one after the other; their roles say nothing here.
 *
 * @see https://platform.openai.com/docs/api-reference/completions
 */
import { z } from "zod";
import type { Adapter } from "./adapter.ts";
import { append, complain } from "./answer-draft.ts";
import { textOf } from "./content.ts";
import { bearer, firstChoice, noteEnvelope, samplingBody } from "./openai-chat.ts";

export const openaiCompletions: Adapter = {
  path: "completions",
  headers: bearer,
  body(request) {
    return {
      model: request.model,
      prompt: request.messages.map(({ content }) => textOf(content, "")).join(""),
      ...samplingBody(request),
      ...request.extraBody,
    };
  },
  readWhole(value, draft) {
    const read = Completion.safeParse(value);
    if (!read.success) return complain(draft, read.error);
    if (!firstChoice(read.data.choices)) draft.malformed ??= "there are no choices";
    openaiCompletions.readEvent(value, draft);
  },
  readEvent(value, draft) {
    const read = Completion.safeParse(value);
    if (!read.success) {
      complain(draft, read.error);
      return "nothing";
    }
    noteEnvelope(read.data, draft);
    const choice = firstChoice(read.data.choices);
    if (!choice) return "nothing";
    draft.begun = true;
    draft.finishReason = choice.finish_reason ?? draft.finishReason;
    return append(draft, choice.text ?? null, choice.reasoning_content ?? choice.reasoning ?? null);
  },
};

const Completion = z.object({
  id: z.string().nullish(),
  model: z.string().nullish(),
  choices: z
    .array(
      z.object({
        index: z.number().nullish(),
        text: z.string().nullish(),
        reasoning_content: z.string().nullish(),
        reasoning: z.string().nullish(),
        finish_reason: z.string().nullish(),
        usage: z.unknown().optional(),
      }),
    )
    .nullish(),
  usage: z.unknown().optional(),
  timings: z.unknown().optional(),
});
