/** What a run paid, in words: all of it with its parts, and what the judge is paid. */
import type { OverCap, Price, RunInfo } from "../evals/index.ts";
import { formatCount, formatUsd } from "../units/index.ts";
import type { RunSummary } from "./summary.ts";
import type { Total } from "./tally.ts";

/** `$0.40: answers $0.10, judge $0.26, finding passages $0.04`; without its parts where all of it is for answers. */
export function spentText({ run, spent }: Pick<RunSummary, "run" | "spent">): string {
  if (hasNoPrice({ run, spent })) return "no price: runs here";
  const { answersUsd, judgeUsd, findingUsd, brokenOffUsd, knownUsd } = spent;
  const parts = [
    ["answers", answersUsd, "trial"],
    ...(isJudged(run, judgeUsd) ? [["judge", judgeUsd, "trial"] as const] : []),
    ...(isCounted(findingUsd) ? [["finding passages", findingUsd, "time"] as const] : []),
  ] as const;
  const brokenOff = isCounted(brokenOffUsd) ? [brokenOffText(run, brokenOffUsd)] : [];
  if (parts.length + brokenOff.length === 1) return partText(answersUsd, "trial");
  const texts = [...parts.map(([name, total, counted]) => `${name} ${partText(total, counted)}`), ...brokenOff];
  return `${formatUsd(knownUsd)}: ${texts.join(", ")}`;
}

/** Which bound the sum is, before it: `at least `, `at most `, and nothing where it is what was paid. */
export function boundOf({ knownUsd, isWhole, isAtMost }: RunSummary["spent"]): string {
  if (knownUsd === null) return "";
  if (isWhole) return isAtMost ? "at most " : "";
  return isAtMost ? "about " : "at least ";
}

/** What a trial under way has asked for so far may be asked again, too. */
function brokenOffText({ status }: RunInfo, { sum, known, unknown }: Total): string {
  const name = status === "finished" ? "broken off and asked again" : "broken off or not finished";
  const missing = unknown === 0 ? "" : `, ${formatCount(unknown)} unknown`;
  return `trials ${name} ${formatUsd(sum)} (${formatCount(known + unknown)} call${known + unknown === 1 ? "" : "s"}${missing})`;
}

const isCounted = ({ known, unknown }: Total) => known + unknown > 0;

/** Why a cap did not hold. */
export const overCapSentence = ({ capUsd, settledUsd, calls }: OverCap): string =>
  `The cap of ${formatUsd(capUsd)} is exceeded: ${formatUsd(settledUsd)} is charged, as ${formatCount(calls)} call${calls === 1 ? "" : "s"} cost more than the request allowed: the server charged more output than \`max_tokens\`, or more input than the request has bytes.`;

/** Whether it was answers alone that were paid for. */
const isForAnswersAlone = ({ run, spent: { judgeUsd, findingUsd, brokenOffUsd } }: Pick<RunSummary, "run" | "spent">) =>
  !isJudged(run, judgeUsd) && !isCounted(findingUsd) && !isCounted(brokenOffUsd);

/** Whether there is nothing to say of what was paid: all runs here, or no price is known and none was asked for. */
export const isWithoutMoney = (summary: Pick<RunSummary, "run" | "spent">) =>
  hasNoPrice(summary) || (summary.spent.knownUsd === null && isForAnswersAlone(summary));

/** Whether all that was asked runs on the embedded engine. */
export const hasNoPrice = (summary: Pick<RunSummary, "run" | "spent">) =>
  isForAnswersAlone(summary) && summary.run.candidates.every(({ kind }) => kind !== "vendor");

const isJudged = ({ judge }: RunInfo, { sum }: Total) => judge !== undefined || sum !== 0;

function partText({ sum, unknown }: Total, counted: string): string {
  const missing = unknown === 0 ? "" : ` (${formatCount(unknown)} ${counted}${unknown === 1 ? "" : "s"} unknown)`;
  return `${formatUsd(sum)}${missing}`;
}

/** Empty where nobody judged; older runs do not say who did. */
export const judgeSentences = ({ judge }: RunInfo): string[] =>
  judge === undefined
    ? []
    : [`The judge is ${judge.model}, ${judge.price === null ? "without a known price" : priceText(judge.price)}.`];

/** A cache write without a price of its own is charged as input. */
export function priceText(price: Price): string {
  const { uncachedInputUsdPerMtok, cacheReadUsdPerMtok, cacheWriteUsdPerMtok, outputUsdPerMtok } = price;
  const written = cacheWriteUsdPerMtok === null ? [] : [`${formatUsd(cacheWriteUsdPerMtok)} written to the cache`];
  const amounts = [
    `${formatUsd(uncachedInputUsdPerMtok)} in`,
    `${formatUsd(cacheReadUsdPerMtok)} cached`,
    ...written,
    `${formatUsd(outputUsdPerMtok)} out`,
  ];
  return `${amounts.join(", ")} per million tokens, ${price.source}, ${price.observedOn}`;
}
