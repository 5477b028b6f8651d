/** The same 1,000-token prompt as three vendors report it, in one form: disjoint buckets, unknown is not 0. */
import { readUsage } from "assay";

const reported = {
  DeepSeek: { prompt_tokens: 1000, completion_tokens: 20, prompt_cache_hit_tokens: 896, prompt_cache_miss_tokens: 104 },
  Anthropic: { input_tokens: 104, cache_read_input_tokens: 896, cache_creation_input_tokens: 0, output_tokens: 20 },
  "vLLM without --enable-prompt-tokens-details": {
    prompt_tokens: 1000,
    completion_tokens: 20,
    prompt_tokens_details: null,
  },
};
for (const [vendor, raw] of Object.entries(reported)) {
  const usage = readUsage(raw);
  console.log(
    `${vendor}: uncached ${usage?.uncachedInputTokens ?? "unknown"}, cache read ${usage?.cacheReadTokens ?? "unknown"}, output ${usage?.outputTokens}`,
  );
}
