/** Prompts as a cache rule wants them, where only the vendor knows its tokens: words, stretched to the tokens reported. */
import type { CachedPrompt } from "../../../../routes/index.ts";
import type { Call, Protocol } from "../../../../wire/index.ts";
import { vendorOf, wordAnswer, wordPrompt } from "../../../planning/word-prompt.ts";

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
 *
 * @param candidate its id, `vendor/model`
 */
export function wordPrompts(candidate: string, calls: readonly Call[]): (call: Call) => AnsweredPrompt {
  const vendor = vendorOf(candidate);
  const reported = calls.filter(({ usage }) => usage?.inputTokens != null);
  // Prompts are made twice, and not kept: they have a hundred thousand words, and there are many of them.
  const words = reported.reduce((sum, call) => sum + answered(call, vendor).prompt.tokens.length, 0);
  const factor = words === 0 ? 1 : reported.reduce((sum, { usage }) => sum + usage!.inputTokens!, 0) / words;
  return (call) => answered(call, vendor, factor);
}

function answered({ requestBody, protocol, answer }: Call, vendor: string, factor?: number): AnsweredPrompt {
  const body = JSON.parse(requestBody) as Record<string, unknown>;
  const own = wordPrompt(vendor, body, factor);
  if (own !== null) return { prompt: own, answer: wordAnswer(vendor, protocol, answer, factor) };
  const usual = usualOrder[protocol];
  return { prompt: wordPrompt(usual, body, factor)!, answer: wordAnswer(usual, protocol, answer, factor) };
}

/** Whose order stands for that of a vendor who documents none: tools in front, as in most templates. */
const usualOrder: Readonly<Record<Protocol, string>> = {
  "anthropic-messages": "anthropic",
  "openai-chat": "openai",
  "openai-completions": "openai",
};
