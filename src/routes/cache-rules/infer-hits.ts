/** Which calls found their prompt cached, told by their times to the first token, where the server hides it. */
import { logGamma, studentTCdf } from "../../stats/index.ts";

export interface TimedCall {
  /** Sending to the first byte of the first event. */
  readonly ttftMs: number;
  /** Null where the server does not say; then all calls `of` one kind are taken to be as long as each other. */
  readonly inputTokens: number | null;
  /** What the cache rule expects. A call that should find nothing is surely cold: nobody has sent its prompt before. */
  readonly expectedTokens: number;
  readonly of: string;
}

export interface InferredHit {
  /** Told by a time, not by the server. */
  readonly inferred: true;
  readonly verdict: "hit" | "miss" | "unknown";
  /** P(cached | times), 0 to 1; null where the times allow none, or this one is like neither kind. */
  readonly hitProbability: number | null;
  /** Why there is no probability; null where there is one. */
  readonly reason: string | null;
}

/** Prompts up to so many times as long as each other take their TTFT from the cache, and not from their length. */
const alikeFactor = 1.25;
/** A call that should read no more of its prompt is cold: a system prompt that all share makes little of a difference. */
const coldShare = 0.1;
/** One that should read as much of it is judged; between the two, a call is neither. */
const warmShare = 0.5;

/**
 * Of each call whose prompt the rule expects to be cached for the most part, from the cold calls with prompts of its length;
 * null for the others.
 */
export function inferHits(calls: readonly TimedCall[]): (InferredHit | null)[] {
  const verdicts = new Array<InferredHit | null>(calls.length).fill(null);
  for (const { cold, warm } of expectations(calls)) {
    const times = (of: readonly number[]) => of.map((at) => calls[at]!.ttftMs);
    for (const [index, verdict] of inferAlike(times(cold), times(warm)).entries()) verdicts[warm[index]!] = verdict;
  }
  return verdicts;
}

/** Places of the calls that should find next to nothing and of those that should find most of it, by length of prompt. */
export function expectations(calls: readonly TimedCall[]): { readonly cold: number[]; readonly warm: number[] }[] {
  return asLong(calls).map((places) => {
    // The longest that is expected stands for a length that nobody reports.
    const most = Math.max(...places.map((at) => calls[at]!.expectedTokens));
    const share = (at: number) =>
      calls[at]!.expectedTokens === 0 ? 0 : calls[at]!.expectedTokens / (calls[at]!.inputTokens ?? most);
    return {
      cold: places.filter((at) => share(at) <= coldShare),
      warm: places.filter((at) => share(at) >= warmShare),
    };
  });
}

/** Places of calls with prompts of one length. */
function asLong(calls: readonly TimedCall[]): number[][] {
  const groups: number[][] = [];
  const known = [...calls.keys()].filter((at) => calls[at]!.inputTokens !== null);
  let longest = 0;
  for (const at of known.sort((a, b) => calls[a]!.inputTokens! - calls[b]!.inputTokens!)) {
    const { inputTokens } = calls[at]!;
    if (groups.length > 0 && inputTokens! <= longest) groups.at(-1)!.push(at);
    else {
      groups.push([at]);
      longest = inputTokens! * alikeFactor;
    }
  }
  const unknown = [...calls.keys()].filter((at) => calls[at]!.inputTokens === null);
  return [...groups, ...Map.groupBy(unknown, (at) => calls[at]!.of).values()];
}

const fewestCalls = 3;
/** A verdict needs this probability. */
const certainty = 0.95;
/** A call that is slower than all but so many cold ones was held up by something else. */
const implausibleShare = 0.001;
/** Hits, all in all, have to begin sooner than all but so many cold calls. */
const coldestShare = 0.05;
/** Of ln t: whatever few times agree on, the next one differs by so much. */
const leastDeviation = 0.02;
const mostSteps = 200;

/**
 * A mixture of two kinds of calls, cold and warm, with ln t normal in each, of unknown mean and variance. The first list's
 * calls are surely cold; how many of the others are, is estimated with the two kinds (expectation maximisation), so that
 * nothing but what the cold ones show is taken for known, least of all that the cache rule is kept. The odds of a hit then are
 *
 *   P(hit | t) / P(miss | t) = estimated odds · p(ln t | warm) / p(ln t | cold).
 *
 * Under the prior 1/σ² the next ln t of a kind with n calls is Student's t with n − 1 degrees of freedom, around their mean,
 * of scale s·√(1 + 1/n): few calls leave much unknown. Where the tails of the two cross, the odds stay at their best, so that
 * faster never speaks for a miss, nor slower for a hit.
 *
 * Assumes prompts of one length, under one load, that were cached as far as most hits or not at all: a part of it ends
 * between, as unknown. A hit that had to wait in a queue looks like a miss.
 *
 * @param coldMs of calls whose prompt was surely not cached
 * @returns one for each of `judgedMs`
 * @see Gelman et al. 2013, "Bayesian Data Analysis", 3rd ed., §3.2 (the predictive distribution) and §22.1 (mixtures)
 */
