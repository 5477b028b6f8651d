/**
 * SGLang's OpenAI-compatible server, one request at a time, on its radix tree.
 *
 * @see sgl-project/sglang, docs/advanced_features/server_arguments.md (`--max-total-tokens`, `--enable-cache-report`) and
 *   python/sglang/srt/entrypoints/openai/usage_processor.py (read on 2026-11-28)
 */
import { type ChatVendor, startChatServer } from "./chat-server.ts";
import { RadixTree } from "./radix-tree.ts";
import { Refusal, type VendorOptions, type VendorServer } from "./vendor-server.ts";
import { render, tokenize } from "./vllm.ts";

// The prompt comes from the model's own template, as under vLLM.
export { render, tokenize };

export interface SglangOptions extends VendorOptions {
  /** `--max-total-tokens`: the memory that running requests and the cache share. */
  readonly capacityTokens?: number;
  /** Where too few tokens are free: what is missing to the prompt's, or, in older versions, as many as the prompt needs. */
  readonly evicts?: "what is missing" | "what is needed";
  /** `--enable-cache-report`, off unless asked for. */
  readonly enableCacheReport?: boolean;
}

export function start(options: SglangOptions = {}): Promise<VendorServer> {
  const tree = new RadixTree(options.capacityTokens ?? 65_536, options.evicts ?? "what is missing");
  const vendor: ChatVendor = {
    render,
    run({ prompt, output }) {
      const readTokens = tree.run(prompt.tokens, output);
      if (readTokens === null) throw new Refusal("The request does not fit the KV cache", 400, "BadRequest");
      return { readTokens, writeTokens: 0 };
    },
    usage({ promptTokens, readTokens, outputTokens }) {
      const isReported = options.enableCacheReport === true && readTokens > 0;
      return {
        prompt_tokens: promptTokens,
        total_tokens: promptTokens + outputTokens,
        completion_tokens: outputTokens,
        prompt_tokens_details: isReported ? { cached_tokens: readTokens } : null,
        reasoning_tokens: 0,
      };
    },
    usagePlace: (asked) => ({ finish: null, own: asked, nullElsewhere: false }),
  };
  return startChatServer(vendor, options);
}
