/**
 * Associative recall: a stream of pairs, each a key and its value, where every key comes twice and the second time its
 * value has to be told. Nothing but the context tells it.
 *
 * @see multi-query associative recall: Arora et al. 2023, arXiv:2312.04927, §3
 */
import type { Random } from "../../stats/index.ts";
import type { Grid } from "../model/site.ts";
import type { Batch } from "../training/batch.ts";

const keys = 256;
const values = 64;

export const recallVocabulary = keys + values;

export interface RecallBatch extends Batch {
  readonly judged: Int32Array;
  /** Tokens from each judged place back to the value it asks for. */
  readonly distances: Int32Array;
}

/** Questions of one sequence: a pair is two tokens, and each comes twice. */
export const questionsIn = ({ tokens }: Grid) => Math.floor(tokens / 4);

export function recallBatch(grid: Grid, random: Random): RecallBatch {
  const questions = questionsIn(grid);
  const tokens = new Int32Array(grid.sequences * grid.tokens);
  const judged: number[] = [];
  const targets: number[] = [];
  const distances: number[] = [];
  for (let sequence = 0; sequence < grid.sequences; sequence++) {
    const chosen = random.shuffle(Array.from({ length: keys }, (_, key) => key)).slice(0, questions);
    const statedValue = new Map(chosen.map((key) => [key, keys + random.integer(values)]));
    const stated = new Map<number, number>();
    for (const [pair, key] of random.shuffle([...chosen, ...chosen]).entries()) {
      const place = sequence * grid.tokens + 2 * pair;
      tokens[place] = key;
      tokens[place + 1] = statedValue.get(key)!;
      const before = stated.get(key);
      stated.set(key, place + 1);
      if (before === undefined) continue;
      judged.push(place);
      targets.push(statedValue.get(key)!);
      distances.push(place - before);
    }
  }
  return {
    tokens,
    judged: Int32Array.from(judged),
    targets: Int32Array.from(targets),
    distances: Int32Array.from(distances),
    importance: null,
  };
}
