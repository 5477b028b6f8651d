/**
 * Messages to text through the model's own Jinja template, and text to tokens.
 *
 * Control tokens (`<|im_end|>`) that stand in a message are plain text to the model: whoever writes a message can
 * neither end their turn nor open another one. They are marked before the template runs, because afterwards nobody
 * could tell them from the template's own. llama-server lets them through, so the two differ for such messages only.
 */
import { randomUUID } from "node:crypto";
import { Template } from "@huggingface/jinja";
import { messageOf } from "../errors.ts";
import { invalidRequest } from "./engine-error.ts";
import type { ChatTurn } from "./protocol.ts";

/** What a template needs to know of the model's vocabulary. */
export interface Vocabulary {
  readonly bos: string;
  readonly eos: string;
  /** The texts of control tokens, e.g. `<|im_start|>`. */
  readonly controlTexts: readonly string[];
}

/** A stretch of a prompt, and whether control tokens in it count as such. */
export interface PromptSpan {
  readonly text: string;
  readonly trusted: boolean;
}

/** For models that bring no template. */
export const chatMl =
  "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>\\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

export type RenderChat = (turns: readonly ChatTurn[], variables: Readonly<Record<string, unknown>>) => PromptSpan[];

/** @throws an error of the template's syntax */
export function compileChatTemplate(source: string, vocabulary: Vocabulary): RenderChat {
  const template = new Template(source);
  const control = [...vocabulary.controlTexts].filter((text) => text !== "").sort((a, b) => b.length - a.length);
  const controlText = control.length > 0 ? new RegExp(control.map(escapeForRegExp).join("|"), "g") : null;
  return (turns, variables) => {
    const mark = randomUUID();
    const marked = turns.map(({ role, content }) => ({
      role,
      content: controlText === null ? content : content.replace(controlText, (text) => `${mark}<${text}>${mark}`),
    }));
    return splitAtMarks(render(template, marked, variables, vocabulary), mark);
  };
}

function render(
  template: Template,
  messages: readonly ChatTurn[],
  variables: Readonly<Record<string, unknown>>,
  vocabulary: Vocabulary,
): string {
  try {
    return template.render({
      ...variables,
      messages,
      add_generation_prompt: true,
      bos_token: vocabulary.bos,
      eos_token: vocabulary.eos,
    });
  } catch (error) {
    throw invalidRequest(`the model's chat template refuses these messages: ${messageOf(error)}`, "messages");
  }
}

/** Spans in order; what lies between two marks is not trusted. */
function splitAtMarks(text: string, mark: string): PromptSpan[] {
  return text
    .split(mark)
    .map((part, index) =>
      index % 2 === 1 ? { text: part.slice(1, -1), trusted: false } : { text: part, trusted: true },
    )
    .filter((span) => span.text !== "");
}

function escapeForRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
