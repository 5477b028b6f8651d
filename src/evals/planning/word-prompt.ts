/** Prompts and answers as a cache rule is told of them where only the vendor knows its tokens: words, stretched to its counts. */
import { answerOfMessage, type CachedPrompt, type PromptTokenizer, promptOfBody } from "../../routes/index.ts";
import { type Answer, type Protocol, wireBody } from "../../wire/index.ts";
import { wordTokens } from "./word-tokens.ts";

type Body = Readonly<Record<string, unknown>>;

/**
 * @param vendor a name of `vendors`
 * @param body   as it is sent
 * @param factor the vendor's tokens for a word
 * @returns null where the vendor's order is not known
 */
export const wordPrompt = (vendor: string, body: Body, factor = 1): Omit<CachedPrompt, "sentAtMs"> | null =>
  promptOfBody(vendor, body, stretchedWords(factor));

/** The answer as the next request would say it. Null where the vendor's order is not known. */
export function wordAnswer(vendor: string, protocol: Protocol, answer: Answer, factor = 1): Int32Array | null {
  const { text, reasoning, toolCalls, finishReason } = answer;
  const said = {
    ...({ role: "assistant", content: text } as const),
    ...(reasoning !== null && { reasoning }),
    ...(toolCalls.length > 0 && { toolCalls }),
  };
  const { messages } = wireBody(protocol, { model: "", stream: false, messages: [said] });
  const [message] = (messages ?? []) as Body[];
  if (message === undefined) return null;
  const isWhole = finishReason !== "length" && finishReason !== "max_tokens";
  return answerOfMessage(vendor, message, stretchedWords(factor), isWhole);
}

/** Of a route or a candidate, `vendor/model`. */
export const vendorOf = (id: string): string => id.slice(0, id.indexOf("/"));

/** Equal beginnings stay equal, and every word counts: as often as the factor says, or together with the next ones. */
const stretchedWords = (factor: number): PromptTokenizer => ({
  text: (text) => stretched(wordTokens([{ role: "user", content: text }]).subarray(1), factor),
  mark: (name) => wordTokens([{ role: "user", content: ` ${name} mark` }]).subarray(1, 2),
});

function stretched(words: Int32Array, factor: number): Int32Array {
  if (factor === 1 || words.length === 0) return words;
  const tokens = new Int32Array(Math.max(1, Math.round(words.length * factor)));
  for (let at = 0; at < tokens.length; at++) {
    const first = Math.floor(at / factor);
    const end = at === tokens.length - 1 ? words.length : Math.floor((at + 1) / factor);
    let token = words[first]!;
    for (let next = first + 1; next < end; next++) token = Math.imul(token, 31) + words[next]!;
    tokens[at] = token;
  }
  return tokens;
}
