/** OpenAI's cache from GPT-5.6 on: one implicit breakpoint, and explicit ones. */
import type { CachedPrompt, CacheRule, CacheState } from "./cache-rule.ts";
import { LastingEntries } from "./lasting-entries.ts";
import { prefixKeys } from "./prefix-keys.ts";

/** `prompt_cache_options.mode`: explicit places no breakpoint of its own. */
type CachingMode = "implicit" | "explicit";

export interface OpenAiBreakpointsOptions {
  readonly mode?: CachingMode;
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
 * more, and lives for 30 minutes after it was last written or read.
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
      "The first of `blockEnds` is taken for the end of the initial developer block.",
      "A call renews the prefix that it reads and those at the breakpoints that it writes, and no others.",
      "The lifetime counts from when the call was sent.",
      "A call finds its machine: routing is not modelled. Different values of `prompt_cache_key` share nothing.",
      "The guide looks up 2 + 50 explicit breakpoints; the API reference says the latest 80.",
    ],
    open: () => breakpointCache(options),
  };
}

function breakpointCache(options: OpenAiBreakpointsOptions): CacheState {
  const { mode = "implicit", minimumTokens = 1_024, lifetimeMs = 30 * 60_000 } = options;
  const entries = new LastingEntries();
  return {
    begin: (prompt) => {
      const { written, lookedUp } = boundaries(prompt, mode);
      const ends = [...new Set([...written, ...lookedUp])].filter((end) => end >= minimumTokens).sort((a, b) => a - b);
      const keys = prefixKeys(prompt.tokens, ends, prompt.cacheKey);
      const hit = ends.findLastIndex((end, at) => lookedUp.has(end) && entries.isAlive(keys[at]!, prompt.sentAtMs));
      if (hit >= 0) entries.use(keys[hit]!, prompt.sentAtMs, lifetimeMs);
      const readTokens = ends[hit] ?? 0;
      const lastWritten = ends.findLast((end) => written.has(end)) ?? 0;
      return {
        expected: { readTokens, writtenTokens: Math.max(0, lastWritten - readTokens) },
        end: () => {
          for (const [at, end] of ends.entries())
            if (written.has(end)) entries.use(keys[at]!, prompt.sentAtMs, lifetimeMs);
          entries.forget(prompt.sentAtMs);
        },
      };
    },
  };
}

/** Where prefixes end that the call writes, and that it looks up, in tokens. */
function boundaries({ tokens, breakpoints = [], blockEnds = [tokens.length] }: CachedPrompt, mode: CachingMode) {
  const explicit = breakpoints.map(({ endTokens }) => endTokens);
  const lookedUp = new Set([...explicit.slice(0, firstLookups), ...explicit.slice(-latestLookups)]);
  if (mode === "explicit") return { written: new Set(explicit.slice(-slots)), lookedUp };
  const implicit = blockEnds.slice(-1);
  for (const end of [...blockEnds.slice(0, 1), ...blockEnds.slice(-1 - earlierMessages)]) lookedUp.add(end);
  return { written: new Set([...implicit, ...explicit.slice(1 - slots)]), lookedUp };
}
