/** What a run is going to take, said before anything is sent: calls, tokens, money, time, and what it can tell apart. */
import { sizeInPoints } from "../decision/index.ts";
import {
  type ArmSpent,
  type Estimate,
  estimate,
  type Plan,
  type PlanTokens,
  planInputCosts,
  planTokens,
} from "../evals/index.ts";
import { type Cost, totalCost } from "../retrieval/index.ts";
import type { Route } from "../routes/index.ts";
import { detectableDifference, samplesToDetect, spreadOfDiscordance } from "../stats/index.ts";
import { formatCount, formatMs, formatTokens, formatUsd, wrapped } from "../units/index.ts";
import { candidatesOf } from "./candidates.ts";
import type { Io } from "./command.ts";
import { progressBar } from "./progress.ts";
import { findPassages, questionOf } from "./question.ts";
import { hasStore, openEarlierStore } from "./result.ts";
import { concurrencyOf, planOf } from "./run-plan.ts";
import type { Settings } from "./settings.ts";

export interface PlannedCandidate extends Estimate {
  readonly kind: Route["kind"];
  readonly cacheRule: string | null;
  /** Null where answers decide what is asked. */
  readonly tokens: PlanTokens | null;
  /** Prompts alone, USD. */
  readonly inputCosts: ReturnType<typeof planInputCosts> | null;
}

/** What a paired comparison of two candidates can tell, under assumptions that are said with it. */
export interface DetectablePlan {
  /** Of quality, 0 to 1. */
  readonly difference: number;
  readonly samples: number;
  readonly documents: number;
  /** To detect `difference`. */
  readonly samplesNeeded: number;
  readonly documentsNeeded: number;
  /** What the samples there are detect; null for fewer than two documents. */
  readonly detectable: number | null;
  /** Share of samples that exactly one of two candidates gets right. */
  readonly discordance: number;
  readonly correlation: number;
  readonly power: number;
}

export interface PlanSummary {
  readonly candidates: readonly PlannedCandidate[];
  /** The most that finding passages takes, without retries, in each arm that asks models; tokens as words. */
  readonly finding: readonly ArmSpent[];
  /** Null where nobody asked. */
  readonly detects: DetectablePlan | null;
}

interface PlanRequest {
  readonly store?: string | undefined;
  readonly detect?: number | undefined;
  readonly discordance?: number | undefined;
}

/** Nothing is started and nothing is sent. */
export async function planSummary(settings: Settings, request: PlanRequest, io: Io): Promise<PlanSummary> {
  const question = await questionOf(settings, async (use) => {
    const store = await openEarlierStore(request, io);
    return use(store).finally(() => store.close());
  });
  const { routes, retrieval } = await candidatesOf(question, io, false);
  const opened = await question.open(io.interrupts.aborting);
  const finding = await findPassages(opened, null, io, (model) => retrieval.get(model)?.price ?? null);
  const plan = planOf(question, opened.scenario, routes);
  const atOnce = concurrencyOf(question.settings);
  const means = hasStore(request, io) ? await meanCallMs(routes, request, io) : new Map<string, null>();
  const estimates = estimate(plan, atOnce, (candidate) => means.get(candidate) ?? null);
  const bar = progressBar(io, "planning the order of prompts");
  const candidates: PlannedCandidate[] = [];
  for (const [place, route] of routes.entries()) {
    bar.update(place / routes.length);
    const tokens = plan.scenario.effort === undefined ? await planTokens(plan, route, atOnce(route)) : null;
    candidates.push({
      ...estimates[place]!,
      ...(tokens !== null && { inputTokens: tokens.inputTokens }),
      kind: route.kind,
      cacheRule: route.cacheRule?.name ?? null,
      tokens,
      inputCosts: tokens && planInputCosts(tokens, route.price),
    });
  }
  bar.done();
  return {
    candidates,
    finding,
    detects: request.detect === undefined ? null : detectable(plan, request.detect, request),
  };
}

/** Questions about one document are this much alike where nobody has measured it. */
const assumedCorrelation = 0.3;
const assumedDiscordance = 0.2;
const power = 0.8;

function detectable(plan: Plan, difference: number, request: PlanRequest): DetectablePlan {
  const discordance = Math.max(request.discordance ?? assumedDiscordance, difference);
  const [cell] = plan.scenario.cells;
  const documents = new Set<string>();
  let samples = 0;
  const limit = plan.limit(plan.routes[0]!);
  for (const sample of plan.scenario.samples(cell!)) {
    if (samples >= limit) break;
    samples++;
    documents.add(sample.document);
  }
  const design = {
    spread: spreadOfDiscordance(discordance, difference),
    samplesPerCluster: Math.max(1, Math.round(samples / documents.size)),
    correlation: assumedCorrelation,
    power,
  };
  const needed = samplesToDetect(difference, design);
  return {
    difference,
    samples,
    documents: documents.size,
    samplesNeeded: needed.samples,
    documentsNeeded: needed.clusters,
    detectable: documents.size < 2 ? null : Math.min(1, detectableDifference(samples, design)),
    discordance,
    correlation: assumedCorrelation,
    power,
  };
}

