/**
 * What llama.cpp's cache should give back: the longest common prefix of a prompt with the conversation that is in the
 * sequence which serves it. At least one token is always evaluated again, because its logits are needed for the first
 * answer token.
 *
 * A prompt goes to the free sequence that shares most with it; when that is a tenth of the prompt or less, to the one
 * that was used least recently, whatever that one holds. So a prompt seen before may be gone again.
 *
 * Source: llama.cpp `tools/server/server-context.cpp`, `get_available_slot` with `slot_prompt_similarity` at its default
 * of 0.1, and `n_past = min(n_past, n_prompt_tokens - 1)`. The rule is for a cache that can be cut at any token. It knows
 * no answers, which only a prompt that goes on behind one would share, and takes calls to arrive as they were begun.
 */
export interface PrefixHistory {
  /** A call with this prompt begins. */
  readonly begin: (tokens: Int32Array) => PredictedCall;
}

export interface PredictedCall {
  /** Tokens that it should read from the cache. */
  readonly expected: number;
  /** The call has ended: its sequence is free for others. */
  readonly end: () => void;
}

/** A sequence that shares no more than this of a prompt is not chosen for it. */
const worthSharing = 0.1;

interface Sequence {
  tokens: Int32Array;
  busy: boolean;
  lastUse: number;
}

/** @param sequences conversations that the engine holds at a time */
export function prefixHistory(sequences: number): PrefixHistory {
  const all: Sequence[] = Array.from({ length: sequences }, () => ({
    tokens: new Int32Array(0),
    busy: false,
    lastUse: 0,
  }));
  let uses = 0;
  return {
    begin: (tokens) => {
      const free = all.filter(({ busy }) => !busy);
      const { sequence, shared } = chosen(free.length > 0 ? free : all, tokens);
      Object.assign(sequence, { tokens, busy: true, lastUse: ++uses });
      return {
        expected: Math.min(shared, Math.max(0, tokens.length - 1)),
        end: () => {
          sequence.busy = false;
        },
      };
    },
  };
}

function chosen(from: readonly Sequence[], tokens: Int32Array) {
  const byUse = from
    .map((sequence) => ({ sequence, shared: commonPrefix(sequence.tokens, tokens) }))
    .sort((a, b) => a.sequence.lastUse - b.sequence.lastUse);
  const best = byUse.reduce((most, one) => (one.shared > most.shared ? one : most));
  return best.shared > worthSharing * tokens.length ? best : byUse[0]!;
}

export function commonPrefix(left: Int32Array, right: Int32Array): number {
  const most = Math.min(left.length, right.length);
  let length = 0;
  while (length < most && left[length] === right[length]) length++;
  return length;
}
