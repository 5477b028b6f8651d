/** The vendors Assay knows by name: where they are, which wire they speak and which variable holds the key. */
import type { Protocol } from "../wire/index.ts";

export interface Vendor {
  readonly name: string;
  readonly baseUrl: string;
  /** Overrides `baseUrl` when set. */
  readonly baseUrlEnv: string;
  /** The first of these that is set holds the key. */
  readonly keyEnvs: readonly string[];
  /** False for servers that people run themselves, which need no key by default. */
  readonly keyRequired: boolean;
  readonly protocol: Protocol;
  /** False for those that only embed and rerank here. */
  readonly chats: boolean;
  /** It leaves out what it read from its cache where that is nothing. */
  readonly omitsZero: boolean;
  /** As the ledger calls who asks its prices; null where the ledger has none. */
  readonly organisation: string | null;
}

const vendor = (
  name: string,
  baseUrl: string,
  keyEnvs: readonly string[],
  rest: Partial<Pick<Vendor, "protocol" | "keyRequired" | "chats" | "omitsZero" | "organisation">> = {},
): Vendor => ({
  name,
  baseUrl,
  baseUrlEnv: `${name.toUpperCase()}_BASE_URL`,
  keyEnvs,
  keyRequired: true,
  protocol: "openai-chat",
  chats: true,
  omitsZero: false,
  organisation: null,
  ...rest,
});

// Addresses and variable names are those that the vendors' own documentation uses.
export const vendors: readonly Vendor[] = [
  vendor("openai", "https://api.openai.com/v1", ["OPENAI_API_KEY"]),
  vendor("anthropic", "https://api.anthropic.com/v1", ["ANTHROPIC_API_KEY"], { protocol: "anthropic-messages" }),
  vendor("deepseek", "https://api.deepseek.com", ["DEEPSEEK_API_KEY"], { organisation: "deepseek-ai" }),
  vendor("moonshot", "https://api.moonshot.ai/v1", ["MOONSHOT_API_KEY", "KIMI_API_KEY"], {
    organisation: "moonshot-ai",
  }),
  vendor("openrouter", "https://openrouter.ai/api/v1", ["OPENROUTER_API_KEY"]),
  vendor("together", "https://api.together.xyz/v1", ["TOGETHER_API_KEY"]),
  vendor("fireworks", "https://api.fireworks.ai/inference/v1", ["FIREWORKS_API_KEY"]),
  vendor("groq", "https://api.groq.com/openai/v1", ["GROQ_API_KEY"]),
  vendor("mistral", "https://api.mistral.ai/v1", ["MISTRAL_API_KEY"], { organisation: "mistral-ai" }),
  vendor("xai", "https://api.x.ai/v1", ["XAI_API_KEY"]),
  vendor("jina", "https://api.jina.ai/v1", ["JINA_API_KEY"], { chats: false }),
  vendor("cohere", "https://api.cohere.com/v2", ["COHERE_API_KEY", "CO_API_KEY"], { chats: false }),
  vendor("vllm", "http://localhost:8000/v1", ["VLLM_API_KEY"], { keyRequired: false, omitsZero: true }),
  vendor("sglang", "http://localhost:30000/v1", ["SGLANG_API_KEY"], { keyRequired: false }),
  vendor("ollama", "http://localhost:11434/v1", ["OLLAMA_API_KEY"], { keyRequired: false }),
];