async function meanCallMs(routes: readonly Route[], request: PlanRequest, io: Io): Promise<Map<string, number | null>> {
  const store = await openEarlierStore(request, io);
  const means = routes.map(async ({ id }) => [id, await store.meanCallMs(id)] as const);
  return new Map(await Promise.all(means).finally(() => store.close()));
}

/** @returns lines of at most `width` columns */
export function planText({ candidates, finding, detects }: PlanSummary, width: number): string {
  const say = (text: string) => wrapped(text, width, "  ");
  const total = (of: (row: PlannedCandidate) => number | null) =>
    candidates.reduce<number | null>((sum, row) => (sum === null || of(row) === null ? null : sum + of(row)!), 0);
  const asked = total(({ mostCostUsd }) => mostCostUsd);
  const found = totalCost(finding.flatMap(({ toPrepare, questions }) => [toPrepare, questions])).usd;
  const usd = asked === null || found === null ? null : asked + found;
  const together = [
    `${formatCount(total(({ calls }) => calls))} calls`,
    usd === null ? "money unknown where no price is given" : `at most ${formatUsd(usd)}`,
    duration(total(({ minutes }) => minutes)),
  ];
  return [
    ...candidates.flatMap((row) => [...say(takes(row)), ...promptLines(row, width)]),
    ...finding.flatMap((arm) => say(findingText(arm))),
    ...say(`together: ${together.join(", ")}. Nothing was sent.`),
    ...(detects === null ? [] : say(detectText(detects))),
  ].join("\n");
}

function takes({
  candidate,
  kind,
  calls,
  inputTokens,
  mostOutputTokens,
  mostCostUsd,
  minutes,
}: PlannedCandidate): string {
  const cost =
    mostCostUsd !== null
      ? `at most ${formatUsd(mostCostUsd)}`
      : kind === "vendor"
        ? "price unknown"
        : "no price: runs here";
  const input = inputTokens === null ? "input unknown" : `about ${formatTokens(inputTokens)} tokens in`;
  return `${candidate}: ${formatCount(calls)} calls, ${input}, at most ${formatTokens(mostOutputTokens)} out, ${cost}, ${duration(minutes)}`;
}

const findingText = ({ arm, toPrepare, questions, samples }: ArmSpent): string => {
  const amount = ({ usd, tokens }: Cost) =>
    `about ${formatTokens(tokens)} tokens, ${usd === null ? "price unknown" : `at most ${formatUsd(usd)}`}`;
  const preparing = toPrepare.tokens === 0 ? "" : `to prepare ${amount(toPrepare)}; `;
  return `finding passages, ${arm}: ${preparing}for ${formatCount(samples)} question${samples === 1 ? "" : "s"} ${amount(questions)}. Paid once, whoever answers`;
};

/** Of the prompts: what the plan expects, what the order of the samples would take, the least that any cache allows. */
function promptLines({ tokens, inputCosts, cacheRule }: PlannedCandidate, width: number): string[] {
  if (tokens === null || inputCosts === null) return [];
  const amount = (count: number | null, usd: number | null) =>
    `${formatTokens(count)}${usd === null ? "" : ` (${formatUsd(usd)})`}`;
  const counted = tokens.approximate ? ", counted in words" : "";
  const least = `no cache can evaluate less than ${amount(tokens.lowerBoundTokens, inputCosts.lowerBoundUsd)} of ${formatTokens(tokens.inputTokens)} tokens${counted}`;
  const expected =
    tokens.expectedUncachedTokens === null
      ? "what its cache does is not known"
      : `expected to evaluate ${amount(tokens.expectedUncachedTokens, inputCosts.expectedUsd)}, in the order of the samples ${amount(tokens.naiveUncachedTokens, inputCosts.naiveUsd)} (${cacheRule})`;
  return wrapped(`${expected}; ${least}`, width - 2, "  ").map((line) => `  ${line}`);
}

function detectText(plan: DetectablePlan): string {
  const has = `${formatCount(plan.samples)} samples about ${formatCount(plan.documents)} documents`;
  return [
    `To detect a difference of ${sizeInPoints(plan.difference)} between two candidates with a power of ${plan.power}: ${formatCount(plan.samplesNeeded)} samples about ${formatCount(plan.documentsNeeded)} documents.`,
    plan.detectable === null
      ? `Here are ${has}: too few documents to tell anything apart.`
      : `Here are ${has}, which detect ${sizeInPoints(plan.detectable)}.`,
    `Assumed: ${Math.round(100 * plan.discordance)}% of the samples tell two candidates apart, and questions about one document are alike with a correlation of ${plan.correlation}.`,
  ].join(" ");
}

const duration = (minutes: number | null) =>
  minutes === null ? "time unknown (no earlier call to go by)" : `about ${formatMs(minutes * 60_000)}`;
