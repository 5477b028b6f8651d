/**
 * What llama.cpp's cache should give back: the longest common prefix of a prompt with one that the engine has seen.
 * At least one token is always evaluated again, because its logits are needed for the first answer token.
 *
 * Source: llama.cpp `tools/server/server-context.cpp`, slot selection by longest common prefix, and
 * `n_past = min(n_past, n_prompt_tokens - 1)`. This is the ceiling: it assumes that no earlier prompt was evicted.
 */
export interface PrefixHistory {
  /** Expected cache read for these prompt tokens, given all prompts remembered so far. */
  readonly expect: (tokens: Int32Array) => number;
  /** To be called once the prompt has been answered; the output becomes part of the cached sequence too. */
  readonly remember: (tokens: Int32Array) => void;
}

/** Remembers the last `capacity` prompts, which is more than any slot count in use. */
export function prefixHistory(capacity = 256): PrefixHistory {
  const remembered: Int32Array[] = [];
  return {
    expect: (tokens) => {
      let longest = 0;
      for (const earlier of remembered) longest = Math.max(longest, commonPrefix(earlier, tokens));
      return Math.min(longest, Math.max(0, tokens.length - 1));
    },
    remember: (tokens) => {
      remembered.push(tokens);
      if (remembered.length > capacity) remembered.shift();
    },
  };
}

export function commonPrefix(left: Int32Array, right: Int32Array): number {
  const most = Math.min(left.length, right.length);
  let length = 0;
  while (length < most && left[length] === right[length]) length++;
  return length;
}
