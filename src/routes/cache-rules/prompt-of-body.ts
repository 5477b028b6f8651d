/**
 * A request's body as a prompt for its vendor's cache rule: tokens in the vendor's order, breakpoints and boundaries where
 * the documentation puts them. With the tokens of another tokenizer than the vendor's, what the rule expects is about right.
 */
import { anthropicAnswer, anthropicPrompt } from "./anthropic-prompt.ts";
import type { CachedPrompt } from "./cache-rule.ts";
import { type ChatTemplate, chatAnswer, chatPrompt, openAiBoundaries } from "./chat-prompt.ts";
import { openAiVersion } from "./openai-version.ts";
import { type Fields, fieldsOf, type PromptTokenizer } from "./prompt-tokens.ts";

/**
 * @param vendor a name of `vendors` that has a cache rule
 * @param body   as it is sent
 * @returns null where the vendor's order is not known
 */
export function promptOfBody(
  vendor: string,
  body: Fields,
  tokenizer: PromptTokenizer,
): Omit<CachedPrompt, "sentAtMs"> | null {
  if (vendor === "anthropic") return anthropicPrompt(body, tokenizer);
  const template = templates[vendor];
  if (template === undefined) return null;
  const prompt = chatPrompt(body, template, tokenizer);
  const isOpenAi56 = vendor === "openai" && openAiVersion(String(body.model)) >= 506;
  prompt.tokens.settle(0, isOpenAi56 ? settingsOfOpenAi56(body) : (settings[vendor]?.(body) ?? []));
  const cacheKey = vendor === "deepseek" ? body.user_id : vendor === "openai" ? body.prompt_cache_key : null;
  const lifetimeMs = lifetimes[vendor]?.(body);
  return {
    tokens: prompt.tokens.whole(),
    inputTokens: prompt.inputTokens,
    ...(typeof cacheKey === "string" && { cacheKey }),
    ...(lifetimeMs !== undefined && { lifetimeMs }),
    ...(isOpenAi56 && openAiBoundaries(prompt, body)),
  };
}

/**
 * An answer's tokens as a prompt that goes on behind it has them; null where the vendor's order is not known.
 *
 * @param message the assistant's message, as a body has it
 * @param isWhole false where a limit of tokens cut it
 */
export function answerOfMessage(
  vendor: string,
  message: Fields,
  tokenizer: PromptTokenizer,
  isWhole = true,
): Int32Array | null {
  if (vendor === "anthropic") return anthropicAnswer(message, isWhole, tokenizer);
  const template = templates[vendor];
  return template === undefined ? null : chatAnswer(message, isWhole, template, tokenizer);
}

/**
 * Tools come first (OpenAI's guide; Kimi's published template) or at the end of the system turn (DeepSeek's published
 * encoding; of the models under vLLM and SGLang, Qwen's template). DeepSeek closes the assistant's turns alone. OpenAI does
 * not say what opens an answer: it is not counted.
 */
const templates: Readonly<Record<string, ChatTemplate>> = {
  openai: { tools: "first", endMarks: "all", opensAnswer: false },
  moonshot: { tools: "first", endMarks: "all", opensAnswer: true },
  deepseek: { tools: "in system", endMarks: "assistant", opensAnswer: true },
  vllm: { tools: "in system", endMarks: "all", opensAnswer: true },
  sglang: { tools: "in system", endMarks: "all", opensAnswer: true },
};

/** What the vendor's prefix depends on beside its text, from the first token on. */
const settings: Readonly<Record<string, (body: Fields) => unknown[]>> = {
  // A schema stands before the system message.
  openai: ({ response_format }) => [response_format],
  moonshot: ({ reasoning_effort }) => [reasoning_effort],
  vllm: ({ cache_salt }) => [cache_salt],
};

/** These change the hidden instructions. */
const settingsOfOpenAi56 = (body: Fields) => [
  body.response_format,
  body.reasoning_effort,
  body.verbosity,
  body.parallel_tool_calls,
];

/** What the request asks for, of what the rule does not read off its breakpoints. */
const lifetimes: Readonly<Record<string, (body: Fields) => number | undefined>> = {
  openai: ({ prompt_cache_retention }) => (prompt_cache_retention === "24h" ? 24 * 60 * 60_000 : undefined),
  moonshot: ({ prompt_cache_options }) =>
    ({ "5m": 5 * 60_000, "1h": 60 * 60_000 })[String(fieldsOf(prompt_cache_options).ttl)],
};
