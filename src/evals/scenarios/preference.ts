/** Which of two options' answers a judge prefers, sample by sample. The judge is the candidate here, and a pair a sample. */
import { z } from "zod";
import type { Answer } from "../../wire/index.ts";
import { effortTogether } from "../effort.ts";
import type { Effort, Sample, Scenario, Scorer } from "../scenario.ts";
import {
  type PreferenceOptions,
  preferenceIn,
  preferenceMessages,
  preferenceVersion,
  type Side,
  sameAnswers,
} from "../scorers/preference.ts";
import type { Solver } from "../solver.ts";
import type { Cell, Score } from "../trial.ts";
import { turnEffort } from "../turn-effort.ts";

/** A sample with what two options answered. */
export interface AnswerPair {
  readonly sample: Pick<Sample, "id" | "document" | "messages" | "target" | "alternatives" | "answerable">;
  /** Of the option, and of the one that it is held against. */
  readonly answers: readonly [string, string];
}

/** A cell of the scenario. */
export type OptionPair = { readonly option: string; readonly against: string };

export interface PreferenceStudy {
  readonly judge: string;
  /** Where the answers are from, in words. */
  readonly source: string;
  readonly pairs: readonly { readonly cell: OptionPair; readonly pairs: readonly AnswerPair[] }[];
  readonly options: Pick<PreferenceOptions, "rubric">;
}

/**
 * A cell for each two options; its samples are pairs of answers. A pair takes two calls, each answer once in the first place,
 * and none where the answers are the same. Its score is `preferred`: 1 for the option, 0 for the one that it is held against,
 * ½ for a tie, which verdicts that disagree are; `ratings` has both verdicts.
 */
export function preferenceScenario({ judge, source, pairs: cells, options: { rubric } }: PreferenceStudy): Scenario {
  const pairsIn = new Map(cells.map(({ cell, pairs }) => [cell, new Map(pairs.map((pair) => [pair.sample.id, pair]))]));
  const of = (cell: Cell) => pairsIn.get(cell as OptionPair)!;
  return {
    name: "preference",
    version: preferenceVersion,
    question: `Which answers does ${judge} prefer?`,
    source,
    cells: cells.map(({ cell }) => cell),
    sampleCount: (cell) => of(cell).size,
    samples: (cell) => samplesOf(of(cell), rubric),
    isInOrder: false,
    scorers: [preferred],
    solver: (cell) => inBothOrders(of(cell), rubric),
    effort: (cell, sample) => effortOf(of(cell).get(sample.id)!, rubric),
    contextTokens: () => 0,
    options: { rubric, cells: cells.map(({ cell, pairs }) => ({ ...cell, pairs })) },
  };
}

function* samplesOf(pairs: ReadonlyMap<string, AnswerPair>, rubric: string): Iterable<Sample> {
  for (const pair of pairs.values())
    yield {
      ...pair.sample,
      get messages() {
        return asked(pair, rubric);
      },
      depth: null,
    };
}

const asked = ({ sample, answers }: AnswerPair, rubric: string) =>
  preferenceMessages({ ...sample, depth: null }, answers, rubric);
const swapped = ({ sample, answers: [option, against] }: AnswerPair, rubric: string) =>
  preferenceMessages({ ...sample, depth: null }, [against, option], rubric);
const isSame = ({ answers: [option, against] }: AnswerPair) => option === against;

/** The judge's replies, as the text of the answer: what the scorer reads. */
const Replies = z.array(z.string());

const inBothOrders = (pairs: ReadonlyMap<string, AnswerPair>, rubric: string): Solver => ({
  name: "in both orders",
  version: preferenceVersion,
  solve: async ({ id }, ask) => {
    const pair = pairs.get(id)!;
    if (isSame(pair)) return replies();
    const first = await ask({ messages: asked(pair, rubric) });
    const second = await ask({ messages: swapped(pair, rubric) });
    return replies(first.answer.text, second.answer.text);
  },
});

const replies = (...texts: z.infer<typeof Replies>): Answer => ({
  text: JSON.stringify(texts),
  reasoning: null,
  toolCalls: [],
  finishReason: null,
  servedModel: null,
  responseId: null,
});

/** Option over against. */
const values: Readonly<Record<Side, number>> = { left: 1, tie: 0.5, right: 0 };

const preferred: Scorer = {
  name: "preferred",
  version: preferenceVersion,
  score: (_sample, { text }): Score => {
    const [first, second] = Replies.parse(JSON.parse(text));
    const verdict = first === undefined || second === undefined ? sameAnswers : preferenceIn(first, second);
    const ratings = verdict.verdicts.map((side) => values[side]);
    return { value: values[verdict.preferred], explanation: verdict.explanation, ratings };
  },
};

const nothing: Effort = { calls: 0, inputTokens: 0, mostInputTokens: 0, pauseMs: 0 };

const effortOf = (pair: AnswerPair, rubric: string): Effort =>
  isSame(pair)
    ? nothing
    : effortTogether([turnEffort({ messages: asked(pair, rubric) }), turnEffort({ messages: swapped(pair, rubric) })]);
