/**
 * What a route's cache rule expects of each call, while a run goes on. Where the route tells its tokens, exactly. Where
 * only the vendor knows them, words stand for them, stretched by one factor: input tokens over words of the first call
 * that was answered. Until then calls wait; the first of a run can read nothing in any case.
 */
import { type CacheCall, type CachedPrompt, type CacheState, idealCache, type Route } from "../routes/index.ts";
import { type Call, type CallRequest, wasRefused, wireBody } from "../wire/index.ts";
import { vendorOf, wordAnswer, wordPrompt } from "./planning/word-prompt.ts";

/** Tokens of a word where the server reports none: in English a tenth to a third more than words. */
const usualFactor = 1.2;
/** Remembered for the ceiling, 4 bytes each. */
const mostCeilingTokens = 2 ** 24;

export interface PredictedCall {
  /** To be asked once the call has been answered: tokens that should have been read. Null where nobody can say. */
  readonly expected: (call: Pick<Call, "usage" | "failure">) => number | null;
  /** What no cache can exceed: the longest prefix of any prompt before; null where only the vendor knows its tokens. */
  readonly ceilingTokens: number | null;
  /** The call, and further attempts at it, are over. */
  readonly end: (call: Call | null) => void;
}

const unpredicted: PredictedCall = { expected: () => null, ceilingTokens: null, end: () => {} };

export class CachePrediction {
  readonly #vendor: string;
  readonly #route: Route;
  readonly #cache: CacheState | null;
  readonly #ceiling = idealCache(mostCeilingTokens).open();
  /** Input tokens over words; null until a call has told. */
  #factor: number | null = null;
  /** Calls sent before it was known, in order. */
  #waiting: WordCall[] = [];

  constructor(route: Route) {
    this.#route = route;
    this.#vendor = vendorOf(route.id);
    this.#cache = route.cacheRule?.open() ?? null;
  }

  /** @param tokens the prompt's own; null where only the vendor knows them */
  begin(request: CallRequest, tokens: Int32Array | null, sentAtMs: number): PredictedCall {
    if (this.#cache === null) return unpredicted;
    if (tokens !== null) {
      const call = this.#cache.begin({ tokens, sentAtMs });
      return {
        expected: () => call.expected.readTokens,
        ceilingTokens: this.#ceiling.begin({ tokens, sentAtMs }).expected.readTokens,
        end: (made) => (made !== null && wasRefused(made) && call.refuse ? call.refuse() : call.end()),
      };
    }
    const body = wireBody(this.#route.endpoint.protocol, request);
    const prompt = (factor?: number) => wordPrompt(this.#vendor, body, factor);
    if (prompt() === null) return unpredicted;
    return this.#byWords({ prompt: (factor) => prompt(factor)!, sentAtMs, begun: null, ended: null });
  }

  #byWords(call: WordCall): PredictedCall {
    if (this.#factor === null) this.#waiting.push(call);
    else this.#start(call, this.#factor);
    return {
      expected: ({ usage, failure }) => {
        if (usage?.inputTokens) this.#learn(call, usage.inputTokens);
        else if (failure === null) this.#stretch(usualFactor);
        const expected = call.begun?.expected.readTokens ?? null;
        return expected === null ? null : Math.min(expected, usage?.inputTokens ?? expected);
      },
      ceilingTokens: null,
      end: (made) => {
        call.ended = { made, atMs: performance.now() };
        if (call.begun !== null) this.#finish(call);
      },
    };
  }

  #learn(call: WordCall, inputTokens: number): void {
    if (this.#factor !== null) return;
    const { tokens, inputTokens: counted = tokens.length } = call.prompt(1);
    this.#stretch(inputTokens / Math.max(1, counted));
  }

  #stretch(factor: number): void {
    if (this.#factor !== null) return;
    this.#factor = factor;
    for (const waiting of this.#waiting) {
      this.#start(waiting, factor);
      if (waiting.ended !== null) this.#finish(waiting);
    }
    this.#waiting = [];
  }

  #start(call: WordCall, factor: number): void {
    call.begun = this.#cache!.begin({ ...call.prompt(factor), sentAtMs: call.sentAtMs });
  }

  /** With the answer, which some vendors keep. */
  #finish(call: WordCall): void {
    const { made, atMs } = call.ended!;
    const { refuse } = call.begun!;
    if (made !== null && wasRefused(made) && refuse) {
      refuse();
      return;
    }
    const tokens =
      made === null || made.failure !== null
        ? null
        : wordAnswer(this.#vendor, made.protocol, made.answer, this.#factor!);
    call.begun!.end(tokens === null ? undefined : { tokens, atMs });
  }
}

interface WordCall {
  readonly prompt: (factor: number) => Omit<CachedPrompt, "sentAtMs">;
  readonly sentAtMs: number;
  begun: CacheCall | null;
  ended: { readonly made: Call | null; readonly atMs: number } | null;
}
