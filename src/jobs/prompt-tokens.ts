/** How long prompts are, counted in words as a plan counts them: a vendor's tokenizer makes a tenth to a third more of them. */
import { type Document, registerTokens, wordTokens } from "../evals/index.ts";
import { marked, promptOf } from "./prompt.ts";
import type { JobSample } from "./sample.ts";

/** Of all that a sample says besides its material, tokens. */
export const questionTokens = (sample: JobSample): number => wordTokens(promptOf(sample, []), sample.tools).length;

const known = new WeakMap<Document, number>();

/** As it stands in a prompt, with its marks and the blank line behind it. */
export function documentTokens(document: Document): number {
  const tokens = known.get(document) ?? registerTokens(marked(document)) + 1;
  known.set(document, tokens);
  return tokens;
}
