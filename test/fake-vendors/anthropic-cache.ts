/**
 * Anthropic's cache: entries are written at breakpoints and nowhere else, and read by walking back from breakpoints.
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/prompt-caching as of autumn 2026 (read on 2026-11-28)
 */
import type { AnthropicPrompt, CacheControl, PromptBlock } from "./anthropic-prompt.ts";
import { hourMs, minuteMs } from "./clock.ts";
import { startsWith } from "./tokens.ts";
import { Refusal } from "./vendor-server.ts";

export interface AnthropicCounts {
  readonly readTokens: number;
  readonly write5mTokens: number;
  readonly write1hTokens: number;
}

interface Entry {
  readonly prefix: Prefix;
  lifetimeMs: number;
  usedMs: number;
}

/** What an entry is found by: the tokens up to its block, and the settings that are part of it. */
interface Prefix {
  readonly tokens: readonly number[];
  readonly settings: string;
}

const mostBreakpoints = 4;
const lookbackPositions = 20;

export class AnthropicCache {
  private entries: Entry[] = [];
  private readonly minimumTokens: number;

  constructor(minimumTokens: number) {
    this.minimumTokens = minimumTokens;
  }

  /**
   * Reads and then writes. Lifetimes count from the start of the request.
   *
   * @throws Refusal where the breakpoints are not allowed
   */
  run(prompt: AnthropicPrompt, body: Readonly<Record<string, unknown>>, nowMs: number): AnthropicCounts {
    const breakpoints = breakpointsOf(prompt.blocks, (body.cache_control ?? null) as CacheControl | null);
    const prefixAt = (index: number): Prefix => {
      const { level, endTokens } = prompt.blocks[index]!;
      // Tool choice, thinking, effort and images are part of message prefixes, not of those of tools and system.
      return {
        tokens: prompt.tokens.slice(0, endTokens),
        settings: level === "messages" ? messageSettings(prompt, body) : "",
      };
    };
    this.entries = this.entries.filter((entry) => nowMs - entry.usedMs <= entry.lifetimeMs);
    const hitIndex = this.lookBack(
      prompt.blocks,
      breakpoints.map(({ index }) => index),
      prefixAt,
    );
    const hitTokens = hitIndex === null ? 0 : prompt.blocks[hitIndex]!.endTokens;
    if (hitIndex !== null) this.entryAt(prefixAt(hitIndex))!.usedMs = nowMs;

    // Shorter prefixes than the model's minimum are processed without caching, and no error is returned.
    const written = breakpoints.filter(({ index }) => prompt.blocks[index]!.endTokens >= this.minimumTokens);
    for (const { index, ttl } of written) this.write(prefixAt(index), ttl === "1h" ? hourMs : 5 * minuteMs, nowMs);
    // Billed are A, the highest hit; up to B, the highest 1-hour breakpoint after it; up to C, the last breakpoint.
    const highest = (ends: readonly { readonly index: number }[]): number =>
      Math.max(hitTokens, ...ends.map(({ index }) => prompt.blocks[index]!.endTokens));
    const lastHour = highest(written.filter(({ ttl }) => ttl === "1h"));
    return { readTokens: hitTokens, write1hTokens: lastHour - hitTokens, write5mTokens: highest(written) - lastHour };
  }

  /**
   * The block at which the longest entry ends. From each breakpoint, the last one first, at most 20 positions are checked,
   * the breakpoint's own among them; a run of tool uses, or of tool results, is one position.
   */
  private lookBack(
    blocks: readonly PromptBlock[],
    breakpoints: readonly number[],
    prefixAt: (index: number) => Prefix,
  ): number | null {
    for (const breakpoint of breakpoints.toReversed()) {
      let positions = 0;
      for (let index = breakpoint; index >= 0; index -= 1) {
        if (index === breakpoint || !isOneRun(blocks[index]!, blocks[index + 1]!)) positions += 1;
        if (positions > lookbackPositions) break;
        if (this.entryAt(prefixAt(index))) return index;
      }
    }
    return null;
  }

  private entryAt({ tokens, settings }: Prefix): Entry | undefined {
    return this.entries.find(
      ({ prefix }) =>
        prefix.settings === settings && prefix.tokens.length === tokens.length && startsWith(tokens, prefix.tokens),
    );
  }

  private write(prefix: Prefix, lifetimeMs: number, nowMs: number): void {
    const known = this.entryAt(prefix);
    if (!known) {
      this.entries.push({ prefix, lifetimeMs, usedMs: nowMs });
      return;
    }
    known.lifetimeMs = Math.max(known.lifetimeMs, lifetimeMs);
    known.usedMs = nowMs;
  }
}

interface Breakpoint {
  readonly index: number;
  readonly ttl: "5m" | "1h";
}

/** The marked blocks in order, and the block that automatic caching marks: the last one that can be marked. */
function breakpointsOf(blocks: readonly PromptBlock[], automatic: CacheControl | null): Breakpoint[] {
  const breakpoints = blocks.flatMap(({ cacheControl, canBeMarked }, index) => {
    if (!cacheControl) return [];
    if (!canBeMarked) throw new Refusal("cache_control cannot be set for thinking or empty text blocks");
    return [{ index, ttl: cacheControl.ttl ?? "5m" }];
  });
  if (automatic) {
    const ttl = automatic.ttl ?? "5m";
    const index = blocks.findLastIndex(({ canBeMarked }) => canBeMarked);
    const marked = breakpoints.find((breakpoint) => breakpoint.index === index);
    if (marked && marked.ttl !== ttl) throw new Refusal("the last block has a cache_control with another ttl");
    if (!marked && breakpoints.length === mostBreakpoints) throw new Refusal("no slot is left for automatic caching");
    if (!marked && index >= 0) breakpoints.push({ index, ttl });
  }
  if (breakpoints.length > mostBreakpoints) throw new Refusal("at most 4 blocks may have a cache_control");
  const firstShort = breakpoints.findIndex(({ ttl }) => ttl === "5m");
  const lastLong = breakpoints.findLastIndex(({ ttl }) => ttl === "1h");
  if (firstShort >= 0 && firstShort < lastLong) throw new Refusal("a ttl of 1h must come before those of 5m");
  return breakpoints;
}

function isOneRun(block: PromptBlock, next: PromptBlock): boolean {
  return block.type === next.type && (block.type === "tool_use" || block.type === "tool_result");
}

function messageSettings({ blocks }: AnthropicPrompt, body: Readonly<Record<string, unknown>>): string {
  const { effort } = (body.output_config ?? {}) as { effort?: string };
  const hasImages = blocks.some(({ type }) => type === "image");
  return JSON.stringify([body.tool_choice, body.thinking, effort, hasImages]);
}
