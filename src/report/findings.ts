/** What a run shows, in sentences. They say no more than the intervals and the paired comparisons allow. */
import { points, sizeInPoints } from "../decision/index.ts";
import { type Proportion, proportion } from "../stats/index.ts";
import { formatBytes, formatCount, formatRange, formatShare, formatShareRange, formatTokens } from "../units/index.ts";
import { headlineOf } from "./decision/index.ts";
import type { HiddenCache } from "./hidden-cache.ts";
import { judgeFindings } from "./judges.ts";
import type { CandidateLoops } from "./loops/loops.ts";
import { rangeText } from "./loops/tables.ts";
import { qualityWords } from "./quality-words.ts";
import { type CandidateSummary, type CellSummary, type RunSummary, wasNothingAsked } from "./summary.ts";

export function findings(summary: RunSummary): string[] {
  if (wasNothingAsked(summary)) return [nothingFinding(summary)];
  if (!qualityWords(summary).isJudged) return unjudgedFindings(summary);
  const ranked = summary.candidates.filter(
    ({ candidate, total }) => candidate.kind !== "calibration specimen" && total.quality !== null,
  );
  return [
    ...sequentialFinding(summary),
    ...leadOf(ranked, summary),
    ...ranked.slice(0, 3).flatMap(contextFinding),
    ...kvFinding(ranked),
    ...cacheFindings(ranked),
    ...ranked.flatMap(hiddenCacheFinding),
    ...judgeFindings(summary),
    ...failureFinding(summary),
  ];
}

/** Every prompt is longer than the model's context. */
function nothingFinding({ run, skipped, failures: [first] }: RunSummary): string {
  const isReplay = run.options.scenario === "replay";
  const [noun, done] = isReplay ? ["session", "replayed"] : ["question", "asked"];
  const which = skipped === 1 ? `the only ${noun} was` : `all ${formatCount(skipped)} ${noun}s were`;
  return `Nothing was ${done}: ${which} skipped, since ${first!.message}. It takes a model with a longer context, or ${isReplay ? "a trace whose sessions begin with shorter prompts" : "shorter prompts"}.`;
}

/** Of a calibration specimen too: its cache is as real as any. */
function unjudgedFindings(summary: RunSummary): string[] {
  const { candidates, loops } = summary;
  return [
    ...(loops === null
      ? ["This run judges no answers; what they cost and how fast they came stands below."]
      : loops.slice(0, 3).flatMap(loopFinding)),
    ...kvFinding(candidates),
    ...cacheFindings(candidates),
    ...candidates.flatMap(hiddenCacheFinding),
    ...failureFinding(summary),
  ];
}

function loopFinding({ candidate, probes, summary: { grade, calls, beyond, inferred } }: CandidateLoops): string[] {
  const { ofPrompt, ofCeiling } = grade;
  if (ofPrompt === null) {
    const isInferred = inferred.hits + inferred.misses + inferred.unclear > 0;
    return [`${candidate} did not say what it read from its cache${isInferred ? `: ${inferredWords(inferred)}` : ""}.`];
  }
  if (probes.length > 0) return probeFinding(candidate, probes);
  const range = ofCeiling && rangeText(ofCeiling);
  const interval = range === null ? "" : ` (95% interval ${range})`;
  const possible =
    ofCeiling === null
      ? ", where no cache could have given back anything"
      : `, which is ${formatShare(ofCeiling.ratio)} of what any cache could have given back${interval}`;
  const more =
    beyond.calls === 0
      ? ""
      : ` ${formatCount(beyond.calls)} of them reported ${formatCount(beyond.tokens)} tokens more than this run had sent before, and count as having read all there was.`;
  return [
    `${candidate} read ${formatShare(ofPrompt.ratio)} of its prompts from the cache${possible}, over ${formatCount(calls)} call${calls === 1 ? "" : "s"}.${more}`,
  ];
}

function inferredWords({ hits, misses, unclear }: Pick<HiddenCache, "hits" | "misses" | "unclear">): string {
  const calls = hits + misses + unclear;
  const expecting = `${formatCount(calls)} calls whose prompt its rule expects to be there`;
  if (unclear === calls) return `TTFT does not tell hits from misses in the ${expecting}`;
  return `inferred from TTFT, ${formatCount(hits)} of the ${expecting} hit, ${formatCount(misses)} missed and ${formatCount(unclear)} are unclear`;
}

/** A breaker that takes less than this of a prompt breaks nothing. */
const worthNaming = 0.02;

