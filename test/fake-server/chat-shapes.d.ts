/** Bodies and events of the three protocols, as their vendors write them. */
export type ServedProtocol = "openai-chat" | "openai-completions" | "anthropic-messages";
export interface FakeToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}
export interface FakeAnswer {
  readonly text: string;
  readonly reasoning?: string;
  readonly toolCalls?: readonly FakeToolCall[];
}
export interface Counts {
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
}
/** How the server reports usage: a vendor's way, or `none`. */
export type UsageStyle = "llama" | "openai" | "deepseek" | "kimi" | "vllm-null" | "none";
export interface Served {
  readonly id: string;
  readonly model: string;
  readonly finish: "stop" | "length";
  readonly usage: UsageStyle;
  readonly counts: Counts;
}
export declare function wholeBody(protocol: ServedProtocol, answer: FakeAnswer, served: Served): string;
/** One event of a stream; those that carry tokens are marked, so that their times can be logged. */
export interface StreamPiece {
  readonly text: string;
  readonly carriesTokens: boolean;
}
/** The events of a streamed answer, a token each. */
export declare function streamPieces(
  protocol: ServedProtocol,
  tokens: {
    readonly reasoning: readonly string[];
    readonly text: readonly string[];
  },
  toolCalls: readonly FakeToolCall[],
  served: Served,
): StreamPiece[];
