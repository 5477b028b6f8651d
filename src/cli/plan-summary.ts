/** What a run is going to take, said before anything is sent: calls, tokens, money, time, and what it can tell apart. */
import { sizeInPoints } from "../decision/index.ts";
import {
  type ArmSpent,
  type Cell,
  type Estimate,
  estimate,
  type JudgeEstimate,
  judgeEstimate,
  type Plan,
  type PlanTokens,
  planInputCosts,
  planTokens,
  studyDocument,
} from "../evals/index.ts";
import type { Cost } from "../retrieval/index.ts";
import type { Price, Route } from "../routes/index.ts";
import { detectableDiscordance, samplesToDetect, spreadOfDiscordance } from "../stats/index.ts";
import { formatCount, formatMs, formatTokens, formatUsd, wrapped } from "../units/index.ts";
import { candidatesOf } from "./candidates.ts";
import type { Io } from "./command.ts";
import { refuseUnusedRetrievalPrices } from "./given-prices.ts";
import { progressBar } from "./progress.ts";
import { findPassages, questionOf } from "./question.ts";
import { hasStore, openEarlierStore } from "./result.ts";
import { concurrencyOf, planOf } from "./run-plan.ts";
import type { Settings } from "./settings.ts";

export interface PlannedCandidate extends Estimate {
  readonly kind: Route["kind"];
  readonly cacheRule: string | null;
  readonly price: Price | null;
  /** Null where answers decide what is asked. */
  readonly tokens: PlanTokens | null;
  /** Prompts alone, USD. */
  readonly inputCosts: ReturnType<typeof planInputCosts> | null;
}

export interface PlannedJudge extends JudgeEstimate {
  readonly kind: Route["kind"];
  readonly price: Price | null;
}

/** Candidates, judge and finding passages, without retries. */
export interface PlannedTogether {
  /** Of candidates and judge. */
  readonly calls: number;
  /** USD; null where one of them is not known. */
  readonly mostCostUsd: number | null;
  /** Of those that are known. */
  readonly mostKnownCostUsd: number;
  /** In words, what the money of the others hangs on. */
  readonly notKnown: readonly string[];
  /** Without the judge's; null where there was no earlier call to go by. */
  readonly minutes: number | null;
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
  /**
   * The most that finding passages takes, without retries, in each arm that asks models; tokens as words. Prompts of these
   * arms are counted with BM25's passages in the place of those that a model finds.
   */
  readonly finding: readonly ArmSpent[];
  /** Null where no scorer asks one. */
  readonly judge: PlannedJudge | null;
  readonly together: PlannedTogether;
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
  refuseUnusedRetrievalPrices(settings, question.needs);
  const { routes, retrieval, judge } = await candidatesOf(question, io, false);
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
      price: route.price,
      tokens,
      inputCosts: tokens && planInputCosts(tokens, route.price),
    });
  }
  bar.done();
  const judging = judge && { ...judgeEstimate(plan, judge), kind: judge.kind, price: judge.price };
  return {
    candidates,
    finding,
    judge: judging,
    together: togetherOf(candidates, finding, judging),
    detects: request.detect === undefined ? null : detectable(plan, request.detect, request),
  };
}

function togetherOf(
  candidates: readonly PlannedCandidate[],
  finding: readonly ArmSpent[],
  judge: PlannedJudge | null,
): PlannedTogether {
  const costsOf = (row: PlannedCandidate) => row.cells.map(({ mostCostUsd }) => mostCostUsd);
  const paid = candidates.filter(({ kind }) => kind === "vendor");
  const notKnown = [
    ...paid.flatMap((row) => {
      if (row.price === null) return [`the price of ${row.candidate}`];
      const open = openCells(row);
      return open.length === 0 ? [] : [`what ${row.candidate} reads in ${open.join(" and ")}`];
    }),
    ...(judge?.kind === "vendor" && judge.price === null ? [`the price of ${judge.judge}, which judges`] : []),
    ...finding
      .filter(({ toPrepare, questions }) => toPrepare.usd === null || questions.usd === null)
      .map(({ arm }) => `the price of finding passages for ${arm}`),
  ];
  const costs = [
    ...paid.flatMap(costsOf),
    ...finding.flatMap(({ toPrepare, questions }) => [toPrepare.usd, questions.usd]),
    judge?.mostCostUsd ?? null,
  ];
  const mostKnownCostUsd = costs.reduce<number>((sum, usd) => sum + (usd ?? 0), 0);
  return {
    calls: candidates.reduce((sum, { calls }) => sum + calls, judge?.calls ?? 0),
    mostCostUsd: notKnown.length > 0 ? null : mostKnownCostUsd,
    mostKnownCostUsd,
    notKnown,
    minutes: candidates.reduce<number | null>(
      (sum, { minutes }) => (sum === null || minutes === null ? null : sum + minutes),
      0,
    ),
  };
}

/** Cells in which answers decide what is read, where the price is known. */
const openCells = ({ price, cells }: PlannedCandidate) =>
  price === null ? [] : cells.filter(({ mostCostUsd }) => mostCostUsd === null).map(({ cell }) => cellWords(cell));

