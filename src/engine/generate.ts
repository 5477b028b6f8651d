/** One request on one sequence: reuse what the cache holds, read the rest of the prompt, then sample token by token. */
import {
  type LlamaContextSequence,
  LlamaGrammarEvaluationState,
  type SequenceEvaluateOptions,
  type Token,
} from "node-llama-cpp";
import { checkpointPositions } from "./checkpoint-plan.ts";
import { EngineError, invalidRequest } from "./engine-error.ts";
import { createGrammar } from "./grammar.ts";
import { batchTokens, type LoadedModel, tokenizePrompt } from "./loaded-model.ts";
import type { Generated, GeneratedLogprob, GenerateRequest, Measured, Piece, TokenLogprob } from "./protocol.ts";
import { mostCheckpoints, type Slot, type Slots } from "./slots.ts";
import { createStopScanner } from "./stop-strings.ts";
import { createTextStream } from "./text-stream.ts";

export interface GenerationEvents {
  started(measured: Measured): void;
  piece(piece: Piece, measured: Measured): void;
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
  const tokens = tokenizePrompt(loaded, request.prompt);
  refuseWrongLength(tokens.length, loaded.facts.contextTokens);
  const sampling = await samplingOptions(loaded, request);
  const arrived = performance.now();
  const slot = await slots.acquire(tokens, request.cachePrompt, signal);
  try {
    return await run(loaded, slots, slot, tokens, request, sampling, events, arrived, signal);
  } catch (error) {
    if (!signal.aborted) await slots.reset(slot);
    throw error;
  } finally {
    slots.release(slot);
  }
}

async function run(
  loaded: LoadedModel,
  slots: Slots,
  slot: Slot,
  tokens: readonly Token[],
  request: GenerateRequest,
  sampling: SequenceEvaluateOptions,
  events: GenerationEvents,
  arrived: number,
  signal: AbortSignal,
): Promise<Generated> {
  const { sequence } = slot;
  const began = performance.now();
  const branch = slots.longestShared(tokens);
  const cachedTokens = await reusePrefix(loaded, sequence, request.cachePrompt ? tokens : []);
  const lastTokens = await readPrompt(loaded, slot, tokens, branch, signal);

  let generatedTokens = 0;
  let firstTokenAt = began;
  const measured = (): Measured => ({
    promptTokens: tokens.length,
    cachedTokens,
    promptMs: firstTokenAt - began,
    generatedTokens,
    generatedMs: performance.now() - firstTokenAt,
    queuedMs: began - arrived,
  });

  const decode = (some: readonly number[], before: readonly number[]) =>
    loaded.model.detokenize(some as Token[], false, before as Token[]);
  const text = createTextStream(decode, tokens);
  const stops = createStopScanner(request.stop);
  let logprobs: GeneratedLogprob[] = [];
  function emit(part: string): void {
    if (part === "" && logprobs.length === 0) return;
    events.piece({ text: part, logprobs }, measured());
    logprobs = [];
  }

  const limit = request.maxTokens ?? Number.POSITIVE_INFINITY;
  const metadata = { probabilities: (request.topLogprobs !== null) as true };
  // A grammar that has come to its end allows nothing else.
  const passesOverTheEnd = request.ignoreEos && request.grammar === null;
  let finishReason: Generated["finishReason"] = "length";
  for await (const output of sequence.evaluateWithMetadata(lastTokens, metadata, sampling)) {
    generatedTokens++;
    if (generatedTokens === 1) {
      firstTokenAt = performance.now();
      events.started(measured());
    }
    signal.throwIfAborted();
    if (loaded.model.isEogToken(output.token) && !passesOverTheEnd) {
      finishReason = "stop";
      break;
    }
    if (request.topLogprobs !== null) {
      logprobs.push(logprobsOf(loaded, output.token, output.probabilities, request.topLogprobs));
    }
    const { text: safe, stopped } = stops.push(text.push(output.token));
    emit(safe);
    if (stopped) return { ...measured(), finishReason: "stop" };
    if (generatedTokens >= limit || isFull(sequence)) break;
  }
  const { text: rest, stopped } = stops.push(text.end());
  emit(rest + (stopped ? "" : stops.end()));
  return { ...measured(), finishReason: stopped ? "stop" : finishReason };
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

/**
 * Cuts the sequence's state back to what it shares with the prompt, the prompt's last token left out: one token has to
 * be evaluated for there to be anything to sample from.
 *
 * @returns tokens that are in the cache now: fewer than are shared where the state cannot be cut there and the last
 * checkpoint lies before
 */
async function reusePrefix(
  { model }: LoadedModel,
  sequence: LlamaContextSequence,
  tokens: readonly Token[],
): Promise<number> {
  let kept = tokens.slice(0, -1);
  const shared = Math.min(sequence.compareContextTokens(kept).firstDifferentIndex, kept.length);
  const { swaSize, isHybrid, isRecurrent } = model.fileInsights;
  if (swaSize !== undefined && !isHybrid && !isRecurrent && shared < sequence.nextTokenIndex) {
    // node-llama-cpp cuts a windowed cache wherever a cell is left, even where the window behind the cut has been
    // overwritten in part. Cutting before the first cell makes it take a checkpoint, or start over.
    const firstCell = sequence.stateCellsStartIndex;
    if (firstCell > 0 && shared - swaSize < firstCell) kept = kept.slice(0, Math.min(shared, firstCell));
  }
  await sequence.adaptStateToTokens(kept, false);
  return sequence.nextTokenIndex;
}

/** Reads all but the last tokens of the prompt. @returns those that are left, to sample behind; at least one */
async function readPrompt(
  { controlTokens, options }: LoadedModel,
  slot: Slot,
  tokens: readonly Token[],
  branch: number,
  signal: AbortSignal,
): Promise<Token[]> {
  const { sequence } = slot;
  const from = sequence.nextTokenIndex;
  const checkpoints = sequence.needsCheckpoints
    ? checkpointPositions({
        from,
        to: tokens.length,
        borders: [...tokens.keys()].filter((index) => controlTokens.has(tokens[index]!)),
        branch: branch > from ? branch : null,
        most: roomForCheckpoints(slot, options.checkpointBytes),
      })
    : [];
  let at = from;
  for (const position of [...checkpoints, tokens.length]) {
    while (position - at > batchTokens || (position < tokens.length && position > at)) {
      const end = Math.min(position, at + batchTokens);
      await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(at, end));
      signal.throwIfAborted();
      at = end;
    }
    if (position < tokens.length) await takeCheckpoint(slot);
  }
  return tokens.slice(at);
}

