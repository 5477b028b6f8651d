/**
 * Readings as a batch of tokens. Each sequence is one register, then its questions side by side: every question sees the
 * register and itself, and its positions go on from the register's end, so to the model each is the only question. One
 * register thus teaches many answers.
 */
import { specimenTokenizer } from "../specimens/index.ts";
import type { Grid } from "./decoder.ts";
import { type Reading, systemTurn, userTurn } from "./lookup.ts";
import type { Batch } from "./trainer.ts";

/** The room that a batch's readings get; shorter ones are padded. */
export interface Layout {
  readonly sequences: number;
  readonly registerTokens: number;
  readonly questions: number;
}

/** Tokens of a question and its answer, all but the last: 25 for the turn's frame and words, 6 for the answer. */
export const questionTokens = 32;
/** Tokens of an answer that are judged: value, full stop, bracket, number, bracket, end of turn. */
export const answerTokens = 6;
/** Tokens before the first line, and of the longest line. */
const preambleTokens = 64;
const lineTokens = 12;

/** Room for a register of `lines` lines. */
export const registerRoom = (lines: number) => preambleTokens + lineTokens * lines;

export const gridOf = ({ sequences, registerTokens, questions }: Layout): Grid => ({
  sequences,
  tokens: registerTokens + questions * questionTokens,
});

export const judgedIn = ({ sequences, questions }: Layout) => sequences * questions * answerTokens;

/** What the tokens of an answer count: the value and the number carry the answer, the rest is form. */
const importanceOf = [1, 0.2, 0.2, 1, 0.2, 0.2];

const hidden = -1e9;

/** @throws RangeError where a register or a question does not fit its room */
export function lookupBatch(readings: readonly Reading[], layout: Layout): Batch {
  const { tokens: length } = gridOf(layout);
  const tokens = new Int32Array(readings.length * length);
  const positions = new Int32Array(tokens.length);
  const mask = new Float32Array(tokens.length * length).fill(hidden);
  const judged = new Int32Array(judgedIn(layout));
  const targets = new Int32Array(judged.length);
  const importance = new Float32Array(judged.length);
  for (const [sequence, reading] of readings.entries()) {
    const start = sequence * length;
    const see = (token: number, from: number, to: number) =>
      mask.fill(0, (start + token) * length + from, (start + token) * length + to);
    const register = encode(systemTurn(reading.lines));
    if (register.length > layout.registerTokens)
      throw new RangeError(`a register of ${register.length} tokens in a room of ${layout.registerTokens}`);
    tokens.set(register, start);
    for (let token = 0; token < layout.registerTokens; token++) {
      positions[start + token] = token;
      see(token, 0, token + 1);
    }
    for (const [index, { asked, answer }] of reading.questions.entries()) {
      const from = layout.registerTokens + index * questionTokens;
      const prompt = encode(userTurn(asked));
      const whole = [...prompt, ...encode(` ${answer}<|im_end|>`)];
      if (whole.length > questionTokens + 1) throw new RangeError(`a question of ${whole.length} tokens`);
      tokens.set(whole.slice(0, -1), start + from);
      for (let token = 0; token < questionTokens; token++) {
        positions[start + from + token] = register.length + token;
        see(from + token, 0, register.length);
        see(from + token, from, from + token + 1);
      }
      for (let part = 0; part < whole.length - prompt.length; part++) {
        const place = (sequence * layout.questions + index) * answerTokens + part;
        judged[place] = start + from + prompt.length - 1 + part;
        targets[place] = whole[prompt.length + part]!;
        importance[place] = importanceOf[part]!;
      }
    }
  }
  return { tokens, positions, mask, judged, targets, importance };
}

const known = new Map<string, readonly number[]>();

/** Tokens of a text, made piece by piece from line to line: lines come again and again. */
function encode(text: string): number[] {
  return (text.match(/[^\n[]*[\n[]?/g) ?? []).flatMap((piece) => {
    const tokens = known.get(piece) ?? specimenTokenizer().encode(piece, { special: true });
    known.set(piece, tokens);
    return tokens;
  });
}
