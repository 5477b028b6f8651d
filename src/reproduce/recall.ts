/** How often a specimen finds what a register states: the same questions for our forward pass and for llama.cpp. */
import { proportion, randomFrom } from "../stats/index.ts";
import type { DecoderConfig } from "./decoder.ts";
import { type Question, type Reading, testReading } from "./lookup.ts";
import { gridOf, judgedIn, lookupBatch, registerRoom } from "./lookup-batch.ts";
import { rightTokens } from "./school.ts";
import { forwardPass, type Values } from "./trainer.ts";

export interface Answered {
  readonly question: Question;
  /** Whether the value (or `unknown`) is right, and whether the reference is right too. */
  readonly isValueRight: boolean;
  readonly isReferenceRight: boolean;
}

/** Shares with their 95 % Wilson intervals and n; `null` where nothing of the kind was asked. */
export interface RecallRow {
  readonly contextTokens: number;
  /** Of questions that a line answers: the value right; value and reference right. */
  readonly values: ReturnType<typeof proportion>;
  readonly references: ReturnType<typeof proportion>;
  /** Of questions that no line answers: `unknown`. */
  readonly unknowns: ReturnType<typeof proportion>;
  /** Values right by fifths of the register, first to last. */
  readonly valuesByDepth: readonly ReturnType<typeof proportion>[];
}

const depthParts = 5;
const unanswerableEvery = 4;
/** Tokens of a prompt beside its lines, and of a line on average. */
const frameTokens = 72;
const meanLineTokens = 11.1;

export const linesFor = (contextTokens: number) =>
  Math.max(4, Math.floor((contextTokens - frameTokens) / meanLineTokens));

/** Questions of about `contextTokens` tokens: depths from 0 to 1, and every fourth question without an answer. */
export function recallReadings(contextTokens: number, count: number, seed: string): Reading[] {
  const random = randomFrom(`${seed} recall ${contextTokens}`);
  return Array.from({ length: count }, (_, index) =>
    testReading(linesFor(contextTokens), index % unanswerableEvery === 3 ? null : random.uniform(), random),
  );
}

/** Answers by our forward pass: greedy decoding is right exactly where every token is the likeliest after the right ones. */
export async function answersByForwardPass(
  config: DecoderConfig,
  weights: Values,
  readings: readonly Reading[],
): Promise<Answered[]> {
  const lines = Math.max(...readings.map((reading) => reading.lines.length));
  const layout = { sequences: 1, questions: 1, registerTokens: registerRoom(lines) };
  const forward = await forwardPass(config, gridOf(layout), judgedIn(layout));
  const answers: Answered[] = [];
  for (const reading of readings) {
    const batch = lookupBatch([reading], layout);
    const right = rightTokens(await forward(weights, batch), batch.targets);
    const isValueRight = right[0]!;
    answers.push({ question: reading.questions[0]!, isValueRight, isReferenceRight: isValueRight && right[3]! });
  }
  return answers;
}

/** A generated answer held against the wanted one. */
export function judge(question: Question, text: string): Answered {
  const wanted = /^(\w+)(?:\. \[(\d+)\])?$/.exec(question.answer)!;
  const given = /^ (\w+)(?:\. \[(\d+)\])?/.exec(text);
  const isValueRight = given?.[1] === wanted[1];
  return { question, isValueRight, isReferenceRight: isValueRight && given?.[2] === wanted[2] };
}

export function recallRow(contextTokens: number, answers: readonly Answered[]): RecallRow {
  const stated = answers.filter(({ question }) => question.depth !== null);
  const unstated = answers.filter(({ question }) => question.depth === null);
  const share = (some: readonly Answered[], isRight: (answer: Answered) => boolean) =>
    proportion(some.filter(isRight).length, some.length);
  const part = (answer: Answered) => Math.min(depthParts - 1, Math.floor(answer.question.depth! * depthParts));
  return {
    contextTokens,
    values: share(stated, (answer) => answer.isValueRight),
    references: share(stated, (answer) => answer.isReferenceRight),
    unknowns: share(unstated, (answer) => answer.isValueRight),
    valuesByDepth: Array.from({ length: depthParts }, (_, index) =>
      share(
        stated.filter((answer) => part(answer) === index),
        (answer) => answer.isValueRight,
      ),
    ),
  };
}
