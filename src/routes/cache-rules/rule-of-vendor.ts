/** Which cache rule holds for a vendor's model. */
import { anthropic } from "./anthropic.ts";
import type { CacheRule } from "./cache-rule.ts";
import { deepSeek } from "./deepseek.ts";
import { kimi } from "./kimi.ts";
import { openAiBreakpoints } from "./openai-breakpoints.ts";
import { openAiIntervals } from "./openai-intervals.ts";
import { openAiVersion } from "./openai-version.ts";
import { sglang } from "./sglang.ts";
import { vllm } from "./vllm.ts";

/**
 * The rule of a vendor's model, each server that people run themselves with its defaults; null where the vendor documents
 * none, or none that is modelled.
 *
 * @param vendor a name of `vendors`
 */
export function cacheRuleOf(vendor: string, model: string): CacheRule | null {
  return rules[vendor]?.(model) ?? null;
}

const rules: Readonly<Record<string, (model: string) => CacheRule | null>> = {
  openai: openAiRule,
  anthropic: anthropicRule,
  deepseek: () => deepSeek(),
  // Cache writes are documented for K3 alone: https://platform.kimi.ai/docs/guide/context-caching, read on 2026-10-05.
  moonshot: (model) => (model.startsWith("kimi-") ? kimi({ reportsWrites: model.startsWith("kimi-k3") }) : null),
  vllm: () => vllm(),
  sglang: () => sglang(),
};

/** By the guide's "Summary of model differences". Caching is for GPT-4o and newer. */
function openAiRule(model: string): CacheRule | null {
  const version = openAiVersion(model);
  if (version >= 506) return openAiBreakpoints();
  if (version === 505) return openAiIntervals({ intervalTokens: 2_048, lifetimeMs: 30 * 60_000 });
  return version >= 500 || /^(gpt-4o|gpt-4\.1|chatgpt-4o|o1|o3|o4)(-|$)/.test(model) ? openAiIntervals() : null;
}

/** By the name without its date, e.g. `claude-haiku-4-5` for `claude-haiku-4-5-20251001`. */
function anthropicRule(model: string): CacheRule | null {
  const name = model.replace(/-(?:\d{8}|latest)$/, "");
  const minimum = minimumTokens.find(({ models }) => models.includes(name.replace(/^claude-/, "")));
  return minimum === undefined ? null : anthropic({ minimumTokens: minimum.tokens });
}

/** https://platform.claude.com/docs/en/build-with-claude/prompt-caching, "Cache limitations", read on 2026-10-08. */
const minimumTokens: readonly { readonly tokens: number; readonly models: readonly string[] }[] = [
  {
    tokens: 512,
    models: ["fable-5-1", "mythos-5-1", "opus-5-5", "opus-5", "sonnet-5-5", "fable-5", "mythos-5", "haiku-5-5"],
  },
  {
    tokens: 1_024,
    models: [
      "opus-4-8",
      "sonnet-5",
      "sonnet-4-6",
      "sonnet-4-5",
      "opus-4-1",
      "opus-4",
      "opus-4-0",
      "sonnet-4",
      "sonnet-4-0",
    ],
  },
  { tokens: 2_048, models: ["mythos-preview", "opus-4-7", "3-5-haiku"] },
  { tokens: 4_096, models: ["opus-4-6", "opus-4-5", "haiku-4-5"] },
];
