/**
 * OpenAI from GPT-5.6 on: entries end at breakpoints, implicit or marked, writing is charged, and a prefix is found only at
 * a boundary that the new request has as well.
 *
 * @see https://developers.openai.com/api/docs/guides/prompt-caching as of autumn 2026 (read on 2026-11-28)
 * @see the types of openai-node 7.57 for `prompt_cache_options` and `prompt_cache_breakpoint` in chat completions
 */

import type { ChatPrompt, RenderedMessage } from "./chat-prompt.ts";
import { type CacheRequest, type ChatVendor, startChatServer, stateByKey } from "./chat-server.ts";
import { hourMs, minuteMs } from "./clock.ts";
import { render, tokenize } from "./openai-automatic.ts";
import { startsWith } from "./tokens.ts";
import type { VendorOptions, VendorServer } from "./vendor-server.ts";

export { render, tokenize };

const minimumTokens = 1_024;
const lifetimesMs: Readonly<Record<string, number>> = { "30m": 30 * minuteMs, "12h": 12 * hourMs };

export function start(options: VendorOptions = {}): Promise<VendorServer> {
  // A key separates the reuse of one group of requests from another's. The other settings are said to change the hidden
  // instructions, which stand before everything.
  const entriesOf = stateByKey(() => new BreakpointEntries());
  const vendor: ChatVendor = {
    render,
    run: (request) => entriesOf(settingsBefore(request.body)).run(request),
    usage: ({ promptTokens, readTokens, writeTokens, outputTokens }) => ({
      prompt_tokens: promptTokens,
      completion_tokens: outputTokens,
      total_tokens: promptTokens + outputTokens,
      prompt_tokens_details: { cached_tokens: readTokens, cache_write_tokens: writeTokens, audio_tokens: 0 },
      completion_tokens_details: {
        reasoning_tokens: 0,
        audio_tokens: 0,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    }),
    usagePlace: (asked) => ({ finish: null, own: asked, nullElsewhere: asked }),
  };
  return startChatServer(vendor, options);
}

function settingsBefore(body: Readonly<Record<string, unknown>>): unknown[] {
  const { model, prompt_cache_key, response_format, reasoning_effort, verbosity, parallel_tool_calls } = body;
  return [model, prompt_cache_key, response_format, reasoning_effort, verbosity, parallel_tool_calls];
}

interface Breakpoint {
  readonly endTokens: number;
  readonly lifetimeMs: number;
}

interface Entry {
  readonly tokens: readonly number[];
  lifetimeMs: number;
  usedMs: number;
}

class BreakpointEntries {
  private entries: Entry[] = [];

  run({ prompt, body, nowMs }: CacheRequest): { readTokens: number; writeTokens: number } {
    const options = (body.prompt_cache_options ?? {}) as { mode?: "implicit" | "explicit"; ttl?: string };
    const ttlMs = lifetimesMs[options.ttl ?? "30m"] ?? 30 * minuteMs;
    const explicit = explicitBreakpoints(prompt, ttlMs);
    const endings = eligibleEndings(prompt.messages);
    const isImplicit = options.mode !== "explicit";
    const implicitEnd = isImplicit ? endings.at(-1) : undefined;
    const implicit = implicitEnd === undefined ? [] : [{ endTokens: implicitEnd, lifetimeMs: ttlMs }];

    // Looked up: the first 2 and the latest 50 explicit breakpoints; in implicit mode also the implicit one, up to 20
    // eligible endings before it, and the end of the developer messages that open the conversation.
    const boundaries = [...explicit.slice(0, 2), ...explicit.slice(-50), ...implicit].map(({ endTokens }) => endTokens);
    if (isImplicit) boundaries.push(...endings.slice(0, -1).slice(-20), ...openingEnd(prompt.messages));
    // From the longest to the shortest; a hit renews its entry without a charge.
    let readTokens = 0;
    this.entries = this.entries.filter((entry) => nowMs - entry.usedMs <= entry.lifetimeMs);
    for (const endTokens of boundaries.sort((a, b) => b - a)) {
      const entry = this.entryAt(prompt.tokens.slice(0, endTokens));
      if (!entry) continue;
      entry.usedMs = nowMs;
      readTokens = endTokens;
      break;
    }

    // Written: four at most, of which an implicit breakpoint takes one. A prefix below the minimum is not written.
    const written = [...explicit.slice(isImplicit ? -3 : -4), ...implicit].filter(
      ({ endTokens }) => endTokens >= minimumTokens,
    );
    for (const breakpoint of written) this.write(prompt.tokens.slice(0, breakpoint.endTokens), breakpoint, nowMs);
    // A token is charged once: as cached, as written, or as neither.
    const lastEnd = Math.max(0, ...written.map(({ endTokens }) => endTokens));
    return { readTokens, writeTokens: Math.max(0, lastEnd - readTokens) };
  }

  private entryAt(prefix: readonly number[]): Entry | undefined {
    return this.entries.find(({ tokens }) => tokens.length === prefix.length && startsWith(tokens, prefix));
  }

  private write(prefix: readonly number[], { lifetimeMs }: Breakpoint, nowMs: number): void {
    const known = this.entryAt(prefix);
    if (!known) {
      this.entries.push({ tokens: prefix, lifetimeMs, usedMs: nowMs });
      return;
    }
    known.lifetimeMs = Math.max(known.lifetimeMs, lifetimeMs);
    known.usedMs = nowMs;
  }
}

/** In the order of the prompt. Marks on the assistant's own text are not supported. */
function explicitBreakpoints(prompt: ChatPrompt, ttlMs: number): Breakpoint[] {
  return prompt.messages
    .filter(({ role }) => role !== "assistant")
    .flatMap(({ parts }) => parts)
    .flatMap(({ part, endTokens }) => {
      const marked = part.prompt_cache_breakpoint as { mode?: string; ttl?: string } | undefined;
      return marked?.mode === "explicit" ? [{ endTokens, lifetimeMs: lifetimesMs[marked.ttl ?? ""] ?? ttlMs }] : [];
    });
}

/**
 * Ends of the messages at which an implicit breakpoint may stand: user messages, the last tool response of a group, and the
 * last of the developer messages that open the conversation.
 */
function eligibleEndings(messages: readonly RenderedMessage[]): number[] {
  const users = messages.filter(({ role }) => role === "user");
  const tools = messages.filter(({ role }, i) => role === "tool" && messages[i + 1]?.role !== "tool");
  const ends = [...users, ...tools].map(({ endTokens }) => endTokens);
  return [...ends, ...openingEnd(messages)].sort((a, b) => a - b);
}

function openingEnd(messages: readonly RenderedMessage[]): number[] {
  const others = messages.findIndex(({ role }) => !isDeveloper(role));
  const last = messages[(others < 0 ? messages.length : others) - 1];
  return last ? [last.endTokens] : [];
}

function isDeveloper(role: string): boolean {
  return role === "developer" || role === "system";
}