function probeFinding(candidate: string, probes: CandidateLoops["probes"]): string[] {
  const known = probes
    .flatMap(({ breaker, lostTokens, treatment: { promptTokens } }) =>
      lostTokens === null || promptTokens === null
        ? []
        : { breaker, lost: lostTokens.mean, share: lostTokens.mean / promptTokens.mean },
    )
    .sort((a, b) => b.share - a.share);
  const breaking = known.filter(({ share }) => share >= worthNaming);
  const harmless = known.filter(({ share }) => share < worthNaming).map(({ breaker }) => breaker);
  if (breaking.length === 0) return [`Nothing that was tried broke the cache of ${candidate}.`];
  const [first, ...others] = breaking;
  const named = [
    `${first!.breaker} (${formatCount(first!.lost)} tokens of a prompt, ${formatShare(first!.share)})`,
    ...others.map(({ breaker, lost, share }, index) =>
      index < 3
        ? `${breaker} (${formatCount(lost)}, ${formatShare(share)})`
        : `${index === 3 ? "and less at " : ""}${breaker} (${formatShare(share)})`,
    ),
  ].join(", ");
  const rest = harmless.length === 0 ? "" : `; not at ${harmless.join(", ")}`;
  return [`The cache of ${candidate} breaks at ${named}${rest}.`];
}

function leadOf(ranked: readonly CandidateSummary[], summary: RunSummary): string[] {
  const { noun, achieved } = qualityWords(summary);
  if (summary.scored === 0) return [`No trial was scored, so this run says nothing about ${noun}.`];
  if (ranked.length === 0)
    return ["Only calibration specimens were scored: the instrument ran, and no model was judged."];
  const [one] = ranked;
  if (summary.decision.options.length > 1) return [headlineOf(summary.decision)];
  return [
    `${one!.candidate.id} ${achieved(formatShare(one!.total.quality!.share))} (${inWords(one!.total.quality!)}).`,
  ];
}

/** Its interval holds at whatever look the run stopped; those of the tables are for a number of samples fixed before. */
function sequentialFinding({ run, sequential }: RunSummary): string[] {
  if (sequential === null) return [];
  const { ending, careAbout, documents, ofDocuments, difference } = sequential;
  const named = optionNames(run.sequential!.options);
  const leader = sequential.leader && named(sequential.leader);
  const remaining = sequential.remaining.map(named);
  const after = `after ${formatCount(documents)} of ${formatCount(ofDocuments)} documents`;
  const by = sizeInPoints(careAbout);
  if (difference !== null) {
    const [first, second] = difference.of.map(named);
    const measured =
      difference.mean === null
        ? "nothing to compare"
        : `${second} minus ${first} is ${points(difference.mean)} points (${formatRange(difference.interval, points)}, ${formatShare(difference.confidence)} at whatever look it stopped), the mean over documents, for which the run was planned`;
    if (ending === "established") return [`Stopped ${after}: ${leader} is better. ${measured}.`];
    if (ending === "smaller") return [`Stopped ${after}: the two differ by less than ${by} of quality. ${measured}.`];
    return [`Not clear ${after} which is better, at a difference of ${by} that matters: ${measured}.`];
  }
  if (ending === "best") return [`Stopped ${after}: ${leader} is the best, all others were dropped as worse.`];
  if (ending === "tied")
    return [`Stopped ${after}: ${remaining.join("; ")} are within ${by} of quality of each other; cost may choose.`];
  return [`Not clear ${after} which is best; left are ${remaining.join("; ")}.`];
}

/** The only arm needs no name. */
function optionNames(options: readonly string[]): (option: string) => string {
  const arms = new Set(options.map((option) => / · .*$/.exec(option)?.[0] ?? ""));
  const [only] = arms;
  return (option) => (arms.size === 1 ? option.slice(0, option.length - only!.length) : option);
}

/** One share over several cells. */
function pooled(cells: readonly CellSummary[]): Proportion | null {
  const known = cells.flatMap(({ quality }) => quality ?? []);
  const n = known.reduce((sum, one) => sum + one.n, 0);
  return proportion(
    Math.min(
      n,
      known.reduce((sum, one) => sum + one.share * one.n, 0),
    ),
    n,
    known.reduce((sum, one) => sum + one.independent, 0),
  );
}

