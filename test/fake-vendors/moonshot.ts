/**
 * Moonshot's platform as its guides describe it: the cache is automatic, it keeps whole blocks, and a lifetime that the
 * first write chose stays until the prefix expires. `kimi-coding.ts` has what the coding endpoint was measured to do.
 *
 * @see https://platform.kimi.ai/docs/guide/use-context-caching-feature-of-kimi-api (copy of 2026-08-13, read on 2026-11-28)
 * @see https://platform.kimi.ai/docs/guide/context-caching (through readers' notes of October 2026, read on 2026-11-28)
 */

import { type ChatMessage, type ChatPrompt, renderChat } from "./chat-prompt.ts";
import { type CacheRequest, type ChatVendor, type Counts, startChatServer, stateByKey } from "./chat-server.ts";
import { hourMs, minuteMs } from "./clock.ts";
import { commonPrefix, floorTo } from "./tokens.ts";
import { Refusal, type VendorOptions, type VendorServer } from "./vendor-server.ts";

/** The guides say blocks and give no size; this is what `kimi-coding.ts` has, and the guides' smallest prompt. */
export const blockTokens = 256;

const lifetimesMs: Readonly<Record<string, number>> = { "5m": 5 * minuteMs, "1h": hourMs };

/** The published template declares tools in a turn before all others, and closes every turn. */
export function render(messages: readonly ChatMessage[], tools?: readonly unknown[]): ChatPrompt {
  return renderChat({ tools: "first", endMarks: "all", opensAnswer: true }, messages, tools);
}

export function tokenize(messages: readonly ChatMessage[], tools?: readonly unknown[]): number[] {
  return [...render(messages, tools).tokens];
}

export function start(options: VendorOptions = {}): Promise<VendorServer> {
  // Another effort breaks hits; another tool choice or response format does not.
  const blocksOf = stateByKey(() => new PrefixBlocks());
  const vendor = kimiVendor(
    (request) => {
      refuseBreakpoints(request);
      return blocksOf([request.body.model, request.body.reasoning_effort]).run(request);
    },
    ({ readTokens, writeTokens }, model) => ({
      cached_tokens: readTokens,
      // Writing is charged, and therefore reported, from K3 on.
      prompt_tokens_details: {
        cached_tokens: readTokens,
        ...(String(model).startsWith("kimi-k3") && { cache_write_tokens: writeTokens }),
      },
    }),
  );
  return startChatServer(vendor, options);
}

/** What both of Kimi's endpoints have in common, with the fields of the usage that say what was cached. */
export function kimiVendor(run: ChatVendor["run"], cached: (counts: Counts, model: unknown) => object): ChatVendor {
  return {
    render,
    run,
    usage: (counts, { model }) => ({
      prompt_tokens: counts.promptTokens,
      completion_tokens: counts.outputTokens,
      total_tokens: counts.promptTokens + counts.outputTokens,
      ...cached(counts, model),
    }),
    // A stream has it in the choice that finishes, and once more at the end for those who ask.
    usagePlace: (asked) => ({ finish: "choice", own: asked, nullElsewhere: false }),
  };
}

function refuseBreakpoints({ prompt, body }: CacheRequest): void {
  const isMarked = prompt.messages.some(({ parts }) => parts.some(({ part }) => part.prompt_cache_breakpoint));
  const { mode = "implicit" } = (body.prompt_cache_options ?? {}) as { mode?: string };
  if (isMarked || mode !== "implicit") throw new Refusal("'prompt_cache_breakpoint' is not supported");
}

interface Block {
  /** The prompt that wrote it, of which it ends the first `endTokens`. */
  readonly tokens: readonly number[];
  readonly endTokens: number;
  readonly lifetimeMs: number;
  usedMs: number;
}

class PrefixBlocks {
  private blocks: Block[] = [];

  run({ prompt: { tokens }, body, nowMs }: CacheRequest): { readTokens: number; writeTokens: number } {
    const { ttl = "5m" } = (body.prompt_cache_options ?? {}) as { ttl?: string };
    const askedMs = lifetimesMs[ttl];
    if (askedMs === undefined) throw new Refusal("'prompt_cache_options.ttl' must be '5m' or '1h'");
    this.blocks = this.blocks.filter((block) => nowMs - block.usedMs <= block.lifetimeMs);

    // The longest prefix counts, block after block from the first token on. A hit renews what it reads.
    const found: Block[] = [];
    for (
      let block = this.blockAt(tokens, blockTokens);
      block;
      block = this.blockAt(tokens, block.endTokens + blockTokens)
    ) {
      block.usedMs = nowMs;
      found.push(block);
    }
    const readTokens = found.length * blockTokens;

    // A prompt that has no more tokens than the minimum is not kept. Of others, a last block that is not full is not.
    if (tokens.length <= blockTokens) return { readTokens, writeTokens: 0 };
    const wholeTokens = floorTo(blockTokens, tokens.length);
    // What is added to a prefix has the prefix's lifetime; another can be chosen when that has expired.
    const lifetimeMs = found[0]?.lifetimeMs ?? askedMs;
    for (let endTokens = readTokens + blockTokens; endTokens <= wholeTokens; endTokens += blockTokens) {
      this.blocks.push({ tokens, endTokens, lifetimeMs, usedMs: nowMs });
    }
    return { readTokens, writeTokens: wholeTokens - readTokens };
  }

  private blockAt(tokens: readonly number[], endTokens: number): Block | undefined {
    return this.blocks.find(
      (block) => block.endTokens === endTokens && commonPrefix(block.tokens, tokens) >= endTokens,
    );
  }
}
