/**
 * Measurements that the ledger itself holds: claims of runs on the same quantity. In the same scope they decide; in another,
 * as where an experiment was much smaller than what the claim is about, they are only mentioned.
 */
import { type Claim, formatValue, topicOf } from "../../ledger/index.ts";
import type { Witness } from "./witness.ts";

/** @param claims  current ones */
export function measuredClaimsWitness(claims: readonly Claim[]): Witness {
  const measured = claims.filter(({ source, value }) => source.provenance === "measured" && value !== null);
  const byTopic = Map.groupBy(measured, topicOf);
  const bySubject = Map.groupBy(measured, subjectAndQuantity);
  return ({ made }) => {
    if (made.as !== "claim" || made.claim.source.provenance === "measured") return [];
    const same = byTopic.get(topicOf(made.claim));
    if (same === undefined)
      return (bySubject.get(subjectAndQuantity(made.claim)) ?? []).map(({ value, unit, baseline, scope, source }) => ({
        elsewhere: `${formatValue(value, unit)}${baseline?.of === undefined ? "" : ` of ${baseline.of}`}, ${Object.values(scope).join(", ")} (${source.title})`,
      }));
    return same.map(({ value, source, observed }) => ({
      by: "measured",
      value: value!,
      from: source.provenance === "measured" ? `${source.title}, run ${source.runId}` : source.title,
      url: null,
      on: observed,
    }));
  };
}

const subjectAndQuantity = ({ subject, quantity }: Claim) => `${subject} ${quantity}`;