export function inferAlike(coldMs: readonly number[], judgedMs: readonly number[]): InferredHit[] {
  const unknown = (reason: string) => judgedMs.map((): InferredHit => ({ ...unjudged, reason }));
  if (coldMs.length < fewestCalls) return unknown(`fewer than ${fewestCalls} calls as long surely found nothing there`);
  const surely = coldMs.map((ms): Weighted => ({ value: Math.log(ms), weight: 1 }));
  const times = judgedMs.map(Math.log);
  const alone = predictive(surely);
  let hits: readonly number[] = times.map((time) => (lowerTail(time, alone) < coldestShare ? 1 : 0));
  for (let step = 0; step < mostSteps; step++) {
    const count = hits.reduce((sum, hit) => sum + hit, 0);
    if (count < fewestCalls) return unknown(`fewer than ${fewestCalls} calls began sooner than cold ones do`);
    const cold = predictive([...surely, ...times.map((value, at) => ({ value, weight: 1 - hits[at]! }))]);
    const warm = predictive(times.map((value, at) => ({ value, weight: hits[at]! })));
    if (lowerTail(warm.centre, alone) >= coldestShare) return unknown("most began no sooner than cold ones do");
    const prior = Math.log((count + 0.5) / (times.length - count + 0.5));
    const ratioAt = monotoneRatio(warm, cold, times);
    const next = times.map((time) => 1 / (1 + Math.exp(-prior - ratioAt(time))));
    const moved = Math.max(...next.map((hit, at) => Math.abs(hit - hits[at]!)));
    hits = next;
    if (moved < 1e-6) break;
  }
  return times.map((time, at) =>
    1 - lowerTail(time, alone) < implausibleShare
      ? { ...unjudged, reason: "slower than a cold call" }
      : { ...unjudged, verdict: verdictOf(hits[at]!), hitProbability: hits[at]!, reason: null },
  );
}

const unjudged = { inferred: true, verdict: "unknown", hitProbability: null } as const;

const verdictOf = (hit: number) => (hit >= certainty ? "hit" : 1 - hit >= certainty ? "miss" : "unknown");

/**
 * The logarithm of the likelihood of a hit to that of a miss. Beyond the two centres it never turns back: below the warm
 * one it stays at its highest, above the cold one at its lowest.
 */
function monotoneRatio(warm: StudentT, cold: StudentT, times: readonly number[]): (time: number) => number {
  const ofWarm = logDensity(warm);
  const ofCold = logDensity(cold);
  const ratio = (value: number) => ofWarm(value) - ofCold(value);
  const turn = (from: number, to: number, sign: number) => {
    const places = Array.from({ length: 65 }, (_, step) => from + ((to - from) * step) / 64);
    return places.reduce((best, place) => (sign * ratio(place) > sign * ratio(best) ? place : best));
  };
  const [fastest, slowest] = times.reduce(
    ([low, high], time) => [Math.min(low, time), Math.max(high, time)],
    [warm.centre, cold.centre],
  );
  const highest = turn(warm.centre, fastest!, 1);
  const lowest = turn(cold.centre, slowest!, -1);
  return (time) => ratio(Math.max(highest, Math.min(lowest, time)));
}

interface Weighted {
  readonly value: number;
  readonly weight: number;
}

interface StudentT {
  readonly centre: number;
  readonly scale: number;
  readonly degreesOfFreedom: number;
}

/** Of the next value. */
function predictive(values: readonly Weighted[]): StudentT {
  const n = values.reduce((sum, { weight }) => sum + weight, 0);
  const centre = values.reduce((sum, { value, weight }) => sum + weight * value, 0) / n;
  const squares = values.reduce((sum, { value, weight }) => sum + weight * (value - centre) ** 2, 0);
  const deviation = Math.max(leastDeviation, Math.sqrt(squares / (n - 1)));
  return { centre, scale: deviation * Math.sqrt(1 + 1 / n), degreesOfFreedom: n - 1 };
}

const lowerTail = (value: number, { centre, scale, degreesOfFreedom }: StudentT) =>
  studentTCdf((value - centre) / scale, degreesOfFreedom);

function logDensity({ centre, scale, degreesOfFreedom: v }: StudentT): (value: number) => number {
  const peak = logGamma((v + 1) / 2) - logGamma(v / 2) - Math.log(v * Math.PI) / 2 - Math.log(scale);
  return (value) => peak - ((v + 1) / 2) * Math.log1p(((value - centre) / scale) ** 2 / v);
}
