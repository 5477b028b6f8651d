/**
 * A release on OpenRouter: the lowest price of its routes, and its context. Variants such as `:free` are other offers.
 *
 * @see https://openrouter.ai/docs/models: prices are USD for one token, as text
 */
import type { Observer, SeenValues } from "./observer.ts";
import { flat, jsonObject } from "./seen-values.ts";

export const openRouter: Observer = {
  name: "openrouter",
  summary: "Price and context on OpenRouter's list of models",
  addressFor: ({ hubId }, env) => hubId && `${env.OPENROUTER_BASE_URL ?? "https://openrouter.ai/api/v1"}/models`,
  known: () => null,
  async observe(release, { env, read }) {
    const url = this.addressFor(release, env)!;
    const { data } = jsonObject(await read(url), url);
    const entries = (Array.isArray(data) ? data : []) as Record<string, unknown>[];
    const entry = entries.find(
      ({ id, hugging_face_id: hubId }) => sameName(hubId, release.hubId) && !String(id).includes(":"),
    );
    if (entry === undefined) return { "openrouter.listed": false };
    const { id, context_length: contextTokens, pricing, top_provider: top } = entry;
    const { prompt, completion, input_cache_read: cacheRead } = (pricing ?? {}) as Record<string, unknown>;
    const { max_completion_tokens: maxOutputTokens } = (top ?? {}) as Record<string, unknown>;
    const prices = { input: perMillion(prompt), output: perMillion(completion), cachedInput: perMillion(cacheRead) };
    return flat({ listed: true, id, contextTokens, maxOutputTokens, price: prices }, "openrouter");
  },
  valueFor({ made, currency }, seen: SeenValues) {
    if (made.as !== "price" || made.price.host !== "openrouter" || currency !== "USD") return undefined;
    const price = seen[`openrouter.price.${made.of}`];
    return typeof price === "number" ? price : undefined;
  },
};

const sameName = (a: unknown, b: string | null) => typeof a === "string" && a.toLowerCase() === b?.toLowerCase();

/** USD for a million tokens, to a millionth of a cent; null where it is no price. */
function perMillion(price: unknown): number | null {
  const usd = typeof price === "string" && price.trim() !== "" ? Number(price) : Number.NaN;
  return Number.isFinite(usd) && usd >= 0 ? Number((usd * 1e6).toFixed(8)) : null;
}
