/** What a request takes that is written down beforehand, before a tokenizer has seen it. */
import { imagesIn, textOf } from "../wire/index.ts";
import type { Effort } from "./scenario.ts";
import type { Turn } from "./solver.ts";
import { wordPieces } from "./word-pieces.ts";

/** Of a body besides its messages and tools. */
const frameBytes = 512;

/** A request's prompt, in words, numbers and marks. */
export const turnTokens = (turn: Turn): number => wordPieces(textsOf(turn)).length;

export const turnEffort = (turn: Turn): Effort => ({
  calls: 1,
  inputTokens: turnTokens(turn),
  mostInputTokens: hasImages(turn) ? null : Buffer.byteLength(JSON.stringify([turn.messages, turn.tools])) + frameBytes,
  pauseMs: 0,
});

const hasImages = ({ messages }: Turn) => messages.some(({ content }) => imagesIn(content) > 0);

function textsOf({ messages, tools }: Turn): string {
  const contents = messages.map(({ content }) => textOf(content));
  return [...(tools ?? []).map((tool) => JSON.stringify(tool)), ...contents].join("\n");
}
