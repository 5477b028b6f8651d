/** From a question and its candidates to the plan of a run, and to what identifies it. */
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  type CandidateInfo,
  type Plan,
  plannedCount,
  type RunInfo,
  type Scenario,
  sequentialDesign,
} from "../evals/index.ts";
import type { Price, Route } from "../routes/index.ts";
import { type Candidates, retrievalModelsOf, sequencesOf } from "./candidates.ts";
import type { Question } from "./question.ts";
import type { Settings } from "./settings.ts";

export const concurrencyOf = (settings: Settings) => (route: Route) =>
  settings.concurrency ?? (route.kind === "vendor" ? 8 : 1);

/** Questions a cell: one document's show a cache and a speed, and a model that knows nothing has no more to tell. */
const calibrationSamples = 6;

export function planOf({ settings, sampling }: Question, scenario: Scenario, routes: readonly Route[]): Plan {
  const sparing = settings.model === undefined;
  return {
    scenario,
    routes,
    repeats: settings.repeats ?? 1,
    limit: ({ kind }) =>
      Math.min(
        settings.limit ?? Number.POSITIVE_INFINITY,
        sparing && kind === "calibration specimen" ? calibrationSamples : Number.POSITIVE_INFINITY,
      ),
    ...sampling,
    seed: settings.seed ?? 1,
  };
}

export function newRun(
  plan: Plan,
  { settings, notes, preference }: Question,
  { judge, retrieval }: Candidates,
  startedAt: string,
): RunInfo {
  const { name, version, question, source } = plan.scenario;
  return {
    id: `${startedAt.slice(0, 10)}-${name}-${randomBytes(3).toString("hex")}`,
    scenario: { name, version, question, source },
    startedAt,
    finishedAt: null,
    status: "running",
    seed: plan.seed,
    identity: identityOf(plan, settings, { judge, retrieval }),
    options: settings,
    notes,
    candidates: plan.routes.map((route) => ({
      ...candidateInfo(route),
      ...(route.kind !== "vendor" && { sequences: sequencesOf(settings) }),
    })),
    ...(judge !== null && { judge: { model: judge.id, price: judge.price } }),
    ...(retrieval.size > 0 && { retrievalModels: retrievalModelsOf(retrieval) }),
    ...(settings.until !== undefined && { sequential: sequentialDesign(plan, settings.until) }),
    ...(preference !== undefined && { preference }),
    plannedTrials: plannedCount(plan),
    versions: versions(),
  };
}

function candidateInfo(route: Route): CandidateInfo {
  const { id, kind, notice, model, attention, trainedContextTokens, kvCache, cacheRule, price } = route;
  const baseUrl = kind === "vendor" ? route.endpoint.baseUrl : "embedded engine";
  const rule = cacheRule?.name ?? null;
  const cacheRuleBy = route.tokenize === null ? "words" : "tokens";
  const facts = { id, kind, notice, baseUrl, model, attention, trainedContextTokens, kvCache, price };
  return { ...facts, cacheRule: rule, ...(rule !== null && { cacheRuleBy }) };
}

/** Without the day on which its price was looked up: a run may go on tomorrow. */
function sameOnAnyDay(route: Route) {
  const { price, ...rest } = candidateInfo(route);
  return { ...rest, price: amountsOf(price) };
}

function amountsOf(price: Price | null) {
  if (price === null) return null;
  const { observedOn: _on, source: _source, ...amounts } = price;
  return amounts;
}

/** SHA-256 over all that could move the numbers; the address of the embedded engine is none of it. */
export function identityOf(
  plan: Plan,
  settings: Settings,
  { judge, retrieval }: Pick<Candidates, "judge" | "retrieval">,
): string {
  const { scenario, routes, repeats, seed } = plan;
  const { name, version, options, scorers } = scenario;
  const { temperature = null, maxTokens = null } = settings;
  const moved = {
    name,
    version,
    options,
    scorers: scorers.map((scorer) => `${scorer.name} ${scorer.version}`),
    judge: judge && { id: judge.id, price: amountsOf(judge.price) },
    ...(retrieval.size > 0 && {
      retrieval: [...retrieval].map(([name, { price }]) => [name, price && `${price.usd}/${price.per}`]),
    }),
    sampling: { repeats, limits: routes.map(plan.limit), temperature, seed, maxTokens },
    kvType: settings.kvType ?? "f16",
    until: settings.until ?? null,
    candidates: routes.map(sameOnAnyDay),
    files: routes.map(({ fingerprint }) => fingerprint ?? null),
    versions: versions(),
  };
  return createHash("sha256").update(JSON.stringify(moved)).digest("hex");
}

function versions(): Record<string, string> {
  const versionOf = (url: URL) => JSON.parse(readFileSync(url, "utf8")).version as string;
  // The package does not export its package.json; it stands above its entry, wherever npm has put it.
  const engine = versionOf(new URL("../package.json", import.meta.resolve("node-llama-cpp")));
  return {
    assay: versionOf(new URL("../../package.json", import.meta.url)),
    node: process.versions.node,
    "node-llama-cpp": engine,
    platform: `${process.platform}-${process.arch}`,
  };
}
