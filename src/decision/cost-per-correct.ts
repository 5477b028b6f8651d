/** What a correct answer costs, as a multiple of what it costs with another option, over the samples that both have. */
import { ratioOfRatios } from "../stats/index.ts";
import { type Estimate, overNothing, seen } from "./estimate.ts";
import type { Measured } from "./option.ts";

/** Of all that was paid for. Null where a cost is not known, and where one side is never right. */
export function costPerCorrectRatio(
  option: Measured,
  against: Measured,
  measure: "costUsd" | "costWithoutCacheUsd",
  documentOf: Int32Array,
  places: Iterable<number> = documentOf.keys(),
  confidence?: number,
): Estimate | null {
  if (option.option[measure].perCall === null || against.option[measure].perCall === null) return null;
  const samples = [...places].flatMap((place) => {
    const candidate = { numerator: option.means[measure][place]!, denominator: option.means.right[place]! };
    const baseline = { numerator: against.means[measure][place]!, denominator: against.means.right[place]! };
    const isKnown = [candidate, baseline].every(
      ({ numerator, denominator }) => !Number.isNaN(numerator) && !Number.isNaN(denominator),
    );
    return isKnown ? [{ cluster: String(documentOf[place]), baseline, candidate }] : [];
  });
  const sum = (of: (sample: (typeof samples)[number]) => number) => samples.reduce((total, one) => total + of(one), 0);
  if (sum(({ candidate }) => candidate.denominator) === 0 || sum(({ baseline }) => baseline.denominator) === 0)
    return null;
  if (sum(({ baseline }) => baseline.numerator) === 0) {
    const documents = new Set(samples.map(({ cluster }) => cluster)).size;
    return overNothing(
      sum(({ candidate }) => candidate.numerator),
      samples.length,
      documents,
    );
  }
  const estimate = ratioOfRatios(samples, confidence);
  if (estimate === null) return null;
  const { ratio: value, interval, n, clusters: documents } = estimate;
  return { value, interval: seen(interval, value), n, documents };
}
