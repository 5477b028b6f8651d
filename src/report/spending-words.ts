/** What a run paid, in words: all of it with its parts, and what the judge is paid. */
import type { Price, RunInfo } from "../evals/index.ts";
import { formatCount, formatUsd } from "../units/index.ts";
import type { RunSummary } from "./summary.ts";
import type { Total } from "./tally.ts";

/** `$0.40: answers $0.10, judge $0.26, finding passages $0.04`; without its parts where all of it is for answers. */
export function spentText({ run, spent }: Pick<RunSummary, "run" | "spent">): string {
  if (hasNoPrice({ run, spent })) return "no price: runs here";
  const { answersUsd, judgeUsd, findingUsd, knownUsd } = spent;
  const parts = [
    ["answers", answersUsd, "trial"],
    ...(isJudged(run, judgeUsd) ? [["judge", judgeUsd, "trial"] as const] : []),
    ...(findingUsd.known + findingUsd.unknown > 0 ? [["finding passages", findingUsd, "time"] as const] : []),
  ] as const;
  if (parts.length === 1) return partText(answersUsd, "trial");
  return `${formatUsd(knownUsd)}: ${parts.map(([name, total, counted]) => `${name} ${partText(total, counted)}`).join(", ")}`;
}

/** Whether it was answers alone that were paid for. */
export const isForAnswersAlone = ({ run, spent: { judgeUsd, findingUsd } }: Pick<RunSummary, "run" | "spent">) =>
  !isJudged(run, judgeUsd) && findingUsd.known + findingUsd.unknown === 0;

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
