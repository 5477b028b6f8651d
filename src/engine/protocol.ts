/** What the server's process and a model's process say to each other, over Node's IPC channel. */

export type KvType = "f16" | "q8_0" | "q4_0";

/** How a model is to be loaded; travels to the child as its first message. */
export interface LoadOptions {
  readonly path: string;
  /** Context of each sequence, tokens. */
  readonly contextTokens: number;
  /** Allows a context longer than the one that the model was trained for. */
  readonly beyondTrainedContext: boolean;
  /** Conversations held in the cache, and served, at one time. */
  readonly sequences: number;
  readonly threads: number;
  readonly kvType: KvType;
  /** Most that one sequence's checkpoints may hold, bytes. */
  readonly checkpointBytes: number;
}

/** What is known of a model once it is loaded. */
export interface ModelFacts {
  readonly architecture: string;
  readonly parameters: number;
  /** Of the weights, bytes. */
  readonly sizeBytes: number;
  /** Of each sequence, tokens. */
  readonly contextTokens: number;
  readonly trainedContextTokens: number;
  readonly vocabulary: number;
  readonly embeddingLength: number;
  readonly hasChatTemplate: boolean;
  /** True where a cached prefix can only be taken up again at a checkpoint (recurrent, compressed or windowed state). */
  readonly needsCheckpoints: boolean;
  /** KV cache and compute buffers, bytes. */
  readonly contextBytes: number;
}

export interface ChatTurn {
  readonly role: string;
  readonly content: string;
}

export interface GenerateRequest {
  readonly prompt:
    | {
        readonly kind: "chat";
        readonly turns: readonly ChatTurn[];
        /** Handed to the chat template as variables, e.g. `enable_thinking`. */
        readonly templateArguments: Readonly<Record<string, unknown>>;
      }
    | { readonly kind: "text"; readonly text: string }
    | { readonly kind: "tokens"; readonly tokens: readonly number[] };
  /** Null: until the model ends or the context is full. */
  readonly maxTokens: number | null;
  readonly temperature: number;
  readonly topP: number;
  readonly topK: number;
  readonly minP: number;
  readonly seed: number;
  readonly stop: readonly string[];
  readonly cachePrompt: boolean;
  /** Alternatives to report for each token; null for no log-probabilities at all. */
  readonly topLogprobs: number | null;
  readonly grammar: Grammar | null;
  /** A token that ends the answer is passed over like any other. */
  readonly ignoreEos: boolean;
}

export type Grammar =
  | { readonly kind: "json" }
  | { readonly kind: "json-schema"; readonly schema: Readonly<Record<string, unknown>> }
  | { readonly kind: "gbnf"; readonly text: string };

export interface TokenLogprob {
  readonly token: string;
  /** UTF-8 of the token; null where it is a part of a character. */
  readonly bytes: readonly number[] | null;
  /** Natural logarithm of the probability: the model's own at temperature 0, else of what was sampled from. */
  readonly logprob: number;
}

export interface GeneratedLogprob extends TokenLogprob {
  readonly top: readonly TokenLogprob[];
}

/** Text that is safe to show, and what it came from. */
export interface Piece {
  readonly text: string;
  readonly logprobs: readonly GeneratedLogprob[];
}

/** One request's own account of itself: tokens, and milliseconds of the engine's clock. */
export interface Measured {
  readonly promptTokens: number;
  /** The part of the prompt that was in the cache. */
  readonly cachedTokens: number;
  /** Everything before the first token, queueing left out. */
  readonly promptMs: number;
  readonly generatedTokens: number;
  /** From the first token to the last. */
  readonly generatedMs: number;
  readonly queuedMs: number;
}

export interface Generated extends Measured {
  readonly finishReason: "stop" | "length";
}

/** Bytes that the cache really takes, from saved states. */
export interface KvCacheMeasurement {
  readonly kvType: KvType;
  /** Growth of the state with each token of context. */
  readonly bytesPerToken: number;
  /** State that does not grow: full sliding windows, recurrent and compressor states. 0 where every token is kept alike. */
  readonly fixedBytes: number;
  /** llama.cpp's own record of each token in a saved state (id, position, sequence): no part of `bytesPerToken`. */
  readonly metadataBytesPerToken: number;
  /** Headers of a saved state, and the records of the tokens in full windows: no part of `fixedBytes`. */
  readonly metadataBytes: number;
  /** Context lengths whose saved states were compared, tokens, and what those hold, bytes. */
  readonly points: readonly { readonly tokens: number; readonly stateBytes: number; readonly recordBytes: number }[];
  /** How, in a sentence. */
  readonly method: string;
}

/** Why the engine did not do it. `code` is for the wire; `details` are merged into the error there. */
export interface EngineFailure {
  readonly status: number;
  readonly type: string;
  readonly code: string | null;
  readonly message: string;
  readonly param: string | null;
  readonly details?: Readonly<Record<string, number>>;
}

/** What a child can be asked for, with what it answers. */
export interface Work {
  readonly generate: { readonly ask: GenerateRequest; readonly answer: Generated };
  readonly tokenize: {
    readonly ask: { readonly text: string; readonly addSpecial: boolean; readonly parseSpecial: boolean };
    readonly answer: { readonly tokens: readonly number[]; readonly pieces: readonly string[] };
  };
  /** A conversation as the model will see it, in the form of its own chat template. */
  readonly tokenizeChat: { readonly ask: { readonly turns: readonly ChatTurn[] }; readonly answer: readonly number[] };
  readonly detokenize: { readonly ask: { readonly tokens: readonly number[] }; readonly answer: string };
  readonly embed: {
    readonly ask: { readonly inputs: readonly (string | readonly number[])[] };
    readonly answer: { readonly vectors: readonly (readonly number[])[]; readonly tokens: number };
  };
  readonly measureKvCache: { readonly ask: null; readonly answer: KvCacheMeasurement };
}
export type WorkKind = keyof Work;

export type ToWorker =
  | { readonly kind: "load"; readonly options: LoadOptions }
  | { readonly kind: "work"; readonly id: number; readonly work: WorkKind; readonly ask: Work[WorkKind]["ask"] }
  | { readonly kind: "cancel"; readonly id: number };

export type FromWorker =
  | { readonly kind: "loaded"; readonly facts: ModelFacts }
  | { readonly kind: "not-loaded"; readonly reason: string }
  | { readonly kind: "log"; readonly level: string; readonly text: string }
  /** The prompt is read: its counts are final, before any text. */
  | { readonly kind: "started"; readonly id: number; readonly measured: Measured }
  | { readonly kind: "piece"; readonly id: number; readonly piece: Piece; readonly measured: Measured }
  | { readonly kind: "done"; readonly id: number; readonly answer: Work[WorkKind]["answer"] }
  | { readonly kind: "failed"; readonly id: number; readonly failure: EngineFailure };
