/**
 * A cache rule: what a vendor's prefix cache should give back, told by the requests before. Reported hits are graded
 * against it, and prompts can be planned for it. A rule is what the vendor's documentation says; where that is silent or
 * approximate, the rule's `assumptions` say what was taken instead.
 */

/** A prompt as the rule sees it. */
export interface CachedPrompt {
  /** Tokens as the model sees them, in the vendor's order: tools, system, messages. */
  readonly tokens: Int32Array;
  /** ms on any clock that never goes back; the same clock for a whole history. */
  readonly sentAtMs: number;
  /** Where the caller's input ends, tokens; behind it stands what opens the answer. All of `tokens` where it is left out. */
  readonly inputTokens?: number;
  /** What the caller marked as the end of a reusable prefix, rising; only for vendors with explicit breakpoints. */
  readonly breakpoints?: readonly Breakpoint[];
  /** Where the blocks end that the vendor looks back over, tokens, rising: content blocks, or messages. */
  readonly blockEnds?: readonly number[];
  /** Of `blockEnds`, those of blocks that count as one position with the block behind them: in a run of tool calls. */
  readonly insideRuns?: readonly number[];
  /** `prompt_cache_options.mode`: explicit places no breakpoint of its own. The rule's own where it is left out. */
  readonly mode?: "implicit" | "explicit";
  /** The lifetime that the request asks for, ms; the rule's own where it is left out. */
  readonly lifetimeMs?: number;
  /** What keeps caches apart: `prompt_cache_key`, `user_id`. */
  readonly cacheKey?: string;
}

export interface Breakpoint {
  /** Tokens of the prefix that ends here. */
  readonly endTokens: number;
  /** The lifetime that the caller asked for; the request's, or the rule's own, where it is left out. */
  readonly lifetimeMs?: number;
}

export interface CachedOutput {
  /** The answer's tokens, as they would stand in a prompt that goes on behind it. */
  readonly tokens: Int32Array;
  /** When the answer ended, ms on the prompt's clock. */
  readonly atMs: number;
}

export interface Expectation {
  readonly readTokens: number;
  /** Null where the vendor reports no writes. */
  readonly writtenTokens: number | null;
}

/** A call that has begun. */
export interface CacheCall {
  readonly expected: Expectation;
  /**
   * The call has ended, which is said once. Unless the rule says otherwise, only now is its prompt there for others; its
   * answer too, where it is given and the vendor caches answers.
   */
  readonly end: (output?: CachedOutput) => void;
  /** Instead of `end` where the server refused the call, which leaves nothing. Absent where the rule cannot take it back. */
  readonly refuse?: () => void;
}

export interface CacheState {
  /** A call with this prompt begins. Calls are given in the order in which they are sent. */
  readonly begin: (prompt: CachedPrompt) => CacheCall;
}

export interface RuleSource {
  readonly url: string;
  /** The day on which it was read, YYYY-MM-DD; of a copy whose day is known, that day. */
  readonly readOn: string;
  /** Where on the page, or which version of a file. */
  readonly locator?: string;
}

export interface CacheRule {
  /** e.g. `DeepSeek: persisted prefix units`. */
  readonly name: string;
  /** Null for a rule that is no vendor's. */
  readonly source: RuleSource | null;
  /** What the source does not say and the rule takes for granted, a sentence each. */
  readonly assumptions: readonly string[];
  /** Hardly anything is kept but what requests mark: they are to say where prefixes end that others share. */
  readonly takesMarks?: true;
  /** What is read comes in steps of so many tokens; left out where it may end at any. */
  readonly stepTokens?: number;
  /** An empty cache under this rule. */
  readonly open: () => CacheState;
}

export interface PastRequest {
  readonly prompt: CachedPrompt;
  /** Its end; null where it ended before the next request was sent and its answer is not known. */
  readonly output: CachedOutput | null;
}

/**
 * What a prompt should read, and write, after a history of requests.
 *
 * @param history in the order in which the requests were sent; those that end after the prompt was sent are still running
 */
export function expectedTokens(rule: CacheRule, history: readonly PastRequest[], prompt: CachedPrompt): Expectation {
  const cache = rule.open();
  let running: { readonly call: CacheCall; readonly output: CachedOutput | null }[] = [];
  const endedBy = (atMs: number) => {
    const ended = running.filter(({ output }) => (output?.atMs ?? Number.NEGATIVE_INFINITY) <= atMs);
    running = running.filter((one) => !ended.includes(one));
    ended.sort((a, b) => (a.output?.atMs ?? atMs) - (b.output?.atMs ?? atMs));
    for (const { call, output } of ended) call.end(output ?? undefined);
  };
  for (const past of history) {
    endedBy(past.prompt.sentAtMs);
    running.push({ call: cache.begin(past.prompt), output: past.output });
  }
  endedBy(prompt.sentAtMs);
  return cache.begin(prompt).expected;
}
