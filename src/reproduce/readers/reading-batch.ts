/**
 * Readings as a batch of tokens. Each sequence is one register and then its questions, turn after turn, as in a chat; the
 * answers are judged. One register thus teaches many answers, whatever the attention.
 */
import { specimenTokenizer } from "../../specimens/index.ts";
import type { Grid } from "../model/site.ts";
import type { Batch } from "../training/batch.ts";
import { type Reading, systemTurn, userTurn } from "./lookup.ts";

/** The room that a batch's readings get; shorter ones are padded. */
export interface Layout {
  readonly sequences: number;
  /** Lines of the longest register. */
  readonly lines: number;
  readonly questions: number;
}

export interface ReadingBatch extends Batch {
  readonly judged: Int32Array;
  readonly importance: Float32Array;
}

/** Tokens of an answer that are judged: value, full stop, bracket, number, bracket, end of turn; `unknown` has fewer. */
export const answerTokens = 6;
/** Tokens before the first line, of the longest line, and of the longest question with its answer. */
const preambleTokens = 64;
const lineTokens = 12;
const turnTokens = 33;

export const gridOf = ({ sequences, lines, questions }: Layout): Grid => ({
  sequences,
  tokens: preambleTokens + lineTokens * lines + turnTokens * questions,
});

export const placesIn = ({ sequences, questions }: Layout) => sequences * questions * answerTokens;

/** What the tokens of an answer count: the value and the number carry the answer, the rest is form. */
const importanceOf = [1, 0.2, 0.2, 1, 0.2, 0.2];

/** @throws RangeError where a reading does not fit its room */
export function readingBatch(readings: readonly Reading[], layout: Layout): ReadingBatch {
  const { tokens: length } = gridOf(layout);
  const tokens = new Int32Array(readings.length * length);
  const judged = new Int32Array(placesIn(layout));
  const targets = new Int32Array(judged.length);
  const importance = new Float32Array(judged.length);
  for (const [sequence, { lines, questions }] of readings.entries()) {
    const written = encode(systemTurn(lines));
    for (const [index, { asked, answer }] of questions.entries()) {
      written.push(...encode(userTurn(asked)));
      for (const [part, token] of encode(` ${answer}<|im_end|>`).entries()) {
        const place = (sequence * layout.questions + index) * answerTokens + part;
        judged[place] = sequence * length + written.length - 1;
        targets[place] = token;
        importance[place] = importanceOf[part]!;
        written.push(token);
      }
      written.push(...encode("\n"));
    }
    if (written.length > length) throw new RangeError(`a reading of ${written.length} tokens in a room of ${length}`);
    tokens.set(written, sequence * length);
  }
  return { tokens, judged, targets, importance };
}

const known = new Map<string, readonly number[]>();

/** Tokens of a text, made piece by piece from line to line: lines come again and again. */
function encode(text: string): number[] {
  return (text.match(/[^\n[]*[\n[]?/g) ?? []).flatMap((piece) => {
    const tokens = known.get(piece) ?? specimenTokenizer().encode(piece, { special: true });
    known.set(piece, tokens);
    return [...tokens];
  });
}
