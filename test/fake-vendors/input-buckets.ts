/** What tests share: a body sent as it is, the input as its usage says, and texts of a known length. */
import { readUsage } from "../../src/wire/index.ts";
import type { VendorServer } from "./vendor-server.ts";

export interface InputBuckets {
  readonly input: number | null;
  readonly uncached: number | null;
  readonly read: number | null;
  readonly write: number | null;
}

export async function post(server: VendorServer, path: string, body: object): Promise<Response> {
  return fetch(`${server.baseUrl}/${path}`, { method: "POST", body: JSON.stringify({ model: "m", ...body }) });
}

/** @throws where the vendor refuses the request */
export async function inputBuckets(server: VendorServer, path: string, body: object): Promise<InputBuckets> {
  const response = await post(server, path, body);
  if (!response.ok) throw new Error(await response.text());
  const usage = readUsage(await response.json());
  if (!usage) throw new Error("no usage");
  const { inputTokens, uncachedInputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  return { input: inputTokens, uncached: uncachedInputTokens, read: cacheReadTokens, write: cacheWriteTokens };
}

/** A text of so many words, each of which no text of another name has. */
export function text(name: string, count: number): string {
  return Array.from({ length: count }, (_, i) => `${name}${i}`).join(" ");
}
