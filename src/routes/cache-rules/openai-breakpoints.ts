/** OpenAI's cache from GPT-5.6 on: one implicit breakpoint, and explicit ones. */
import type { Breakpoint, CachedPrompt, CacheRule, CacheState } from "./cache-rule.ts";
import { LastingEntries } from "./lasting-entries.ts";
import { prefixKeys } from "./prefix-keys.ts";

export interface OpenAiBreakpointsOptions {
  /** Of prompts that do not say. */
  readonly mode?: NonNullable<CachedPrompt["mode"]>;
  readonly minimumTokens?: number;
  readonly lifetimeMs?: number;
}

const slots = 4;
/** Of the explicit breakpoints, those looked up. */
const firstLookups = 2;
const latestLookups = 50;
/** Of the message endings before the implicit breakpoint, those looked up. */
const earlierMessages = 20;

/**
 * A call writes the prefixes that end at its breakpoints: the implicit one, at the end of the latest message that counts,
 * and the latest three explicit ones; in explicit mode the latest four. It reads the longest prefix written before that
 * ends at one of its boundaries: the first 2 and the latest 50 explicit breakpoints and, unless the mode is explicit, the
 * implicit one, the 20 message endings before it and the end of the first developer block. A prefix has 1,024 tokens or
 * more, and lives for 30 minutes after it was last written or read, or for as long as the request, or the breakpoint, asked.
 *
 * `blockEnds` are the ends of the messages that count: user messages, the last of a group of tool answers, the last of
 * the initial developer messages.
 */
export function openAiBreakpoints(options: OpenAiBreakpointsOptions = {}): CacheRule {
  return {
    name: "OpenAI: implicit and explicit breakpoints",
    source: {
      url: "https://developers.openai.com/api/docs/guides/prompt-caching",
      readOn: "2026-09-23",
      locator: "GPT-5.6 and later; How prefix matching works",
    },
    assumptions: [
      "Without `blockEnds` the prompt is one message that counts.",
      "The first of `blockEnds` is taken for the end of the initial developer block: where there is none, give the last 21 alone.",
      "A call renews the prefix that it reads and those at the breakpoints that it writes, and no others.",
      "The lifetime counts from when the call was sent. It is a minimum: a prefix that is written again keeps the longer one.",
      "A call finds its machine: routing is not modelled. Different values of `prompt_cache_key` share nothing.",
      "The guide looks up 2 + 50 explicit breakpoints; the API reference says the latest 80.",
    ],
    takesMarks: true,
    open: () => breakpointCache(options),
  };
}

function breakpointCache(options: OpenAiBreakpointsOptions): CacheState {
  const { mode = "implicit", minimumTokens = 1_024, lifetimeMs = 30 * 60_000 } = options;
  const entries = new LastingEntries();
  return {
    begin: (prompt) => {
      const { written, lookedUp } = boundaries({ mode, lifetimeMs, ...prompt });
      const ends = [...new Set([...written.keys(), ...lookedUp])]
        .filter((end) => end >= minimumTokens)
        .sort((a, b) => a - b);
      const keys = prefixKeys(prompt.tokens, ends, prompt.cacheKey);
      const hit = ends.findLastIndex((end, at) => lookedUp.has(end) && entries.isAlive(keys[at]!, prompt.sentAtMs));
      if (hit >= 0) entries.use(keys[hit]!, prompt.sentAtMs, lifetimeMs);
      const readTokens = ends[hit] ?? 0;
      const lastWritten = ends.findLast((end) => written.has(end)) ?? 0;
      return {
        expected: { readTokens, writtenTokens: Math.max(0, lastWritten - readTokens) },
        end: () => {
          for (const [at, end] of ends.entries())
            if (written.has(end)) entries.useLonger(keys[at]!, prompt.sentAtMs, written.get(end)!);
          entries.forget(prompt.sentAtMs);
        },
        refuse: () => {},
      };
    },
  };
}

/** Where prefixes end that the call writes, with the lifetimes they get, and that it looks up, in tokens. */
function boundaries(prompt: CachedPrompt & Required<Pick<CachedPrompt, "mode" | "lifetimeMs">>) {
  const { tokens, breakpoints = [], blockEnds = [tokens.length], mode, lifetimeMs } = prompt;
  const explicit = breakpoints.map(({ endTokens }) => endTokens);
  const lookedUp = new Set([...explicit.slice(0, firstLookups), ...explicit.slice(-latestLookups)]);
  const written = new Map<number, number>();
  const write = (breakpoint: Breakpoint) => {
    const { endTokens } = breakpoint;
    written.set(endTokens, Math.max(written.get(endTokens) ?? 0, breakpoint.lifetimeMs ?? lifetimeMs));
  };
  breakpoints.slice(mode === "explicit" ? -slots : 1 - slots).forEach(write);
  if (mode === "implicit") {
    for (const endTokens of blockEnds.slice(-1)) write({ endTokens });
    for (const end of [...blockEnds.slice(0, 1), ...blockEnds.slice(-1 - earlierMessages)]) lookedUp.add(end);
  }
  return { written, lookedUp };
}
