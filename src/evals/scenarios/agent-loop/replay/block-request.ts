/** A request of which only the shape is known: ids for its blocks of tokens, and how long prompt and answer were. */

import { syntheticWords } from "./synthetic-text.ts";
import type { TracedRequest } from "./trace.ts";

export interface BlockRequest extends TracedRequest {
  readonly blockIds: readonly number[];
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Names the text of a prompt without ids. */
  readonly own: string;
}

/** Tokens that two prompts have in common: whole blocks, and all where their blocks are the same. */
export function sharedTokens(one: BlockRequest, other: BlockRequest, blockTokens: number): number {
  const shortest = Math.min(one.inputTokens, other.inputTokens);
  let blocks = 0;
  while (blocks < one.blockIds.length && one.blockIds[blocks] === other.blockIds[blocks]) blocks++;
  const isSame = blocks > 0 && blocks === one.blockIds.length && blocks === other.blockIds.length;
  return isSame ? shortest : Math.min(shortest, blocks * blockTokens);
}

/**
 * The prompt's text from one token to before another. What lies behind its whole blocks belongs to the last of them: two
 * prompts share it where they share all blocks, and the block that takes its place in a longer prompt is another.
 */
export function textOf(
  { blockIds, own }: BlockRequest,
  from: number,
  to: number,
  { blockTokens, scope }: { readonly blockTokens: number; readonly scope: string },
): string {
  const words: string[] = [];
  const behind = blockIds.length * blockTokens;
  for (let block = Math.floor(from / blockTokens); block * blockTokens < Math.min(to, behind); block++) {
    const start = block * blockTokens;
    const end = Math.min(blockTokens, to - start);
    words.push(...syntheticWords(scope, blockIds[block]!, end).slice(Math.max(0, from - start)));
  }
  if (to > behind) {
    const last = blockIds.at(-1);
    const tail = syntheticWords(last === undefined ? `${scope} ${own}` : `${scope} behind`, last ?? 0, to - behind);
    for (const word of tail.slice(Math.max(0, from - behind))) words.push(word);
  }
  return words.join("");
}
