/** What the words on every screen mean. */
import type { QualityWords } from "./quality-words.ts";

export const definitionsOf = ({ title, meaning, scores, isJudged }: QualityWords): readonly Definition[] => [
  ...(isJudged ? [{ term: title, meaning }] : []),
  ...(scores.some((score) => score.title === "Cites its line") ? groundingTerms : scoreTerms(scores)),
  ...commonTerms,
];

interface Definition {
  readonly term: string;
  readonly meaning: string;
}

const scoreTerms = (scores: QualityWords["scores"]): Definition[] =>
  scores.length === 0
    ? []
    : [
        {
          term: scores.map(({ title }) => title).join(", "),
          meaning: "the mean of that score over the samples that have it",
        },
      ];

const groundingTerms: readonly Definition[] = [
  { term: "Right answer", meaning: "the same trials, whether or not the line is cited" },
  { term: "Cites its line", meaning: "the same trials: the line that states the answer is cited" },
  {
    term: "Abstains",
    meaning:
      "of scored samples whose question no line answers, the share that said so and nothing else; counted in no share of grounded answers",
  },
  {
    term: "Right, wrong",
    meaning: "of one trial in the list: grounded or not; where no line answers, abstained or not",
  },
];

const commonTerms: readonly Definition[] = [
  {
    term: "n and interval",
    meaning:
      "every share is the mean over samples, the repeats of one averaged first, and has the number of samples and its 95% interval: Wilson's, of as many independent right or wrong answers as say as much: samples about one document stand together, and scores between 0 and 1 vary less. Where all are right, or all wrong, nothing tells how alike a document's samples are, and half way is taken",
  },
  {
    term: "TTFT",
    meaning: "from sending the request to the first byte of the first event of the answer, on the client's clock",
  },
  { term: "E2E", meaning: "from sending the request to the end of the answer" },
  {
    term: "Decoding",
    meaning:
      "output tokens after the first (an end token that no event brings is not counted), over the time between the first and the last event that carried any; answers with fewer than three such events are left out",
  },
  { term: "Warm, cold", meaning: "warm: at least half of the input tokens were read from the cache; cold: fewer" },
  {
    term: "KV cache",
    meaning:
      "bytes that this call's tokens occupied in the engine's real cache, fixed state included; 1 KB = 1000 bytes",
  },
  {
    term: "Expected from cache",
    meaning: "what the route's published or observed cache rule says should have been read, given the calls before",
  },
  {
    term: "Failed, skipped",
    meaning: "a trial without an answer that could be judged; never counted as a wrong answer",
  },
  { term: "—", meaning: "unknown: not reported or not measured, which is not zero" },
];
