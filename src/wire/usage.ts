/**
 * Tokens of one call in disjoint buckets, read from the shape of any vendor.
 *
 * The rules, for all vendors alike:
 * - A count is a whole number from 0 up. Anything else (negative, a fraction, a string, null) counts as not reported.
 * - Not reported stays null. A details object that is null, as vLLM sends at no hits, says nothing; an explicit 0 is 0.
 * - Where the vendor reports no cache writes, written tokens are inside `uncachedInputTokens`.
 * - Where it reports no cache reads either, the split is unknown: only `inputTokens` is there.
 * - Where the parts contradict the total, the total is kept and the split is unknown.
 */
import { isShallow } from "./depth.ts";
import { isRecord } from "./server-words.ts";

/** Tokens of one call in disjoint buckets. `null` is "not reported" and is never the same as 0. */
export interface Usage {
  /** Input that was neither read from nor written to a cache. */
  readonly uncachedInputTokens: number | null;
  readonly cacheReadTokens: number | null;
  readonly cacheWriteTokens: number | null;
  /** All output, reasoning included. */
  readonly outputTokens: number | null;
  /** The part of the output that was reasoning. */
  readonly reasoningTokens: number | null;
  /** All input as the vendor totals it: the three input buckets together where they are known. */
  readonly inputTokens: number | null;
  /** The vendor's own usage object, untouched; null where it is nested too deep to be kept. */
  readonly raw: unknown;
}

/**
 * The usage in a response body, in a stream's last event, or in a bare usage object.
 *
 * @returns null where the value reports no token count at all
 */
export function readUsage(value: unknown): Usage | null {
  const { usage, timings } = locate(value);
  const counts = countsOf(usage, timings);
  const { read, write, reasoning } = counts;
  const known = [counts.input, counts.output, read, write, reasoning, counts.uncached];
  if (known.every((count) => count === null)) return null;
  const split = splitInput(counts);
  const reasoningFits = reasoning === null || counts.output === null || reasoning <= counts.output;
  return {
    ...split,
    outputTokens: counts.output,
    reasoningTokens: reasoningFits ? reasoning : null,
    raw: isShallow(usage ?? timings) ? (usage ?? timings) : null,
  };
}

/** Where vendors put it: at the top, in a choice (Kimi streams), in a message or a response that an event wraps. */
function locate(value: unknown): { usage: unknown; timings: unknown } {
  if (!isRecord(value)) return { usage: undefined, timings: undefined };
  const choice = Array.isArray(value.choices) ? (value.choices[0] as unknown) : undefined;
  const nested = [value.usage, isRecord(choice) ? choice.usage : undefined, value.usageMetadata];
  for (const wrapper of [value.message, value.response]) if (isRecord(wrapper)) nested.push(wrapper.usage);
  const usage = nested.find(isRecord);
  if (usage || isRecord(value.timings)) return { usage, timings: value.timings };
  return { usage: value, timings: undefined };
}

/** What a vendor says, before its parts are held against its total. Null is not reported. */
interface Counts {
  readonly input: number | null;
  /** Where the vendor itself reports it; else it is what is left of the total. */
  readonly uncached: number | null;
  readonly read: number | null;
  readonly write: number | null;
  readonly output: number | null;
  readonly reasoning: number | null;
}

function countsOf(usage: unknown, timings: unknown): Counts {
  const u = isRecord(usage) ? usage : {};
  const t = isRecord(timings) ? timings : {};
  if ("promptTokenCount" in u || "totalTokenCount" in u) return geminiCounts(u);
  if ("prompt_tokens" in u || "completion_tokens" in u) return chatCounts(u, t);
  if ("input_tokens" in u || "output_tokens" in u) {
    const isAnthropic = "cache_read_input_tokens" in u || "cache_creation_input_tokens" in u || "cache_creation" in u;
    return isAnthropic ? anthropicCounts(u) : responsesCounts(u);
  }
  return llamaCounts(t);
}

/**
 * OpenAI's chat usage and its descendants; cached tokens are inside `prompt_tokens`.
 *
 * DeepSeek splits the total into hit and miss; Kimi has `cached_tokens` at the top; vLLM may report only where the hits
 * came from; llama.cpp says it again in `timings`; SGLang has `reasoning_tokens` at the top. xAI counts reasoning beside
 * `completion_tokens`, which shows in `total_tokens`.
 */
