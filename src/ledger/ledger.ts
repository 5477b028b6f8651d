/** The whole ledger in memory, and the plain questions to it. */
import type { ApiName } from "./api-name.ts";
import type { Bottleneck } from "./bottleneck.ts";
import type { Claim } from "./claim.ts";
import type { Hardware } from "./hardware.ts";
import type { Idea } from "./idea.ts";
import type { Link } from "./link.ts";
import type { OpenQuestion } from "./open-questions.ts";
import type { Org } from "./org.ts";
import type { Price } from "./price.ts";
import type { Release } from "./release.ts";
import type { Contradiction, Subject } from "./subject.ts";

export interface Ledger {
  readonly releases: readonly Release[];
  readonly ideas: readonly Idea[];
  readonly orgs: readonly Org[];
  readonly hardware: readonly Hardware[];
  readonly bottlenecks: readonly Bottleneck[];
  readonly apiNames: readonly ApiName[];
  readonly apiNameContradictions: readonly Contradiction[];
  readonly openQuestions: readonly OpenQuestion[];
}

/** Everything that claims can be about. */
export const subjectsOf = ({ releases, ideas, orgs, hardware }: Ledger): Subject[] => [
  ...releases,
  ...ideas,
  ...orgs,
  ...hardware,
];

export const claimsOf = (ledger: Ledger): Claim[] => subjectsOf(ledger).flatMap(({ claims }) => claims);
export const linksOf = (ledger: Ledger): Link[] => subjectsOf(ledger).flatMap(({ links }) => links);
export const pricesOf = (ledger: Ledger): Price[] => ledger.releases.flatMap(({ prices }) => prices);

/** Where sources disagree, by what they disagree about. */
export const contradictionsOf = (ledger: Ledger): Contradiction[] => [
  ...subjectsOf(ledger).flatMap(({ contradictions }) => contradictions),
  ...ledger.apiNameContradictions,
];
