/** How a run's headline and its scores are called on screens: a run of the grounding scenario has words of its own. */
import type { ShareWords } from "../charts/index.ts";
import type { Proportion } from "../stats/index.ts";
import type { RunSummary } from "./summary.ts";
import type { Measures } from "./tally.ts";

export interface QualityWords extends ShareWords {
  /** False for a run that judges no answers: a replay, probes, a job without scorers. */
  readonly isJudged: boolean;
  /** What a trial is that came to its end. */
  readonly done: "scored" | "answered";
  /** After a candidate's name: `grounded 94% of its answers`. */
  readonly achieved: (share: string) => string;
  /** What the title means, for a page and for a terminal. */
  readonly meaning: string;
  readonly inShort: string;
  /** The scores beside the headline, in the order of their columns. */
  readonly scores: readonly ScoreColumn[];
  /** The one that has to stand beside the headline, where there is one. */
  readonly beside: ScoreColumn | null;
}

export interface ScoreColumn {
  readonly title: string;
  readonly of: (measures: Measures) => Proportion | null;
}

export function qualityWords({ run, total }: Pick<RunSummary, "run" | "total">): QualityWords {
  const names = Object.keys(total.scores);
  const judgesNothing = ["replay", "cache-probes"].includes(String(run.options.scenario));
  if (names.length === 0 && (total.scored > 0 || judgesNothing)) return unjudged;
  if (names.includes("grounded") || (names.length === 0 && run.scenario.name === "grounding")) return grounding;
  const scores = names.length < 2 ? [] : names.map((name) => scoreColumn(name, name));
  const [only] = names;
  return { ...quality, title: names.length === 1 ? only! : quality.title, scores };
}

const scoreColumn = (name: string, title: string): ScoreColumn => ({
  title,
  of: ({ scores }) => scores[name] ?? null,
});

const abstains = scoreColumn("abstained", "Abstains");

const grounding: QualityWords = {
  isJudged: true,
  done: "scored",
  title: "Grounded",
  noun: "grounding",
  answers: "grounded answers",
  share: "Share of grounded answers",
  achieved: (share) => `grounded ${share} of its answers`,
  meaning:
    "the answer is right and cites the line that states it; counted over scored samples whose question has an answer in the context",
  inShort:
    "right answer that cites the line stating it, of scored samples whose question has an answer. Abstains: said that no line answers, of scored samples where none does",
  scores: [scoreColumn("exact", "Right answer"), scoreColumn("cited", "Cites its line"), abstains],
  beside: abstains,
};

const quality: QualityWords = {
  isJudged: true,
  done: "scored",
  title: "Quality",
  noun: "quality",
  answers: "quality of answers",
  share: "Mean quality of answers",
  achieved: (share) => `reached a quality of ${share}`,
  meaning:
    "the mean over scored samples of an answer's worst score, from 0 to 1: an answer is right when every scorer says so. With one scorer it is called by that scorer's name",
  inShort: "the mean over scored samples of an answer's worst score",
  scores: [],
  beside: null,
};

const unjudged: QualityWords = { ...quality, isJudged: false, done: "answered" };
