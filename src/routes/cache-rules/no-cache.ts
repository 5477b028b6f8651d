/** A route that caches nothing. */
import type { CacheRule } from "./cache-rule.ts";

export const noCache: CacheRule = {
  name: "none: nothing is cached",
  source: null,
  assumptions: [],
  open: () => ({ begin: () => ({ expected: { readTokens: 0, writtenTokens: 0 }, end: () => {} }) }),
};
