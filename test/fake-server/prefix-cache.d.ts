/**
 * A prompt cache like llama.cpp's: each slot keeps the last sequence it ran, and a prompt reuses the longest common
 * prefix of the best slot, all but its last token. A token is a word with what stands before it.
 */
export interface PrefixCache {
  /** Tokens of this prompt that were cached; afterwards its slot holds the prompt. */
  run(tokens: readonly string[]): {
    readonly cachedTokens: number;
    extend(tokens: readonly string[]): void;
  };
}
export declare function prefixCache(slots: number): PrefixCache;
export declare function tokenise(text: string): string[];
