/** A model in memory with its context: what the rest of the child process works on. */
import { setTimeout as sleep } from "node:timers/promises";
import { getLlama, type Llama, type LlamaContext, LlamaLogLevel, type LlamaModel, type Token } from "node-llama-cpp";
import { messageOf } from "../errors.ts";
import { chatMl, compileChatTemplate, type PromptSpan, type RenderChat } from "./chat-template.ts";
import { invalidRequest } from "./engine-error.ts";
import type { GenerateRequest, KvType, LoadOptions, ModelFacts } from "./protocol.ts";

export interface LoadedModel {
  readonly llama: Llama;
  readonly model: LlamaModel;
  readonly context: LlamaContext;
  readonly options: LoadOptions;
  readonly facts: ModelFacts;
  /** Tokens that are there for the template's use: a prompt's messages begin and end at them. */
  readonly controlTokens: ReadonlySet<Token>;
  readonly renderChat: RenderChat;
}

/** Prompts are read in batches of this many tokens. */
export const batchTokens = 512;
/** llama.cpp hands its log over a moment after it did what it writes about. */
const logDelayMs = 60;

type Log = (level: string, text: string) => void;

/** @throws an error that says why llama.cpp cannot load it, in its own words */
export async function loadModel(options: LoadOptions, onLog: Log): Promise<LoadedModel> {
  const complaints: string[] = [];
  const llama = await getLlama({
    gpu: false,
    build: "never",
    skipDownload: true,
    maxThreads: options.threads,
    logLevel: LlamaLogLevel.warn,
    logger(level, text) {
      const line = text.trim();
      if (level === LlamaLogLevel.error || level === LlamaLogLevel.fatal) complaints.push(line);
      onLog(level, line);
    },
  });
  try {
    const model = await llama.loadModel({ modelPath: options.path, gpuLayers: 0 });
    const trained = model.trainContextSize;
    const wanted = options.beyondTrainedContext ? options.contextTokens : Math.min(options.contextTokens, trained);
    const context = await createContext(model, { ...options, contextTokens: wanted });
    return await describe(llama, model, context, options, onLog);
  } catch (error) {
    await sleep(logDelayMs);
    throw new Error([messageOf(error), ...complaints.slice(-5)].join("; "), { cause: error });
  }
}

export interface ContextOptions {
  readonly contextTokens: number;
  readonly sequences: number;
  readonly threads: number;
  readonly kvType: KvType;
  readonly batch?: number;
}

/**
 * Flash attention is asked for by name: left to itself, node-llama-cpp turns it off for every model whose keys and
 * values differ in length (MLA), and a quantised cache needs it.
 */
export async function createContext(model: LlamaModel, options: ContextOptions): Promise<LlamaContext> {
  const type = options.kvType.toUpperCase() as Uppercase<KvType>;
  return await model.createContext({
    contextSize: options.contextTokens,
    sequences: options.sequences,
    threads: options.threads,
    batchSize: options.batch ?? batchTokens,
    flashAttention: true,
    experimentalKvCacheKeyType: type,
    experimentalKvCacheValueType: type,
    failedCreationRemedy: false,
  });
}

async function describe(
  llama: Llama,
  model: LlamaModel,
  context: LlamaContext,
  options: LoadOptions,
  onLog: Log,
): Promise<LoadedModel> {
  const tokens = [...model.iterateAllTokens()];
  const controlTokens = new Set(tokens.filter((token) => model.getTokenAttributes(token).control));
  const template = model.fileInfo.metadata.tokenizer?.chat_template;
  const vocabulary = {
    bos: model.tokens.bosString ?? "",
    eos: model.tokens.eosString ?? "",
    controlTexts: [...controlTokens].map((token) => model.detokenize([token], true)),
  };
  const sample = context.getSequence();
  const needsCheckpoints = sample.needsCheckpoints;
  await sample.dispose();
  return {
    llama,
    model,
    context,
    options,
    controlTokens,
    renderChat: usableTemplate(),
    facts: {
      architecture: model.fileInfo.metadata.general.architecture,
      parameters: countParameters(model),
      sizeBytes: model.size,
      contextTokens: context.contextSize,
      trainedContextTokens: model.trainContextSize,
      vocabulary: tokens.length,
      embeddingLength: model.embeddingVectorSize,
      hasChatTemplate: template !== undefined,
      needsCheckpoints,
      contextBytes: context.memoryUsage.ram,
    },
  };

  function usableTemplate(): RenderChat {
    try {
      return compileChatTemplate(template ?? chatMl, vocabulary);
    } catch (error) {
      const reason = `the model's chat template cannot be read: ${messageOf(error)}`;
      onLog("warn", reason);
      return () => {
        throw invalidRequest(`${reason}; /v1/completions works without one`, "messages");
      };
    }
  }
}

function countParameters(model: LlamaModel): number {
  const tensors = model.fileInfo.fullTensorInfo ?? [];
  return tensors.reduce((sum, tensor) => sum + tensor.dimensions.reduce<number>((n, d) => n * Number(d), 1), 0);
}

/** The tokens of a prompt, begun with the BOS token where the model wants one. */
export function tokenizePrompt(loaded: LoadedModel, prompt: GenerateRequest["prompt"]): Token[] {
  switch (prompt.kind) {
    case "chat":
      return withBos(loaded, tokenizeSpans(loaded.model, loaded.renderChat(prompt.turns, prompt.templateArguments)));
    case "text":
      return withBos(loaded, loaded.model.tokenize(prompt.text, true));
    case "tokens": {
      const wrong = prompt.tokens.find((token) => token >= loaded.facts.vocabulary);
      if (wrong !== undefined) throw invalidRequest(`token ${wrong} is not in the model's vocabulary`, "prompt");
      return [...prompt.tokens] as Token[];
    }
  }
}

function tokenizeSpans(model: LlamaModel, spans: readonly PromptSpan[]): Token[] {
  return spans.flatMap(({ text, trusted }, index) =>
    model.tokenize(text, trusted, index === 0 ? undefined : "trimLeadingSpace"),
  );
}

function withBos({ model }: LoadedModel, tokens: Token[]): Token[] {
  const { bos, shouldPrependBosToken } = model.tokens;
  return bos !== null && shouldPrependBosToken && tokens[0] !== bos ? [bos, ...tokens] : tokens;
}
