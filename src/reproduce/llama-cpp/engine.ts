/** Exported models in llama.cpp, through node-llama-cpp: greedy answers, and the probabilities that parity is checked with. */
import type { LlamaContextSequence, Token } from "node-llama-cpp";
import type { KvType } from "../../engine/index.ts";

export interface LlamaModel extends AsyncDisposable {
  /** Token ids of a text with its special tokens. */
  readonly tokenize: (text: string) => number[];
  /** The text that greedy decoding writes after a prompt, up to the end of the turn or `maxTokens` tokens. */
  readonly complete: (prompt: string, maxTokens: number) => Promise<string>;
  /** The `count` tokens that greedy decoding writes after these. */
  readonly greedy: (tokens: readonly number[], count: number) => Promise<number[]>;
  /** After each of the tokens, the probability of every token to come next. */
  readonly probabilities: (tokens: readonly number[]) => Promise<Float64Array[]>;
}

export interface LlamaOptions {
  readonly contextTokens: number;
  /** How keys and values are kept. Default: F16, as llama.cpp does. */
  readonly cache?: "F32" | Uppercase<KvType>;
  /** Default: true. The kernel without it is slower and keeps more digits. */
  readonly flashAttention?: boolean;
}

const endOfTurn = 2;

/** On the CPU, without a word. The package comes late: who only plans an experiment need not wait for it. */
async function load(path: string) {
  const { getLlama, LlamaLogLevel } = await import("node-llama-cpp");
  const llama = await getLlama({
    gpu: false,
    build: "never",
    skipDownload: true,
    progressLogs: false,
    logLevel: LlamaLogLevel.error,
    maxThreads: 1,
  });
  return { llama, model: await llama.loadModel({ modelPath: path }) };
}

/** Loads a GGUF on one CPU thread. */
export async function openLlama(
  path: string,
  { contextTokens, cache = "F16", flashAttention = true }: LlamaOptions,
): Promise<LlamaModel> {
  const { llama, model } = await load(path);
  const context = await model.createContext({
    contextSize: contextTokens,
    batchSize: 512,
    threads: 1,
    flashAttention,
    experimentalKvCacheKeyType: cache,
    experimentalKvCacheValueType: cache,
  });
  const sequence = context.getSequence();
  return {
    tokenize: (text) => model.tokenize(text, true).map(Number),
    complete: async (prompt, maxTokens) =>
      complete(sequence, model.tokenize(prompt, true), maxTokens, (tokens) => model.detokenize(tokens)),
    greedy: async (tokens, count) => greedy(sequence, tokens as readonly Token[], count),
    probabilities: async (tokens) => probabilities(sequence, tokens as readonly Token[]),
    [Symbol.asyncDispose]: () => llama.dispose(),
  };
}

async function complete(
  sequence: LlamaContextSequence,
  prompt: Token[],
  maxTokens: number,
  detokenize: (tokens: readonly Token[]) => string,
): Promise<string> {
  await sequence.clearHistory();
  const written: Token[] = [];
  for await (const token of sequence.evaluate(prompt, { temperature: 0, yieldEogToken: true })) {
    if (Number(token) === endOfTurn || written.length >= maxTokens) break;
    written.push(token);
  }
  return detokenize(written);
}

async function greedy(sequence: LlamaContextSequence, tokens: readonly Token[], count: number): Promise<number[]> {
  await sequence.clearHistory();
  const written: number[] = [];
  for await (const token of sequence.evaluate([...tokens], { temperature: 0, yieldEogToken: true })) {
    written.push(Number(token));
    if (written.length === count) break;
  }
  return written;
}

async function probabilities(sequence: LlamaContextSequence, tokens: readonly Token[]): Promise<Float64Array[]> {
  await sequence.clearHistory();
  const outputs = await sequence.controlledEvaluate(
    tokens.map((token) => [
      token,
      { generateNext: { probabilities: true, options: { temperature: 1, topK: 0, topP: 1, minP: 0 } } },
    ]),
  );
  return outputs.map((output) => {
    const found = output?.next.probabilities;
    if (found === undefined) throw new Error("llama.cpp gave no probabilities");
    const shares = new Float64Array(found.size);
    for (const [token, share] of found) shares[Number(token)] = share;
    return shares;
  });
}
