/** Whether a call found its prompt cached, told by its time to the first token, where the server hides it. */
import { logGamma, mean, standardDeviation, studentTCdf } from "../../stats/index.ts";

export interface TtftReferences {
  /** Of calls whose prompt was surely not cached: as long as the one to judge, and under the same load. */
  readonly coldMs: readonly number[];
  /** Of calls whose prompt surely was. */
  readonly warmMs: readonly number[];
}

export interface InferredHit {
  /** Told by a time, not by the server. */
  readonly inferred: true;
  readonly verdict: "hit" | "miss" | "unknown";
  /** P(cached | time), 0 to 1; null where the references allow none, or the time is like neither. */
  readonly hitProbability: number | null;
  /** Why there is no probability; null where there is one. */
  readonly reason: string | null;
  readonly n: { readonly cold: number; readonly warm: number };
}

export interface InferenceOptions {
  /** How probable a hit was before the time was seen. */
  readonly priorHitShare?: number;
  /** A verdict needs this probability. */
  readonly certainty?: number;
}

const fewestReferences = 3;
/** A call that is slower than all but so many cold ones was held up by something else. */
const implausibleShare = 0.001;

/**
 * The odds of a hit after a time to the first token was seen,
 *
 *   P(hit | t) / P(miss | t) = prior odds · p(ln t | warm) / p(ln t | cold),
 *
 * with ln t normal in each kind, of unknown mean and variance. Under the prior 1/σ² the next ln t of a kind with n
 * references then is Student's t with n − 1 degrees of freedom, around their mean, of scale s·√(1 + 1/n): few references
 * leave much unknown. Where the tails of the two cross, the odds stay at their best, so that faster never speaks for a
 * miss, nor slower for a hit.
 *
 * Assumes that the prompt was cached as far as the warm ones or not at all: a part of it ends between, as unknown. A hit
 * that had to wait in a queue looks like a miss.
 *
 * @see Gelman et al. 2013, "Bayesian Data Analysis", 3rd ed., §3.2 (the predictive distribution)
 */
export function inferHit(
  ttftMs: number,
  { coldMs, warmMs }: TtftReferences,
  { priorHitShare = 0.5, certainty = 0.95 }: InferenceOptions = {},
): InferredHit {
  const n = { cold: coldMs.length, warm: warmMs.length };
  const unknown = (reason: string): InferredHit => ({
    inferred: true,
    verdict: "unknown",
    hitProbability: null,
    reason,
    n,
  });
  const cold = predictive(coldMs);
  const warm = predictive(warmMs);
  if (cold === null || warm === null)
    return unknown(`fewer than ${fewestReferences} different references that are cold or warm`);
  if (cold.centre <= warm.centre) return unknown("the cold references are no slower than the warm ones");
  const time = Math.log(ttftMs);
  if (1 - studentTCdf((time - cold.centre) / cold.scale, cold.degreesOfFreedom) < implausibleShare)
    return unknown("slower than a cold call");
  const odds = Math.log(priorHitShare / (1 - priorHitShare)) + logLikelihoodRatio(time, warm, cold);
  const hitProbability = 1 / (1 + Math.exp(-odds));
  const verdict = hitProbability >= certainty ? "hit" : 1 - hitProbability >= certainty ? "miss" : "unknown";
  return { inferred: true, verdict, hitProbability, reason: null, n };
}

/** Of a hit to a miss; beyond the two means the furthest that it gets on the way there, sought in steps. */
function logLikelihoodRatio(time: number, warm: StudentT, cold: StudentT): number {
  const ratioAt = (value: number) => logDensity(value, warm) - logDensity(value, cold);
  if (time >= warm.centre && time <= cold.centre) return ratioAt(time);
  const nearest = time < warm.centre ? warm.centre : cold.centre;
  const steps = Array.from({ length: 65 }, (_, step) => ratioAt(time + ((nearest - time) * step) / 64));
  return time < warm.centre ? Math.max(...steps) : Math.min(...steps);
}

interface StudentT {
  readonly centre: number;
  readonly scale: number;
  readonly degreesOfFreedom: number;
}

/** Of the next ln t; null of too few, and of references that do not differ. */
function predictive(timesMs: readonly number[]): StudentT | null {
  if (timesMs.length < fewestReferences) return null;
  const logs = timesMs.map(Math.log);
  const deviation = standardDeviation(logs)!;
  if (!(deviation > 0)) return null;
  return {
    centre: mean(logs)!,
    scale: deviation * Math.sqrt(1 + 1 / logs.length),
    degreesOfFreedom: logs.length - 1,
  };
}

function logDensity(value: number, { centre, scale, degreesOfFreedom: v }: StudentT): number {
  const z = (value - centre) / scale;
  const peak = logGamma((v + 1) / 2) - logGamma(v / 2) - Math.log(v * Math.PI) / 2 - Math.log(scale);
  return peak - ((v + 1) / 2) * Math.log1p((z * z) / v);
}