function contextFinding({ candidate, cells }: CandidateSummary): string[] {
  const byContext = [...Map.groupBy(cells, ({ contextTokens }) => contextTokens)].flatMap(([tokens, of]) => {
    const quality = pooled(of);
    return tokens === null || quality === null ? [] : { tokens, quality };
  });
  const first = byContext[0];
  const last = byContext.at(-1);
  if (first === undefined || last === undefined || first === last) return [];
  const ends = `from ${formatShare(first.quality.share)} (${formatShareRange(first.quality.interval)}) at ${formatTokens(first.tokens)} tokens to ${formatShare(last.quality.share)} (${formatShareRange(last.quality.interval)}) at ${formatTokens(last.tokens)}`;
  const trained = candidate.trainedContextTokens;
  const beyond =
    trained !== null && last.tokens > trained ? `, beyond the ${formatTokens(trained)} it was trained for` : "";
  if (last.quality.interval.high < first.quality.interval.low)
    return [`As the context grows, ${candidate.id} falls ${ends}${beyond}.`];
  if (last.quality.interval.low > first.quality.interval.high)
    return [`As the context grows, ${candidate.id} rises ${ends}.`];
  return [`${candidate.id} shows no change with context that this run could tell from chance: ${ends}${beyond}.`];
}

function kvFinding(ranked: readonly CandidateSummary[]): string[] {
  const index = (ranked[0]?.cells ?? []).findLastIndex(
    (_, place) => ranked.filter(({ cells }) => cells[place]!.kvCacheBytes.median !== null).length > 1,
  );
  if (index < 0) return [];
  const measured = ranked
    .flatMap(({ candidate, cells }) => {
      const { median } = cells[index]!.kvCacheBytes;
      return median === null ? [] : { id: candidate.id, median };
    })
    .sort((a, b) => a.median - b.median);
  const [least, most] = [measured[0]!, measured.at(-1)!];
  if (least.median === most.median) return [];
  const { cells } = ranked[0]!;
  const at = cells.length > 1 ? ` at ${cells[index]!.label}` : "";
  return [
    `A call${at} occupies ${formatBytes(least.median)} of KV cache with ${least.id} and ${formatBytes(most.median)} with ${most.id}, ${(most.median / least.median).toFixed(1)} times as much.`,
  ];
}

function cacheFindings(ranked: readonly CandidateSummary[]): string[] {
  return ranked.flatMap(({ candidate, total: { cache } }) => {
    if (cache === null || cache.expectedTokens === 0 || cache.asExpected === cache.n) return [];
    if (candidate.cacheRuleBy === "words")
      return `${candidate.id} read ${formatShare(cache.readTokens / cache.expectedTokens)} of the tokens that its cache rule predicts, as estimated from words.`;
    return `${candidate.id} read ${formatShare(cache.readTokens / cache.expectedTokens)} of the tokens that its cache rule predicts; ${formatCount(cache.asExpected)} of ${formatCount(cache.n)} calls matched it exactly.`;
  });
}

function hiddenCacheFinding({ candidate, hiddenCache, total }: CandidateSummary): string[] {
  const cost = total.costUsd.isAtMost ? " Its costs are the most that they can be, as if nothing had been read." : "";
  if (hiddenCache === null)
    return cost === "" ? [] : [`${candidate.id} does not say what it reads from its cache.${cost}`];
  const { hits, misses, interval, sooner } = hiddenCache;
  const range = hits + misses === 0 ? "" : ` (hits ${formatShareRange(interval)} with 95% confidence)`;
  const began =
    sooner === null
      ? ""
      : `; they began ${timesText(sooner.ratio)} times as soon as those that should find nothing (95% interval ${formatRange(sooner.interval, timesText)}, n ${formatCount(sooner.n[1])} and ${formatCount(sooner.n[0])})`;
  return [
    `${candidate.id} does not say what it reads from its cache: ${inferredWords(hiddenCache)}${range}${began}.${cost}`,
  ];
}

const timesText = (value: number) => value.toFixed(value < 10 ? 1 : 0);

function failureFinding({ failed, skipped, failures }: RunSummary): string[] {
  const classes = Map.groupBy(
    failures.filter(({ outcome }) => outcome === "failed"),
    (failure) => failure.class,
  );
  const listed = [...classes]
    .map(([name, of]) => `${name} ${of.reduce((sum, { count }) => sum + count, 0)}`)
    .join(", ");
  const parts = [
    ...(failed === 0 ? [] : [`${formatCount(failed)} failed (${listed})`]),
    ...(skipped === 0 ? [] : [`${formatCount(skipped)} skipped`]),
  ];
  return parts.length === 0 ? [] : [`Of the trials, ${parts.join(" and ")}; they count in no share.`];
}

const inWords = ({ interval, n }: Proportion) => `95% interval ${formatShareRange(interval)}, n ${formatCount(n)}`;
