/**
 * vLLM's OpenAI-compatible server, one request at a time, on the block pool of its design page.
 *
 * @see https://docs.vllm.ai/en/latest/design/prefix_caching/ and, for usage, vllm/entrypoints/openai/chat_completion
 *   (copies in vllm-project/vllm, read on 2026-11-28)
 */
import { BlockPool } from "./block-pool.ts";
import { type ChatMessage, type ChatPrompt, renderChat } from "./chat-prompt.ts";
import { type ChatVendor, startChatServer } from "./chat-server.ts";
import { Refusal, type VendorOptions, type VendorServer } from "./vendor-server.ts";

export interface VllmOptions extends VendorOptions {
  readonly blockSize?: number;
  /** KV cache in tokens, whole blocks of it. */
  readonly capacityTokens?: number;
  /** `--enable-prompt-tokens-details`, off unless asked for. */
  readonly enablePromptTokensDetails?: boolean;
}

/** A template like Qwen's: tools at the end of the system turn, every turn closed. */
export function render(messages: readonly ChatMessage[], tools?: readonly unknown[]): ChatPrompt {
  return renderChat({ tools: "in system", endMarks: "all", opensAnswer: true }, messages, tools);
}

export function tokenize(messages: readonly ChatMessage[], tools?: readonly unknown[]): number[] {
  return [...render(messages, tools).tokens];
}

export function start(options: VllmOptions = {}): Promise<VendorServer> {
  const blockSize = options.blockSize ?? 16;
  const pool = new BlockPool({ blockSize, blocks: Math.floor((options.capacityTokens ?? 65_536) / blockSize) });
  const vendor: ChatVendor = {
    render,
    run({ prompt, output, body }) {
      // `cache_salt` goes into the hash of the first block, so only requests with the same salt share blocks.
      const sequence = pool.start(prompt.tokens, String(body.cache_salt ?? ""));
      if (!sequence) throw new Refusal("This model's maximum context length is exceeded", 400, "BadRequestError");
      // The last token of the answer does not go through the model again, so nothing of it is kept.
      const hasRoom = output.slice(0, -1).every((token) => pool.append(sequence, token));
      pool.finish(sequence);
      if (!hasRoom) throw new Refusal("The answer does not fit the KV cache", 400, "BadRequestError");
      return { readTokens: sequence.cachedTokens, writeTokens: 0 };
    },
    usage({ promptTokens, readTokens, outputTokens }, { stream }) {
      // The object is there only where it was asked for and something was hit. Else it is null, and streams leave it out.
      const isReported = options.enablePromptTokensDetails === true && readTokens > 0;
      const none = stream ? {} : { prompt_tokens_details: null };
      return {
        prompt_tokens: promptTokens,
        total_tokens: promptTokens + outputTokens,
        completion_tokens: outputTokens,
        ...(isReported ? { prompt_tokens_details: { cached_tokens: readTokens } } : none),
      };
    },
    usagePlace: (asked) => ({ finish: null, own: asked, nullElsewhere: false }),
  };
  return startChatServer(vendor, options);
}