/** `arm bm25 top 8` */
const cellWords = (cell: Cell) =>
  Object.entries(cell)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");

/** Questions about one document are this much alike where nobody has measured it. */
const assumedCorrelation = 0.3;
const assumedDiscordance = 0.2;
const power = 0.8;

function detectable(plan: Plan, difference: number, request: PlanRequest): DetectablePlan {
  const discordance = Math.max(request.discordance ?? assumedDiscordance, difference);
  const documents = new Set<string>();
  let samples = 0;
  const limit = plan.limit(plan.routes[0]!);
  // What is compared is paired over all cells; arms are asked the same samples, and are themselves what is compared.
  const cells = new Map(plan.scenario.cells.map((cell) => [studyDocument("", cell), cell]));
  for (const cell of cells.values()) {
    let taken = 0;
    for (const { document } of plan.scenario.samples(cell)) {
      if (taken++ >= limit) break;
      samples++;
      documents.add(studyDocument(document, cell));
    }
  }
  const design = { samplesPerCluster: samples / documents.size, correlation: assumedCorrelation, power };
  const needed = samplesToDetect(difference, { ...design, spread: spreadOfDiscordance(discordance, difference) });
  return {
    difference,
    samples,
    documents: documents.size,
    samplesNeeded: needed.samples,
    documentsNeeded: needed.clusters,
    detectable:
      documents.size < 2 ? null : detectableDiscordance(samples, request.discordance ?? assumedDiscordance, design),
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
export function planText({ candidates, finding, judge, together, detects }: PlanSummary, width: number): string {
  const say = (text: string) => wrapped(text, width, "  ");
  const sums = [
    `${formatCount(together.calls)} calls`,
    moneyText(together, candidates, judge),
    `${duration(together.minutes)}${together.minutes !== null && judge !== null ? " without judging" : ""}`,
  ];
  return [
    ...candidates.flatMap((row) => [...say(takes(row)), ...promptLines(row, width)]),
    ...finding.flatMap((arm) => say(findingText(arm))),
    ...(finding.length === 0 ? [] : say(standInText(finding))),
    ...(judge === null ? [] : say(judgeText(judge))),
    ...say(`together: ${sums.join(", ")}. Nothing was sent.`),
    ...(detects === null ? [] : say(detectText(detects))),
  ].join("\n");
}

function moneyText(
  { mostKnownCostUsd, notKnown }: PlannedTogether,
  candidates: readonly PlannedCandidate[],
  judge: PlannedJudge | null,
): string {
  const about = judge !== null && judge.mostCostUsd !== null ? "about " : "";
  const known = `at most ${about}${formatUsd(mostKnownCostUsd)} without retries`;
  if (notKnown.length > 0) {
    const open = notKnown.join("; ");
    return mostKnownCostUsd === 0 ? `money unknown (${open})` : `${known} (not known, and not in it: ${open})`;
  }
  const isPaid = mostKnownCostUsd > 0 || candidates.some(({ kind }) => kind === "vendor") || judge?.kind === "vendor";
  return isPaid ? known : "no price: runs here";
}

function takes(row: PlannedCandidate): string {
  const { candidate, calls, inputTokens, mostOutputTokens, minutes } = row;
  const most = openCells(row).length > 0 ? "at most " : "";
  const input = inputTokens === null ? "input unknown" : `about ${formatTokens(inputTokens)} tokens in`;
  return `${candidate}: ${most}${formatCount(calls)} calls, ${input}, at most ${formatTokens(mostOutputTokens)} out, ${costText(row)}, ${duration(minutes)}`;
}

function costText(row: PlannedCandidate): string {
  const { kind, price, cells, mostCostUsd } = row;
  if (mostCostUsd !== null) return `at most ${formatUsd(mostCostUsd)}`;
  if (price === null) return unpriced(kind);
  const known = cells.filter((one) => one.mostCostUsd !== null);
  const open = `what it reads in ${openCells(row).join(" and ")} is not known`;
  if (known.length === 0) return `money unknown, as ${open}`;
  const usd = known.reduce((sum, one) => sum + one.mostCostUsd!, 0);
  return `at most ${formatUsd(usd)} for ${known.map(({ cell }) => cellWords(cell)).join(" and ")} (${open})`;
}

const unpriced = (kind: Route["kind"]) => (kind === "vendor" ? "price unknown" : "no price: runs here");

const judgeText = ({ judge, kind, calls, inputTokens, mostOutputTokens, mostCostUsd }: PlannedJudge): string =>
  `judge ${judge}: ${formatCount(calls)} calls, about ${formatTokens(inputTokens)} tokens in, at most ${formatTokens(mostOutputTokens)} out, ${mostCostUsd === null ? unpriced(kind) : `at most about ${formatUsd(mostCostUsd)}`}, if every answer is as long as it may be, and no more tokens for the judge than for the candidate`;

const standInText = (finding: readonly ArmSpent[]): string =>
  `Prompts of ${finding.map(({ arm }) => arm).join(" and ")} are counted with BM25's passages in the place of those that a model finds.`;

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
