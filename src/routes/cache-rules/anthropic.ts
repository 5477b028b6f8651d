/** Anthropic's cache: up to four breakpoints, each of which looks back over the blocks before it. */
import { UserError } from "../../errors.ts";
import type { CachedPrompt, CacheRule, CacheState } from "./cache-rule.ts";
import { LastingEntries } from "./lasting-entries.ts";
import { prefixKeys } from "./prefix-keys.ts";

/** Positions that a breakpoint checks, itself the first. */
const lookBackBlocks = 20;
const mostBreakpoints = 4;
const fiveMinutesMs = 5 * 60_000;

export interface AnthropicOptions {
  /** The model's minimum cacheable length. */
  readonly minimumTokens: number;
  /** Whether an entry that is marked again with a longer lifetime gets it, or keeps the one it was written with. */
  readonly marksLengthen?: boolean;
}

/**
 * A call writes the prefixes that end at its breakpoints. It reads the longest prefix written before that ends at one of
 * them or at one of the 19 block ends before one. A prefix has the model's minimum of tokens or more, and lives for as
 * long as its breakpoint asked (5 minutes, or an hour) after it was last written or read. Written is what stands between
 * the end of what was read and the last breakpoint. Without breakpoints nothing is cached; automatic caching is one
 * breakpoint at the last block.
 */
export function anthropic({ minimumTokens, marksLengthen = false }: AnthropicOptions): CacheRule {
  return {
    name: "Anthropic: breakpoints with 20 blocks of look-back",
    source: {
      url: "https://platform.claude.com/docs/en/build-with-claude/prompt-caching",
      readOn: "2026-10-08",
      locator: "How automatic prefix checking works; Cache limitations; Mixing different TTLs",
    },
    assumptions: [
      "An entry is there when its call has ended; the page says when its answer has begun.",
      "A call renews the entry that it reads and those at its own breakpoints, and no others.",
      marksLengthen
        ? "An entry that is marked again keeps the longer of its lifetimes."
        : "An entry keeps the lifetime it was written with for as long as it lives, whatever later calls ask for.",
      "Without `blockEnds` the breakpoints are the only blocks. A run of tool calls or of tool results is one position; its blocks that are given as `insideRuns` are looked up too.",
      "What else changes a prefix (thinking, effort, tool choice, images) has to show in the tokens.",
    ],
    takesMarks: true,
    open: () => lookBackCache(minimumTokens, marksLengthen),
  };
}

function lookBackCache(minimumTokens: number, marksLengthen: boolean): CacheState {
  const entries = new LastingEntries();
  /** In the order in which they were sent. */
  const running = new Set<{ readonly sentAtMs: number }>();
  return {
    begin: (prompt) => {
      const { tokens, sentAtMs, breakpoints = [] } = prompt;
      if (breakpoints.length > mostBreakpoints) throw tooMany(breakpoints.length);
      const call = { sentAtMs };
      running.add(call);
      const ends = positions(prompt).filter((end) => end >= minimumTokens);
      const keys = prefixKeys(tokens, ends);
      const hit = keys.findLastIndex((key) => entries.isAlive(key, sentAtMs));
      if (hit >= 0) entries.use(keys[hit]!, sentAtMs, fiveMinutesMs);
      const readTokens = ends[hit] ?? 0;
      const lastBreakpoint = breakpoints.findLast(({ endTokens }) => endTokens >= minimumTokens)?.endTokens ?? 0;
      return {
        expected: { readTokens, writtenTokens: Math.max(0, lastBreakpoint - readTokens) },
        end: () => {
          for (const { endTokens, lifetimeMs = fiveMinutesMs } of breakpoints) {
            if (endTokens < minimumTokens) continue;
            const key = keys[ends.indexOf(endTokens)]!;
            if (marksLengthen) entries.useLonger(key, sentAtMs, lifetimeMs);
            else entries.use(key, sentAtMs, lifetimeMs);
          }
          running.delete(call);
          // A call that is still running renews what lived when it was sent.
          const [oldest = call] = running;
          entries.forget(oldest.sentAtMs);
        },
        refuse: () => running.delete(call),
      };
    },
  };
}

/** The block ends that the call looks up, tokens, rising. */
function positions({ breakpoints = [], blockEnds = [], insideRuns = [] }: CachedPrompt): number[] {
  const marked = breakpoints.map(({ endTokens }) => endTokens);
  const blocks = [...new Set([...blockEnds, ...marked])].sort((a, b) => a - b);
  const inside = new Set(insideRuns);
  const checked = new Set<number>();
  for (const end of marked) {
    let positions = 0;
    for (let index = blocks.indexOf(end); index >= 0; index--) {
      const block = blocks[index]!;
      if (block === end || !inside.has(block)) positions++;
      if (positions > lookBackBlocks) break;
      checked.add(block);
    }
  }
  return [...checked].sort((a, b) => a - b);
}

const tooMany = (count: number) =>
  new UserError({
    happened: `a prompt has ${count} cache breakpoints`,
    expected: `at most ${mostBreakpoints}: Anthropic refuses more`,
    mend: "keep those at the ends of what stays the same longest",
  });
