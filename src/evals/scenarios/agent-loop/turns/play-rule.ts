/** What a cache rule says of calls that were made, told by when they were sent and when they ended. */
import type { CacheCall, CacheRule } from "../../../../routes/index.ts";
import type { AnsweredPrompt } from "./word-prompts.ts";

export interface TimedPrompt extends AnsweredPrompt {
  readonly sentAtMs: number;
  readonly endedAtMs: number;
}

/**
 * Tokens that each call should have read.
 *
 * @param calls in the order in which they were sent
 * @param ignoresTime true to play them as if nothing could grow old: what then is read more, expired
 */
export function playRule(rule: CacheRule, calls: readonly TimedPrompt[], ignoresTime = false): number[] {
  const cache = rule.open();
  let running: { readonly call: CacheCall; readonly of: TimedPrompt }[] = [];
  const endBy = (atMs: number) => {
    const ended = running.filter(({ of }) => of.endedAtMs <= atMs).sort((a, b) => a.of.endedAtMs - b.of.endedAtMs);
    running = running.filter(({ of }) => of.endedAtMs > atMs);
    for (const { call, of } of ended)
      call.end(of.answer === null ? undefined : { tokens: of.answer, atMs: ignoresTime ? 0 : of.endedAtMs });
  };
  return calls.map((of) => {
    endBy(of.sentAtMs);
    const call = cache.begin({ ...of.prompt, sentAtMs: ignoresTime ? 0 : of.sentAtMs });
    running.push({ call, of });
    return call.expected.readTokens;
  });
}
