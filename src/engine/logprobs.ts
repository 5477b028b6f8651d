/** The probabilities of a token and of what could have stood in its place. */
import type { LlamaModel, Token } from "node-llama-cpp";
import type { GeneratedLogprob, TokenLogprob } from "./protocol.ts";

/** What JSON can hold of the logarithm of 0; the value that OpenAI sends too. */
const noLogprob = -9999;

/**
 * @param probabilities  by token, the likeliest first
 * @param top  how many of them to report
 */
export function logprobsOf(
  model: LlamaModel,
  token: Token,
  probabilities: ReadonlyMap<Token, number>,
  top: number,
): GeneratedLogprob {
  const ranked = [...probabilities].slice(0, top);
  return {
    ...oneLogprob(model, token, probabilities.get(token) ?? 0),
    top: ranked.map(([candidate, probability]) => oneLogprob(model, candidate, probability)),
  };
}

function oneLogprob(model: LlamaModel, token: Token, probability: number): TokenLogprob {
  const text = model.detokenize([token], true);
  return {
    token: text,
    bytes: text.includes("\uFFFD") ? null : [...Buffer.from(text)],
    logprob: probability > 0 ? Math.log(Math.min(1, probability)) : noLogprob,
  };
}
