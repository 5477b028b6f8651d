/** What a schedule should make a route read, under the rule of its cache: the calls played through without sending any. */
import type { CachedPrompt, CacheRule, CacheState } from "../../routes/index.ts";
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
  promptOf: PromptOf,
  rule: CacheRule,
  concurrency: number,
  pace?: Pace,
): Simulated {
  const simulation = new Simulation(rule, concurrency, pace);
  simulation.play(schedule, promptOf);
  return simulation.played;
}

type PromptOf = (prompt: number) => Omit<CachedPrompt, "sentAtMs">;

/** Schedules that are played one after the other, with one cache; each when all calls of the one before have ended. */
export class Simulation {
  readonly #cache: CacheState;
  readonly #concurrency: number;
  readonly #pace: Pace;
  #ms = 0;
  #promptTokens = 0;
  #cacheReadTokens = 0;
  #cacheWriteTokens = 0;
  #reportsWrites = true;

  constructor(rule: CacheRule, concurrency: number, pace = middlingPace) {
    this.#cache = rule.open();
    this.#concurrency = concurrency;
    this.#pace = pace;
  }

  get played(): Simulated {
    return {
      promptTokens: this.#promptTokens,
      cacheReadTokens: this.#cacheReadTokens,
      cacheWriteTokens: this.#reportsWrites ? this.#cacheWriteTokens : null,
      evaluatedTokens: this.#promptTokens - this.#cacheReadTokens,
      ms: this.#ms,
    };
  }

  play(schedule: Schedule, promptOf: PromptOf): void {
    const dispatcher = new Dispatcher(schedule);
    const running: { readonly place: number; readonly endsAtMs: number; readonly end: () => void }[] = [];
    for (;;) {
      while (running.length < this.#concurrency) {
        const place = dispatcher.take();
        if (place === null) break;
        running.push({ place, ...this.#begin(promptOf(schedule.order[place]!)) });
      }
      if (running.length === 0) return;
      const first = running.reduce(
        (least, call, index) => (call.endsAtMs < running[least]!.endsAtMs ? index : least),
        0,
      );
      const [call] = running.splice(first, 1) as [(typeof running)[number]];
      this.#ms = call.endsAtMs;
      call.end();
      dispatcher.end(call.place);
    }
  }

  #begin(prompt: Omit<CachedPrompt, "sentAtMs">) {
    const { expected, end } = this.#cache.begin({ ...prompt, sentAtMs: this.#ms });
    this.#promptTokens += prompt.tokens.length;
    this.#cacheReadTokens += expected.readTokens;
    this.#cacheWriteTokens += expected.writtenTokens ?? 0;
    this.#reportsWrites &&= expected.writtenTokens !== null;
    const evaluated = prompt.tokens.length - expected.readTokens;
    return { endsAtMs: this.#ms + evaluated * this.#pace.evaluatedTokenMs + this.#pace.restMs, end };
  }
}
