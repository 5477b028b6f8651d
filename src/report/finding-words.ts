/** What finding passages took, in sentences: to prepare an arm, for its questions, and what the run paid in all. */
import { type RunInfo, spentByArm } from "../evals/index.ts";
import { type Cost, totalCost } from "../retrieval/index.ts";
import { formatCount, formatTokens, formatUsd } from "../units/index.ts";

/** Empty where no model was asked. */
export function findingSentences(run: RunInfo): string[] {
  const { retrieval = [], retrievalModels = [] } = run;
  if (retrieval.length === 0) return [];
  const requests = retrieval.reduce((sum, one) => sum + one.requests, 0);
  const { usd } = totalCost(retrieval.map(({ costUsd }) => ({ usd: costUsd, tokens: null })));
  const times = retrieval.length === 1 ? "" : `, as they were found ${retrieval.length} times, since the run went on`;
  const prices = retrievalModels.map(({ model, price }) =>
    price === null
      ? `the price of ${model} is not known`
      : `${model} at ${formatUsd(price.usd)} per ${price.per === "Mtok" ? "million tokens" : "thousand searches"}, ${price.source}, ${price.observedOn}`,
  );
  return [
    ...spentByArm(run).map(
      ({ arm, toPrepare, questions, samples }) =>
        `Finding passages, ${arm}: ${toPrepare.tokens === 0 ? "" : `${amount(toPrepare)} to prepare it once, in the cost of no answer; `}${amount(questions)} for ${formatCount(samples)} question${samples === 1 ? "" : "s"}, each in the cost of its answers.`,
    ),
    `Finding passages took ${formatCount(requests)} requests and ${usd === null ? "an unknown amount" : formatUsd(usd)} in all${times}: ${prices.join("; ")}.`,
  ];
}

const amount = ({ usd, tokens }: Cost) =>
  `${usd === null ? "an unknown amount" : formatUsd(usd)}${tokens === null ? "" : ` (${formatTokens(tokens)} tokens)`}`;
