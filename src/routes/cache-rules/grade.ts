/** Reported cache reads, graded against what the rule expects and against the most that any cache could give back. */
import { type RatioEstimate, ratioOfSums } from "../../stats/index.ts";

export interface GradedCall {
  /** Calls of one cluster, e.g. about one document, count as one observation in the intervals. */
  readonly cluster: string;
  readonly promptTokens: number;
  /** What the server says it read from its cache; null where it says nothing. */
  readonly reportedTokens: number | null;
  /** What the route's cache rule says it should have read; null where there is no rule. */
  readonly expectedTokens: number | null;
  /** What `idealCache` says; null where the prompt's tokens are not known. */
  readonly ceilingTokens: number | null;
}

/** Ratios of tokens, summed over the calls that have both sides: null where there are none, and of nothing to read. */
export interface CacheGrade {
  /** Reported over all input: the hit rate by tokens. */
  readonly ofPrompt: RatioEstimate | null;
  /** Reported over expected: 1 where the vendor keeps its own rule, above 1 where it gives more. */
  readonly ofExpected: RatioEstimate | null;
  /** Reported over ceiling: what is left to gain. */
  readonly ofCeiling: RatioEstimate | null;
  /** Expected over ceiling: what the rule itself allows of it. */
  readonly expectedOfCeiling: RatioEstimate | null;
  /** Calls that read exactly what was expected, of those with both known. */
  readonly asExpected: { readonly calls: number; readonly n: number };
}

export function gradeCalls(calls: readonly GradedCall[]): CacheGrade {
  const ratio = (over: Tokens, under: Tokens) => {
    const pairs = calls.flatMap(({ cluster, [over]: numerator, [under]: denominator }) =>
      numerator === null || denominator === null ? [] : [{ cluster, numerator, denominator }],
    );
    return ratioOfSums(pairs);
  };
  const both = calls.filter(({ reportedTokens, expectedTokens }) => reportedTokens !== null && expectedTokens !== null);
  return {
    ofPrompt: ratio("reportedTokens", "promptTokens"),
    ofExpected: ratio("reportedTokens", "expectedTokens"),
    ofCeiling: ratio("reportedTokens", "ceilingTokens"),
    expectedOfCeiling: ratio("expectedTokens", "ceilingTokens"),
    asExpected: {
      calls: both.filter(({ reportedTokens, expectedTokens }) => reportedTokens === expectedTokens).length,
      n: both.length,
    },
  };
}

type Tokens = Exclude<keyof GradedCall, "cluster">;
