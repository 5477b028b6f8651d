/** How long prompts are, counted as words, numbers and marks: a vendor's tokenizer makes a tenth to a third more of them. */
import { type Document, registerTokens } from "../evals/index.ts";
import { textOf } from "../wire/index.ts";
import { promptOf } from "./prompt.ts";
import type { JobSample } from "./sample.ts";

/** Of all that a sample says besides its material, tokens. */
export const questionTokens = (sample: JobSample): number =>
  promptOf(sample, []).reduce((sum, { content }) => sum + registerTokens(textOf(content)), 0);

const known = new WeakMap<Document, number>();

export function documentTokens(document: Document): number {
  const tokens = known.get(document) ?? registerTokens(document.text);
  known.set(document, tokens);
  return tokens;
}
