/** Prompts as a cache rule wants them, where only the vendor knows its tokens: words, stretched to the tokens reported. */
import type { CachedPrompt } from "../../../../routes/index.ts";
import type { Answer, Call, Message } from "../../../../wire/index.ts";
import { wordTokens } from "../../../planning/word-tokens.ts";
import { callText, type PromptBody, type PromptPart, promptBody } from "./prompt-parts.ts";

/** A prompt with the answer behind it, as it would stand in a prompt that goes on. */
export interface AnsweredPrompt {
  readonly prompt: Omit<CachedPrompt, "sentAtMs">;
  /** Null where it is not known how it would be said again. */
  readonly answer: Int32Array | null;
}

/**
 * The prompts of a candidate's calls. All are stretched by one factor, reported input tokens over words of all calls
 * together, so that what two of them share in words they share in tokens. What a rule says of them is off by as much as a
 * vendor's tokenizer is uneven, some percent.
 */
export function wordPrompts(calls: readonly Call[]): (call: Call) => AnsweredPrompt {
  const words = new PartTokens();
  const reported = calls.filter(({ usage }) => usage?.inputTokens != null);
  // Prompts are made twice, and not kept: they have a hundred thousand words, and there are many of them.
  const total = reported.reduce((sum, call) => sum + readWords(call, words).tokens.length, 0);
  const factor = total === 0 ? 1 : reported.reduce((sum, { usage }) => sum + usage!.inputTokens!, 0) / total;
  return (call) => stretched(readWords(call, words), factor);
}

interface ReadPrompt {
  readonly tokens: Int32Array;
  readonly answer: Int32Array;
  readonly body: PromptBody;
  /** Where each part ends, words. */
  readonly ends: readonly number[];
  readonly isAnthropic: boolean;
}

/** The tokens of parts, each text read once: a history stands in every request after it. */
class PartTokens {
  readonly #known = new Map<string, Int32Array>();

  of(role: string, text: string): Int32Array {
    const known = this.#known.get(text) ?? wordTokens([{ role: "user", content: text }]).subarray(1);
    this.#known.set(text, known);
    return joined([wordTokens([{ role: roles.find((one) => one === role) ?? "system", content: "" }]), known]);
  }
}

const roles: readonly Message["role"][] = ["system", "user", "assistant", "tool"];

function readWords({ requestBody, protocol, answer }: Call, words: PartTokens): ReadPrompt {
  const isAnthropic = protocol === "anthropic-messages";
  const body = promptBody(requestBody, protocol);
  const pieces = body.parts.map(({ role, text }) => words.of(role, text));
  const ends: number[] = [];
  for (const { length } of pieces) ends.push((ends.at(-1) ?? 0) + length);
  return {
    tokens: joined(pieces),
    answer: joined(said(answer, isAnthropic).map((text) => words.of("assistant", text))),
    ...{ body, ends, isAnthropic },
  };
}

/** As the next request would have it: one message, or with Anthropic a block for each thing said. */
function said({ text, toolCalls }: Answer, isAnthropic: boolean): string[] {
  const pieces = [text, ...toolCalls.map(callText)].filter((piece) => piece !== "");
  return isAnthropic ? pieces : [pieces.join("\n")];
}

function stretched({ tokens, answer, body, ends, isAnthropic }: ReadPrompt, factor: number): AnsweredPrompt {
  const whole = joined([tokens, answer]);
  const length = Math.ceil(tokens.length * factor);
  const all = Int32Array.from({ length: Math.ceil(whole.length * factor) }, (_, at) => whole[Math.floor(at / factor)]!);
  const endOf = (part: number) => Math.ceil(ends[part]! * factor);
  const marks = body.parts.map(({ mark }, index) =>
    index === body.parts.length - 1 ? (mark ?? body.automatic) : mark,
  );
  const breakpoints = marks.flatMap((mark, index) => (mark === null ? [] : [{ endTokens: endOf(index), ...mark }]));
  const blocks = isAnthropic ? anthropicBlocks(body.parts) : countingMessages(body.parts);
  return {
    prompt: {
      tokens: all.subarray(0, length),
      breakpoints,
      blockEnds: blocks.map(endOf),
      ...(body.cacheKey !== null && { cacheKey: body.cacheKey }),
    },
    answer: all.subarray(length),
  };
}

/** Every block, of a run of tool calls or tool results the last. */
function anthropicBlocks(parts: readonly PromptPart[]): number[] {
  const isRun = (part: PromptPart, next: PromptPart | undefined) =>
    part.type === next?.type && (part.type === "tool_use" || part.type === "tool_result");
  return [...parts.keys()].filter((index) => !isRun(parts[index]!, parts[index + 1]));
}

/** OpenAI's: the last of the opening developer messages, user messages, of a group of tool answers the last. */
function countingMessages(parts: readonly PromptPart[]): number[] {
  return [...parts.keys()].filter((index) => {
    const { place, role } = parts[index]!;
    const next = parts[index + 1];
    if (place === "system") return next?.place !== "system";
    return place === "messages" && (role === "user" || (role === "tool" && next?.role !== "tool"));
  });
}

function joined(pieces: readonly Int32Array[]): Int32Array {
  const whole = new Int32Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
