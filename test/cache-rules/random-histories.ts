/** Random histories of requests that share prefixes, overlap in time and go on behind each other's answers. */
import fc from "fast-check";
import type { CacheCall, CacheState, Expectation, PastRequest } from "../../src/routes/index.ts";

/** With an end that is known. */
export interface Request extends PastRequest {
  readonly output: NonNullable<PastRequest["output"]>;
}

/** Few symbols in few patterns: chance alone makes prompts share prefixes. */
const text = (most: number) =>
  fc
    .array(fc.constantFrom([0], [1], [0, 0, 1], [1, 1, 0, 0], [2, 2, 2, 2, 2]), { maxLength: most })
    .map((pieces) => pieces.flat());

const request = fc.record({
  waitMs: fc.nat(6),
  lastsMs: fc.nat(9),
  /** The request whose conversation this one goes on with; most go on with none. */
  behind: fc.option(fc.nat(20), { freq: 2 }),
  said: text(7),
  answer: text(3),
  /** Where a block ends; and which of the ends are marked. */
  ends: fc.array(fc.boolean(), { maxLength: 40 }),
  marked: fc.array(fc.boolean(), { maxLength: 40 }),
  long: fc.boolean(),
  inputShort: fc.nat(2),
  cacheKey: fc.constantFrom("", "", "other"),
});

/** A marked block asks for this, or for the rule's own lifetime. */
export const longLifetimeMs = 30;

/** In the order in which they are sent; times are small whole numbers, so that many coincide. */
export const histories = (maxLength = 14): fc.Arbitrary<Request[]> =>
  fc.array(request, { minLength: 1, maxLength }).map((drawn) => {
    const history: Request[] = [];
    let sentAtMs = 0;
    for (const { waitMs, lastsMs, behind, said, answer, ends, marked, long, cacheKey } of drawn) {
      sentAtMs += waitMs;
      const before = behind === null ? undefined : history[behind];
      const tokens = Int32Array.from([...(before?.prompt.tokens ?? []), ...(before?.output.tokens ?? []), ...said]);
      const blockEnds = [...tokens.keys()]
        .map((index) => index + 1)
        .filter((end) => ends[end] || end === tokens.length);
      const lifetime = long ? { lifetimeMs: longLifetimeMs } : {};
      const breakpoints = blockEnds
        .filter((end) => marked[end] || end === tokens.length)
        .slice(-4)
        .map((endTokens) => ({ endTokens, ...lifetime }));
      history.push({
        prompt: { tokens, sentAtMs, blockEnds, breakpoints, cacheKey },
        output: { tokens: Int32Array.from(answer), atMs: sentAtMs + lastsMs },
      });
    }
    return history;
  });

/**
 * What each request of a history should read and write; one that ends as another is sent has ended before.
 *
 * @param isRefused given, all have ended when this returns
 */
export function replay(
  cache: CacheState,
  history: readonly Request[],
  isRefused?: (index: number) => boolean,
): Expectation[] {
  const calls: CacheCall[] = [];
  const running = new Set<number>();
  const endBy = (atMs: number) => {
    const ended = [...running].filter((one) => history[one]!.output.atMs <= atMs);
    ended.sort((a, b) => history[a]!.output.atMs - history[b]!.output.atMs || a - b);
    for (const one of ended) {
      running.delete(one);
      if (isRefused?.(one)) calls[one]!.refuse!();
      else calls[one]!.end(history[one]!.output);
    }
  };
  const expected = history.map(({ prompt }, index) => {
    endBy(prompt.sentAtMs);
    calls.push(cache.begin(prompt));
    running.add(index);
    return calls[index]!.expected;
  });
  if (isRefused !== undefined) endBy(Number.POSITIVE_INFINITY);
  return expected;
}

export function commonPrefix(left: ArrayLike<number>, right: ArrayLike<number>): number {
  let length = 0;
  while (length < left.length && length < right.length && left[length] === right[length]) length++;
  return length;
}

export const isPrefix = (prefix: ArrayLike<number>, tokens: ArrayLike<number>) =>
  commonPrefix(prefix, tokens) === prefix.length;

export const counted = (length: number, from = 0) => Int32Array.from({ length }, (_, index) => from + index);

/** What prompts read that are sent one after the other, each ended before the next. */
export function readsInTurn(cache: CacheState, prompts: readonly Int32Array[]): number[] {
  return prompts.map((tokens, index) => {
    const call = cache.begin({ tokens, sentAtMs: index });
    call.end();
    return call.expected.readTokens;
  });
}
