/** What the server answers, in OpenAI's shapes with llama-server's additions. */
import type { EngineFailure, Generated, GeneratedLogprob, Measured, Piece } from "./protocol.ts";

export type Endpoint = "chat" | "completion";

/** What all parts of one answer share. */
export interface AnswerHead {
  readonly endpoint: Endpoint;
  readonly id: string;
  readonly model: string;
  /** Seconds since 1970. */
  readonly created: number;
}

export function errorBody(failure: EngineFailure) {
  const { type, code, message, param, details } = failure;
  return { error: { message, type, param, code, ...details } };
}

export function wholeAnswer(head: AnswerHead, text: string, logprobs: readonly GeneratedLogprob[], done: Generated) {
  const content = head.endpoint === "chat" ? { message: { role: "assistant", content: text } } : { text };
  return {
    ...envelope(head, head.endpoint === "chat" ? "chat.completion" : "text_completion"),
    choices: [
      { index: 0, ...content, logprobs: logprobsBody(head.endpoint, logprobs), finish_reason: done.finishReason },
    ],
    usage: usageBody(done),
    timings: timingsBody(done),
  };
}

/** The first chunk of a chat says who speaks; a completion has none. */
export function firstChunk(head: AnswerHead) {
  return chunk(head, { delta: { role: "assistant", content: null } }, null, []);
}

export function pieceChunk(head: AnswerHead, piece: Piece) {
  const content = head.endpoint === "chat" ? { delta: { content: piece.text } } : { text: piece.text };
  return chunk(head, content, null, piece.logprobs);
}

export function lastChunk(head: AnswerHead, done: Generated) {
  const content = head.endpoint === "chat" ? { delta: {} } : { text: "" };
  return { ...chunk(head, content, done.finishReason, []), timings: timingsBody(done) };
}

export function usageChunk(head: AnswerHead, done: Generated) {
  return { ...envelope(head, chunkObject(head)), choices: [], usage: usageBody(done), timings: timingsBody(done) };
}

function chunk(head: AnswerHead, content: object, finishReason: string | null, logprobs: readonly GeneratedLogprob[]) {
  return {
    ...envelope(head, chunkObject(head)),
    choices: [{ index: 0, ...content, logprobs: logprobsBody(head.endpoint, logprobs), finish_reason: finishReason }],
  };
}

function chunkObject({ endpoint }: AnswerHead): string {
  return endpoint === "chat" ? "chat.completion.chunk" : "text_completion";
}

function envelope({ id, model, created }: AnswerHead, object: string) {
  return { id, object, created, model, system_fingerprint: "assay-engine" };
}

function usageBody({ promptTokens, generatedTokens, cachedTokens }: Measured) {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: generatedTokens,
    total_tokens: promptTokens + generatedTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens },
  };
}

/** llama.cpp's own account: `cache_n` tokens came from the cache, `prompt_n` were read, `predicted_n` written. */
export function timingsBody({
  promptTokens,
  cachedTokens,
  promptMs,
  generatedTokens,
  generatedMs,
  queuedMs,
}: Measured) {
  const promptRead = promptTokens - cachedTokens;
  return {
    cache_n: cachedTokens,
    prompt_n: promptRead,
    prompt_ms: promptMs,
    prompt_per_token_ms: ratio(promptMs, promptRead),
    prompt_per_second: ratio(promptRead * 1000, promptMs),
    predicted_n: generatedTokens,
    predicted_ms: generatedMs,
    predicted_per_token_ms: ratio(generatedMs, generatedTokens),
    predicted_per_second: ratio(generatedTokens * 1000, generatedMs),
    queued_ms: queuedMs,
  };
}

function ratio(of: number, by: number): number {
  return by > 0 ? of / by : 0;
}

function logprobsBody(endpoint: Endpoint, logprobs: readonly GeneratedLogprob[]) {
  if (logprobs.length === 0) return null;
  if (endpoint === "chat") {
    return { content: logprobs.map(({ top, ...token }) => ({ ...token, top_logprobs: top })), refusal: null };
  }
  return {
    tokens: logprobs.map(({ token }) => token),
    token_logprobs: logprobs.map(({ logprob }) => logprob),
    top_logprobs: logprobs.map(({ top }) => Object.fromEntries(top.map(({ token, logprob }) => [token, logprob]))),
  };
}
