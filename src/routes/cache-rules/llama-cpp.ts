/** llama.cpp's slots: each keeps the conversation that it served last. */
import type { CachedPrompt, CacheRule, CacheState } from "./cache-rule.ts";
import { evaluated } from "./conversation.ts";

export interface LlamaCppOptions {
  /** Conversations that the server holds at a time, `--parallel`. */
  readonly sequences?: number;
}

/**
 * A prompt reads the longest common prefix with the conversation in the slot that serves it, at most n − 1 tokens: one is
 * always evaluated again, because its logits are needed for the first answer token.
 *
 * It goes to the free slot that shares most with it; when that is a tenth of the prompt or less, to the one that was used
 * least recently, whatever that one holds. So a prompt seen before may be gone again.
 */
export function llamaCpp({ sequences = 1 }: LlamaCppOptions = {}): CacheRule {
  return {
    name: "llama.cpp: longest common prefix",
    source: {
      url: "https://github.com/ggml-org/llama.cpp/blob/master/tools/server/server-context.cpp",
      readOn: "2026-11-28",
      locator:
        "get_available_slot with slot_prompt_similarity at its default of 0.1; n_past = min(n_past, n_prompt_tokens - 1)",
    },
    assumptions: [
      "The cache can be cut at any token: checkpoints of windows, Mamba or KDA are not modelled.",
      "Prompts are kept in their slots alone, `--cache-ram 0`.",
      "Calls arrive in the order in which they were begun.",
    ],
    open: () => slots(sequences),
  };
}

/** A slot that shares no more than this of a prompt is not chosen for it. */
const worthSharing = 0.1;

interface Slot {
  tokens: Int32Array;
  busy: boolean;
  lastUse: number;
}

function slots(count: number): CacheState {
  const all: Slot[] = Array.from({ length: count }, () => ({ tokens: new Int32Array(0), busy: false, lastUse: 0 }));
  let uses = 0;
  return {
    begin: ({ tokens }: CachedPrompt) => {
      const free = all.filter(({ busy }) => !busy);
      const { slot, shared } = chosen(free.length > 0 ? free : all, tokens);
      const before = { tokens: slot.tokens, lastUse: slot.lastUse };
      Object.assign(slot, { tokens, busy: true, lastUse: ++uses });
      return {
        expected: { readTokens: Math.min(shared, Math.max(0, tokens.length - 1)), writtenTokens: null },
        end: (output) => {
          slot.busy = false;
          if (slot.tokens === tokens) slot.tokens = evaluated(tokens, output?.tokens);
        },
        refuse: () => {
          slot.busy = false;
          if (slot.tokens === tokens) Object.assign(slot, before);
        },
      };
    },
  };
}

function chosen(from: readonly Slot[], tokens: Int32Array) {
  const byUse = from
    .map((slot) => ({ slot, shared: commonPrefix(slot.tokens, tokens) }))
    .sort((a, b) => a.slot.lastUse - b.slot.lastUse);
  const best = byUse.reduce((most, one) => (one.shared > most.shared ? one : most));
  return best.shared > worthSharing * tokens.length ? best : byUse[0]!;
}

function commonPrefix(left: Int32Array, right: Int32Array): number {
  const most = Math.min(left.length, right.length);
  let length = 0;
  while (length < most && left[length] === right[length]) length++;
  return length;
}
