/** Reads pages for observers, each once: several releases stand in one list. */
import { readText } from "../../weights/index.ts";
import type { Access } from "./observer.ts";

const timeoutMs = 20_000;
const mostBytes = 16 * 2 ** 20;

export function pageReader(): Access["read"] {
  const pages = new Map<string, Promise<string | null>>();
  return (url, token) => {
    const key = `${url}\n${token ?? ""}`;
    const page =
      pages.get(key) ??
      readText(url, { endpoint: new URL(url).origin, timeoutMs, ...(token ? { token } : {}) }, mostBytes);
    pages.set(key, page);
    return page;
  };
}
