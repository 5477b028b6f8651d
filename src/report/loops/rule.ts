/** The cache rule that held for a candidate, from what its run says of it. */
import type { CandidateInfo } from "../../evals/index.ts";
import { type CacheRule, cacheRuleOf, llamaCpp } from "../../routes/index.ts";

/** Null where the run knew no rule, and where the rule of that name is no longer there. */
export function ruleOf(candidate: CandidateInfo): CacheRule | null {
  if (candidate.cacheRule === null) return null;
  const rule = candidate.kind === "vendor" ? cacheRuleOf(vendorOf(candidate), candidate.model) : ofEngine(candidate);
  return rule?.name === candidate.cacheRule ? rule : null;
}

const ofEngine = ({ sequences }: CandidateInfo) => (sequences === undefined ? null : llamaCpp({ sequences }));

const vendorOf = ({ id }: CandidateInfo) => id.slice(0, id.indexOf("/"));
