/** Measurements that the ledger itself holds: claims of runs on the same quantity in the same scope. */
import { type Claim, topicOf } from "../../ledger/index.ts";
import type { Witness } from "./witness.ts";

/** @param claims  current ones */
export function measuredClaimsWitness(claims: readonly Claim[]): Witness {
  const measured = Map.groupBy(
    claims.filter(({ source, value }) => source.provenance === "measured" && value !== null),
    topicOf,
  );
  return ({ made }) => {
    if (made.as !== "claim" || made.claim.source.provenance === "measured") return [];
    return (measured.get(topicOf(made.claim)) ?? []).map(({ value, source, observed }) => ({
      by: "measured",
      value: value!,
      from: source.provenance === "measured" ? `${source.title}, run ${source.runId}` : source.title,
      url: null,
      on: observed,
    }));
  };
}
