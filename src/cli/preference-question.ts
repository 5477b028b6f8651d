/** What is asked of a judge: which of two options' answers it prefers, from runs that are there. */
import { AnswersOfOptions } from "../decision/index.ts";
import { UserError } from "../errors.ts";
import {
  preferenceDefaults,
  preferenceScenario,
  type RunInfo,
  type Scenario,
  type TrialCall,
  turnTokens,
} from "../evals/index.ts";
import { promptOf } from "../report/index.ts";
import type { Store } from "../store/index.ts";
import type { Message } from "../wire/index.ts";
import type { Question } from "./question.ts";
import type { Settings } from "./settings.ts";

/** Lends the store in which earlier runs are. */
export type WithStore = <Result>(use: (store: Store) => Promise<Result>) => Promise<Result>;

/** @throws UserError where no judge is named, where a run is not there, and where nothing can be compared */
export async function preferenceQuestion(given: Settings, withStore: WithStore): Promise<Question> {
  const { model, answersOf, baseline, rubric = preferenceDefaults.rubric } = given;
  if (model?.length !== 1) throw oneJudge(model ?? []);
  if (answersOf === undefined) throw noAnswers;
  const answers = new AnswersOfOptions();
  const runs = await withStore(async (store) => {
    const found: RunInfo[] = [];
    for (const name of answersOf) {
      const run = await store.findRun(name);
      if (run.preference !== undefined) throw notAnswers(run);
      found.push(run);
      for await (const { trial, calls } of store.records(run.id)) answers.add(trial, run.id, () => askedIn(calls));
    }
    return found;
  });
  const ids = runs.map(({ id }) => id);
  const { against, pairs } = answers.pairs(baseline);
  const scenario = preferenceScenario({
    judge: model[0]!,
    source: `answers of ${runs.length === 1 ? "run" : "runs"} ${ids.join(", ")}`,
    pairs,
    options: { rubric },
  });
  const answerTokens = given.maxTokens ?? preferenceDefaults.maxTokens;
  return {
    settings: { ...given, answersOf: ids },
    needs: { judge: null, embedders: [], rerankers: [], longestPromptTokens: longestOf(scenario) + answerTokens },
    answerTokens,
    sampling: { temperature: given.temperature ?? 0, maxTokens: answerTokens },
    notes: [],
    preference: {
      runs: ids,
      against,
      rubric,
      pairs: pairs.map(({ cell, pairs, leftOut }) => ({
        option: cell.option,
        samples: Math.min(pairs.length, given.limit ?? Number.POSITIVE_INFINITY),
        leftOut,
      })),
    },
    open: async () => ({ scenario }),
  };
}

/** What was asked in the first of a trial's calls, but for the system's part, as one message. */
function askedIn(calls: readonly TrialCall[]): readonly Message[] {
  const call = calls.find(({ purpose }) => purpose === "answer");
  const turns = call === undefined ? [] : promptOf(call).filter(({ role }) => !isSystem.has(role));
  const said = turns.length === 1 ? turns[0]!.text : turns.map(({ role, text }) => `${role}: ${text}`).join("\n\n");
  return [{ role: "user", content: said }];
}

const isSystem = new Set(["system", "developer"]);

function longestOf({ cells, samples }: Scenario): number {
  let longest = 0;
  for (const cell of cells)
    for (const sample of samples(cell)) longest = Math.max(longest, turnTokens({ messages: sample.messages }));
  return longest;
}

const oneJudge = (named: readonly string[]) =>
  new UserError({
    happened: `${named.length === 0 ? "no model is" : `${named.length} models are`} named to judge`,
    expected: "one judge",
    mend: "name it with --model, best one that is none of the candidates' family",
  });

const noAnswers = new UserError({
  happened: "there are no answers to judge",
  expected: "a run with two candidates or arms, or several runs",
  mend: "name them with --answers-of: ids, or `latest`",
});

export const notAnswers = ({ id }: RunInfo) =>
  new UserError({
    happened: `run ${id} holds a judge's preferences, and no answers`,
    expected: "a run in which candidates answered",
    mend: "name the run that it judged: `assay runs` lists them",
  });
