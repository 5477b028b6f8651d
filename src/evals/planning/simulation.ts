/** What a schedule should make a route read, under the rule of its cache: the calls played through without sending any. */
import type { CachedPrompt, CacheRule } from "../../routes/index.ts";
import { Dispatcher } from "./dispatcher.ts";
import type { Schedule } from "./schedule.ts";

/** How long calls take, as far as that decides which of them end before others begin. */
export interface Pace {
  /** Of a token that is not read from the cache, ms. */
  readonly evaluatedTokenMs: number;
  /** Of everything else: the way there and back, and the answer. */
  readonly restMs: number;
}

/** A server of middling speed: 5,000 tokens a second are read, an answer takes a second. */
export const middlingPace: Pace = { evaluatedTokenMs: 0.2, restMs: 1_000 };

export interface Simulated {
  readonly promptTokens: number;
  readonly cacheReadTokens: number;
  /** Null where the vendor reports no writes. */
  readonly cacheWriteTokens: number | null;
  /** All that is not read from the cache. */
  readonly evaluatedTokens: number;
  /** From the first call's start to the last one's end. */
  readonly ms: number;
}

/**
 * @param promptOf     the prompt with a number, without the time of its sending
 * @param concurrency  calls at the same time
 */
export function simulated(
  schedule: Schedule,
  promptOf: (prompt: number) => Omit<CachedPrompt, "sentAtMs">,
  rule: CacheRule,
  concurrency: number,
  pace: Pace = middlingPace,
): Simulated {
  const cache = rule.open();
  const dispatcher = new Dispatcher(schedule);
  const running: { readonly place: number; readonly endsAtMs: number; readonly end: () => void }[] = [];
  let ms = 0;
  let [promptTokens, cacheReadTokens, cacheWriteTokens] = [0, 0, 0];
  let reportsWrites = true;
  for (;;) {
    while (running.length < concurrency) {
      const place = dispatcher.take();
      if (place === null) break;
      const prompt = promptOf(schedule.order[place]!);
      const { expected, end } = cache.begin({ ...prompt, sentAtMs: ms });
      promptTokens += prompt.tokens.length;
      cacheReadTokens += expected.readTokens;
      cacheWriteTokens += expected.writtenTokens ?? 0;
      reportsWrites &&= expected.writtenTokens !== null;
      const evaluated = prompt.tokens.length - expected.readTokens;
      running.push({ place, endsAtMs: ms + evaluated * pace.evaluatedTokenMs + pace.restMs, end });
    }
    if (running.length === 0) break;
    const first = running.reduce((least, call, index) => (call.endsAtMs < running[least]!.endsAtMs ? index : least), 0);
    const [call] = running.splice(first, 1) as [(typeof running)[number]];
    ms = call.endsAtMs;
    call.end();
    dispatcher.end(call.place);
  }
  return {
    promptTokens,
    cacheReadTokens,
    cacheWriteTokens: reportsWrites ? cacheWriteTokens : null,
    evaluatedTokens: promptTokens - cacheReadTokens,
    ms,
  };
}
