/**
 * Which of the tokens so far a layer keeps, or reads: all of them, a window, a chunk, one entry for many. One idea serves
 * the cache (how many entries are held) and the work (how many entries one more token is compared with).
 */

export type Span =
  /** Every token so far. */
  | { readonly kind: "all" }
  /** The last `tokens` tokens. */
  | { readonly kind: "window"; readonly tokens: number }
  /** The tokens since the last multiple of `tokens` (Llama 4's chunked attention). */
  | { readonly kind: "chunk"; readonly tokens: number }
  /** One entry for every full group of `ratio` tokens. */
  | { readonly kind: "compressed"; readonly ratio: number }
  /** At most `count` entries of those in `of`: what an indexer picks. */
  | { readonly kind: "top"; readonly count: number; readonly of: Span }
  /** A state of constant size. */
  | { readonly kind: "constant"; readonly entries: number };

/** Entries that are held or read once a sequence is `tokens` long. */
export function entriesAt(span: Span, tokens: number): number {
  switch (span.kind) {
    case "all":
      return tokens;
    case "window":
      return Math.min(tokens, span.tokens);
    case "chunk":
      return tokens === 0 ? 0 : ((tokens - 1) % span.tokens) + 1;
    case "compressed":
      return Math.floor(tokens / span.ratio);
    case "top":
      return Math.min(span.count, entriesAt(span.of, tokens));
    case "constant":
      return span.entries;
  }
}

/** Most entries that are held at once while a sequence grows to `tokens`: what has to be allocated. */
export function peakEntries(span: Span, tokens: number): number {
  if (span.kind === "chunk") return Math.min(tokens, span.tokens);
  if (span.kind === "top") return Math.min(span.count, peakEntries(span.of, tokens));
  return entriesAt(span, tokens);
}

/** Entries read in all while a sequence grows from nothing to `tokens`: the sum of `entriesAt` over 1 … tokens. */
export function entriesUpTo(span: Span, tokens: number): number {
  switch (span.kind) {
    case "all":
      return triangle(tokens);
    case "window":
      return capped(tokens, span.tokens, 1);
    case "chunk": {
      const chunks = Math.floor(tokens / span.tokens);
      return chunks * triangle(span.tokens) + triangle(tokens - chunks * span.tokens);
    }
    case "compressed":
      return capped(tokens, Number.POSITIVE_INFINITY, span.ratio);
    case "top":
      return cappedSpan(span.of, span.count, tokens);
    case "constant":
      return span.entries * tokens;
  }
}

const triangle = (n: number) => (n * (n + 1)) / 2;

/** Σ min(cap, ⌊t / ratio⌋) for t = 1 … tokens. */
function capped(tokens: number, cap: number, ratio: number): number {
  const groups = Math.floor(tokens / ratio);
  if (groups <= cap) return ratio * triangle(Math.max(groups - 1, 0)) + groups * (tokens - groups * ratio + 1);
  const untilCap = cap * ratio - 1;
  return capped(untilCap, cap, ratio) + cap * (tokens - untilCap);
}

function cappedSpan(of: Span, count: number, tokens: number): number {
  switch (of.kind) {
    case "all":
      return capped(tokens, count, 1);
    case "window":
      return capped(tokens, Math.min(count, of.tokens), 1);
    case "compressed":
      return capped(tokens, count, of.ratio);
    case "top":
      return cappedSpan(of.of, Math.min(count, of.count), tokens);
    case "constant":
      return Math.min(count, of.entries) * tokens;
    case "chunk": {
      const chunks = Math.floor(tokens / of.tokens);
      return chunks * capped(of.tokens, count, 1) + capped(tokens - chunks * of.tokens, count, 1);
    }
  }
}
