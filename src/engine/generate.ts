/** One request on one sequence: the prompt is read as far as the cache does not hold it, then tokens are sampled. */
import {
  type LlamaContextSequence,
  LlamaGrammarEvaluationState,
  type SequenceEvaluateOptions,
  type Token,
} from "node-llama-cpp";
import { EngineError, invalidRequest } from "./engine-error.ts";
import { createGrammar } from "./grammar.ts";
import { type LoadedModel, tokenizePrompt } from "./loaded-model.ts";
import { logprobsOf } from "./logprobs.ts";
import { readPrompt, reusePrefix } from "./prompt-reading.ts";
import type { Generated, GeneratedLogprob, GenerateRequest, Measured, Piece } from "./protocol.ts";
import type { Slot, Slots } from "./slots.ts";
import { createStopScanner } from "./stop-strings.ts";
import { createTextStream } from "./text-stream.ts";

export interface GenerationEvents {
  started(measured: Measured): void;
  piece(piece: Piece, measured: Measured): void;
}

interface Generation {
  readonly loaded: LoadedModel;
  readonly slots: Slots;
  readonly request: GenerateRequest;
  readonly prompt: readonly Token[];
  readonly sampling: SequenceEvaluateOptions;
  readonly events: GenerationEvents;
  readonly signal: AbortSignal;
}

/**
 * @throws EngineError for a prompt that is empty or too long for the context, or a grammar that cannot be read
 * @throws the signal's reason when it is aborted
 */
export async function generate(
  loaded: LoadedModel,
  slots: Slots,
  request: GenerateRequest,
  events: GenerationEvents,
  signal: AbortSignal,
): Promise<Generated> {
  const prompt = tokenizePrompt(loaded, request.prompt);
  refuseWrongLength(prompt.length, loaded.facts.contextTokens);
  const sampling = await samplingOptions(loaded, request);
  const arrived = performance.now();
  const slot = await slots.acquire(prompt, request.cachePrompt, signal);
  try {
    const queuedMs = performance.now() - arrived;
    return await generateIn(slot, { loaded, slots, request, prompt, sampling, events, signal }, queuedMs);
  } catch (error) {
    if (!signal.aborted) await slots.reset(slot);
    throw error;
  } finally {
    slots.release(slot);
  }
}

async function generateIn(slot: Slot, generation: Generation, queuedMs: number): Promise<Generated> {
  const { loaded, slots, request, prompt, sampling, events, signal } = generation;
  const { sequence } = slot;
  const began = performance.now();
  const branch = slots.longestShared(prompt);
  const cachedTokens = await reusePrefix(loaded, sequence, request.cachePrompt ? prompt : []);
  const lastTokens = await readPrompt(loaded, slot, prompt, branch, signal);

  let generatedTokens = 0;
  let firstTokenAt = began;
  const measured = (): Measured => ({
    promptTokens: prompt.length,
    cachedTokens,
    promptMs: firstTokenAt - began,
    generatedTokens,
    generatedMs: performance.now() - firstTokenAt,
    queuedMs,
  });
  const output = createOutput(generation, (piece) => events.piece(piece, measured()));
  const limit = request.maxTokens ?? Number.POSITIVE_INFINITY;
  // A grammar that has come to its end allows nothing else.
  const passesOverTheEnd = request.ignoreEos && request.grammar === null;
  const metadata = { probabilities: (request.topLogprobs !== null) as true };
  for await (const { token, probabilities } of sequence.evaluateWithMetadata(lastTokens, metadata, sampling)) {
    generatedTokens++;
    if (generatedTokens === 1) {
      firstTokenAt = performance.now();
      events.started(measured());
    }
    signal.throwIfAborted();
    if (loaded.model.isEogToken(token) && !passesOverTheEnd) {
      output.end();
      return { ...measured(), finishReason: "stop" };
    }
    if (output.push(token, probabilities)) return { ...measured(), finishReason: "stop" };
    if (generatedTokens >= limit || isFull(sequence)) break;
  }
  return { ...measured(), finishReason: output.end() ? "stop" : "length" };
}

/** Turns tokens into pieces of text that end before a stop string. Both functions say whether one was met. */
function createOutput({ loaded: { model }, request, prompt }: Generation, emit: (piece: Piece) => void) {
  const text = createTextStream(
    (tokens, before) => model.detokenize(tokens as Token[], false, before as Token[]),
    prompt,
  );
  const stops = createStopScanner(request.stop);
  let logprobs: GeneratedLogprob[] = [];
  function show(part: string): void {
    if (part === "" && logprobs.length === 0) return;
    emit({ text: part, logprobs });
    logprobs = [];
  }
  return {
    push(token: Token, probabilities: ReadonlyMap<Token, number> | undefined): boolean {
      if (request.topLogprobs !== null && probabilities !== undefined) {
        logprobs.push(logprobsOf(model, token, probabilities, request.topLogprobs));
      }
      const { text: safe, stopped } = stops.push(text.push(token));
      show(safe);
      return stopped;
    },
    end(): boolean {
      const { text: rest, stopped } = stops.push(text.end());
      show(stopped ? rest : rest + stops.end());
      return stopped;
    },
  };
}

/** The next evaluation would push the beginning of the conversation out of the context. */
function isFull(sequence: LlamaContextSequence): boolean {
  return sequence.nextTokenIndex >= sequence.contextSize - 1;
}

function refuseWrongLength(promptTokens: number, contextTokens: number): void {
  if (promptTokens === 0) throw invalidRequest("the prompt is empty", "prompt");
  if (promptTokens < contextTokens) return;
  throw new EngineError({
    status: 400,
    type: "exceed_context_size_error",
    code: "context_length_exceeded",
    message: `request (${promptTokens} tokens) exceeds the available context size (${contextTokens} tokens), try increasing it`,
    param: null,
    details: { n_prompt_tokens: promptTokens, n_ctx: contextTokens },
  });
}

async function samplingOptions(loaded: LoadedModel, request: GenerateRequest): Promise<SequenceEvaluateOptions> {
  const { temperature, topP, topK, minP, seed } = request;
  const grammar = await createGrammar(loaded.llama, request.grammar);
  const options = { temperature, topP, topK, minP, seed, yieldEogToken: true };
  if (grammar === null) return options;
  return { ...options, grammarEvaluationState: new LlamaGrammarEvaluationState({ model: loaded.model, grammar }) };
}