function chatCounts(u: Record<string, unknown>, timings: Record<string, unknown>): Counts {
  const details = fields(u.prompt_tokens_details);
  const input = count(u.prompt_tokens);
  const completion = count(u.completion_tokens);
  const total = count(u.total_tokens);
  const reasoning = count(fields(u.completion_tokens_details).reasoning_tokens) ?? count(u.reasoning_tokens);
  const beside = reasoning !== null && total !== null && total === (input ?? 0) + (completion ?? 0) + reasoning;
  return {
    input,
    uncached: count(u.prompt_cache_miss_tokens),
    read:
      count(u.prompt_cache_hit_tokens) ??
      count(details.cached_tokens) ??
      sum(count(details.local_cached_tokens), count(details.external_cached_tokens)) ??
      count(u.cached_tokens) ??
      count(timings.cache_n),
    write: count(details.cache_write_tokens) ?? count(details.created_cache_tokens),
    output: beside && completion !== null ? completion + reasoning : completion,
    reasoning,
  };
}

/** OpenAI's Responses: other names, same meaning. */
function responsesCounts(u: Record<string, unknown>): Counts {
  const details = fields(u.input_tokens_details);
  return {
    input: count(u.input_tokens),
    uncached: null,
    read: count(details.cached_tokens),
    write: count(details.cache_write_tokens),
    output: count(u.output_tokens),
    reasoning: count(fields(u.output_tokens_details).reasoning_tokens),
  };
}

/** Anthropic: `input_tokens` leaves out what was read from the cache and what was written to it (5 min and 1 h). */
function anthropicCounts(u: Record<string, unknown>): Counts {
  const creation = fields(u.cache_creation);
  const read = count(u.cache_read_input_tokens);
  const write =
    count(u.cache_creation_input_tokens) ??
    sum(count(creation.ephemeral_5m_input_tokens), count(creation.ephemeral_1h_input_tokens));
  const uncached = count(u.input_tokens);
  return {
    // Without the cached part the total is not known.
    input: uncached === null || read === null ? null : uncached + read + (write ?? 0),
    uncached,
    read,
    write,
    output: count(u.output_tokens),
    reasoning: count(fields(u.output_tokens_details).thinking_tokens),
  };
}

/** Gemini: cached tokens are inside the prompt, tool-use prompts and thoughts are beside prompt and candidates. */
function geminiCounts(u: Record<string, unknown>): Counts {
  const prompt = count(u.promptTokenCount);
  const thoughts = count(u.thoughtsTokenCount);
  return {
    input: prompt === null ? null : prompt + (count(u.toolUsePromptTokenCount) ?? 0),
    uncached: null,
    read: count(u.cachedContentTokenCount),
    write: null,
    output: sum(count(u.candidatesTokenCount), thoughts),
    reasoning: thoughts,
  };
}

/** llama.cpp without a usage object: `prompt_n` were processed and `cache_n` reused. */
function llamaCounts(t: Record<string, unknown>): Counts {
  const uncached = count(t.prompt_n);
  const read = count(t.cache_n);
  const input = uncached === null || read === null ? null : uncached + read;
  return { input, uncached, read, write: null, output: count(t.predicted_n), reasoning: null };
}

type InputBuckets = Pick<Usage, "uncachedInputTokens" | "cacheReadTokens" | "cacheWriteTokens" | "inputTokens">;

function splitInput({ input, uncached, read, write }: Counts): InputBuckets {
  const left = input === null || read === null ? null : input - read - (write ?? 0);
  const partsAboveTotal = input !== null && (uncached ?? 0) + (read ?? 0) + (write ?? 0) > input;
  if (partsAboveTotal || (uncached !== null && left !== null && uncached !== left)) {
    return { uncachedInputTokens: null, cacheReadTokens: null, cacheWriteTokens: null, inputTokens: input };
  }
  return { uncachedInputTokens: left ?? uncached, cacheReadTokens: read, cacheWriteTokens: write, inputTokens: input };
}

function count(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** The sum of what is known; null where nothing is. */
function sum(a: number | null, b: number | null): number | null {
  return a === null && b === null ? null : (a ?? 0) + (b ?? 0);
}

function fields(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