/** How many can be added before older ones have to go; at least one. */
function roomForCheckpoints({ sequence, checkpointBytes }: Slot, limitBytes: number): number {
  const freeBytes = limitBytes - sequence.checkpointsMemoryUsage;
  return Math.min(mostCheckpoints, Math.max(1, Math.floor(freeBytes / Math.max(1, checkpointBytes))));
}

async function takeCheckpoint(slot: Slot): Promise<void> {
  const before = slot.sequence.checkpointsMemoryUsage;
  await slot.sequence.takeCheckpoint();
  slot.checkpointBytes = Math.max(slot.checkpointBytes, slot.sequence.checkpointsMemoryUsage - before);
}

async function samplingOptions(loaded: LoadedModel, request: GenerateRequest): Promise<SequenceEvaluateOptions> {
  const grammar = await createGrammar(loaded.llama, request.grammar);
  return {
    temperature: request.temperature,
    topP: request.topP,
    topK: request.topK,
    minP: request.minP,
    seed: request.seed,
    yieldEogToken: true,
    ...(grammar === null
      ? {}
      : { grammarEvaluationState: new LlamaGrammarEvaluationState({ model: loaded.model, grammar }) }),
  };
}

/** What JSON can hold of the logarithm of 0; the value that OpenAI sends too. */
const noLogprob = -9999;

function logprobsOf(
  loaded: LoadedModel,
  token: Token,
  probabilities: ReadonlyMap<Token, number> | undefined,
  top: number,
): GeneratedLogprob {
  const one = (candidate: Token, probability: number): TokenLogprob => {
    const text = loaded.model.detokenize([candidate], true);
    return {
      token: text,
      bytes: text.includes("\uFFFD") ? null : [...Buffer.from(text)],
      logprob: probability > 0 ? Math.log(Math.min(1, probability)) : noLogprob,
    };
  };
  const ranked = [...(probabilities ?? [])].slice(0, top);
  return {
    ...one(token, probabilities?.get(token) ?? 0),
    top: ranked.map(([candidate, probability]) => one(candidate, probability)),
  };
}
