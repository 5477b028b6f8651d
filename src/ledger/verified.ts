/** Whether a value may be shown as fact. */
import type { Source } from "./source.ts";

export type Verified = { readonly verified: true } | { readonly verified: false; readonly because: string };

interface Entry {
  readonly source: Source;
  readonly confidence?: "medium" | "low" | undefined;
  readonly unverified?: string | undefined;
}

/** @returns why not, where a claim, link, price or line of support rests on a page nobody read, or on little */
export function isVerified({ source, confidence, unverified }: Entry): Verified {
  const no = (because: string): Verified => ({ verified: false, because });
  if (unverified !== undefined) return no(unverified);
  if ("url" in source) {
    if (source.url === null) return no("the page it was read on was not recorded");
    if (!source.seen) return no("the page it cites has not been read");
  }
  return confidence === "low" ? no("low confidence") : { verified: true };
}
