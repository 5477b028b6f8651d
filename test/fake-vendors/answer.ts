/**
 * What a fake model says: it repeats the end of the last message. The answer's tokens are its words and the mark that ends
 * a turn, so that in the next request the history starts with exactly the tokens of this prompt and this answer.
 */
import { mark, words } from "./tokens.ts";

export interface Answer {
  /** Pieces of the text, a token each. */
  readonly pieces: readonly string[];
  readonly tokens: readonly number[];
  /** False where the limit of tokens cut it. */
  readonly isWhole: boolean;
}

export function echo(lastMessage: string): string {
  const end = (lastMessage.match(/\S+/g) ?? []).slice(-8).join(" ");
  return `You said: ${end}`;
}

export function answerOf(text: string, maxTokens: number): Answer {
  const all = text.match(/\s*\S+/g) ?? [];
  const pieces = all.slice(0, maxTokens);
  const isWhole = all.length < maxTokens;
  return { pieces, tokens: [...words(pieces.join("")), ...(isWhole ? [mark("end")] : [])], isWhole };
}
