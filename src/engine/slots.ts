/**
 * The sequences of one context, each with the tokens of the last conversation it served. A request is given the one
 * that shares most with its prompt, so that only the rest has to be read.
 */
import type { LlamaContext, LlamaContextSequence, Token } from "node-llama-cpp";

export interface Slot {
  sequence: LlamaContextSequence;
  busy: boolean;
  /** Counts up with each use: the lowest is the least recently used. */
  lastUse: number;
  /** Size of the largest checkpoint it took, bytes; 0 before the first. */
  checkpointBytes: number;
}

export interface Slots {
  /** Waits for a free slot, first come, first served. Throws `signal.reason` when it is aborted meanwhile. */
  acquire(tokens: readonly Token[], reuse: boolean, signal: AbortSignal): Promise<Slot>;
  release(slot: Slot): void;
  /** The longest beginning of `tokens` that any slot holds, busy or not; tokens. */
  longestShared(tokens: readonly Token[]): number;
  /** After an error the state of a sequence is not known: start it over. */
  reset(slot: Slot): Promise<void>;
}

/** For one sequence, however small they are. */
export const mostCheckpoints = 64;

/** A slot whose conversation shares less than this with the prompt is not worth overwriting while others are older. */
const worthSharing = 0.1;

/** @throws an error of llama.cpp, which evaluates its first token here */
export async function createSlots(context: LlamaContext, checkpointLimitBytes: number): Promise<Slots> {
  const newSequence = () =>
    context.getSequence({ checkpoints: { max: mostCheckpoints, interval: false, maxMemory: checkpointLimitBytes } });
  const checkpointBytes = await firstCheckpointBytes(context);
  const slots: Slot[] = Array.from({ length: context.totalSequences }, () => ({
    sequence: newSequence(),
    busy: false,
    lastUse: 0,
    checkpointBytes,
  }));
  const waiting: (() => void)[] = [];
  let uses = 0;

  async function turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const go = () => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      const leave = () => {
        waiting.splice(waiting.indexOf(go), 1);
        reject(signal.reason);
      };
      signal.addEventListener("abort", leave, { once: true });
      waiting.push(go);
    });
  }

  return {
    async acquire(tokens, reuse, signal) {
      while (slots.every((slot) => slot.busy)) await turn(signal);
      const slot = chooseSlot(
        slots.filter((candidate) => !candidate.busy),
        reuse ? tokens : [],
      );
      slot.busy = true;
      slot.lastUse = ++uses;
      return slot;
    },
    release(slot) {
      slot.busy = false;
      waiting.shift()?.();
    },
    longestShared(tokens) {
      return Math.max(...slots.map((slot) => sharedTokens(slot, tokens)));
    },
    async reset(slot) {
      await slot.sequence.dispose();
      slot.sequence = newSequence();
    },
  };
}

/** Recurrent and compressor states are as large after one token as ever; a window still grows. */
async function firstCheckpointBytes(context: LlamaContext): Promise<number> {
  const sequence = context.getSequence();
  try {
    if (!sequence.needsCheckpoints) return 0;
    const anyToken = 0 as Token;
    await sequence.evaluateWithoutGeneratingNewTokens([anyToken]);
    await sequence.takeCheckpoint();
    return sequence.checkpointsMemoryUsage;
  } finally {
    await sequence.dispose();
  }
}

function chooseSlot(free: readonly Slot[], tokens: readonly Token[]): Slot {
  const [best] = free
    .map((slot) => ({ slot, shared: sharedTokens(slot, tokens) }))
    .sort((a, b) => b.shared - a.shared || a.slot.lastUse - b.slot.lastUse);
  if (best !== undefined && best.shared > worthSharing * tokens.length) return best.slot;
  const [oldest] = [...free].sort((a, b) => a.lastUse - b.lastUse);
  return oldest!;
}

/** Length of the longest common beginning of a prompt and the slot's conversation, tokens. */
export function sharedTokens(slot: Slot, tokens: readonly Token[]): number {
  return Math.min(slot.sequence.compareContextTokens(tokens as Token[]).firstDifferentIndex, tokens.length);
}
