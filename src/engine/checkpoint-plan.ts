/**
 * Where to stop while a prompt is read, to keep a checkpoint of the state there.
 *
 * A cache of keys and values can be cut at any token, but recurrent (KDA), compressed (CSA, HCA) and windowed (SWA)
 * states can only be taken up again where a copy was kept. A later request shares an unknown part of this prompt, and
 * everything behind the last checkpoint inside that part is read again. Most requests share all but a last question, or
 * all messages but the last one, so checkpoints are dense near the end, stand at the borders of messages, and are
 * sparse elsewhere.
 */

export interface CheckpointPlan {
  /** Tokens of the prompt that are in the cache already. */
  readonly from: number;
  /** Length of the prompt, tokens. */
  readonly to: number;
  /** Positions of control tokens, which stand where messages begin and end. */
  readonly borders: readonly number[];
  /** Where this prompt leaves one that was seen before, if it does: others will leave it here too. */
  readonly branch: number | null;
  /** Checkpoints that there is room for. */
  readonly most: number;
}

/** The last tokens of a prompt, where a question usually stands, have a checkpoint every `fineStep`. */
const fineReach = 256;
const fineStep = 32;
/** A batch ends here anyway, so a checkpoint costs no more than its copy. Longer prompts have them further apart. */
const coarseStep = 512;
const mostCoarse = 32;
/** Templates put several control tokens side by side; one checkpoint serves them all. */
const borderTokens = 8;
const firstBorders = 2;
const lastBorders = 4;

/** @returns positions in order, each after `from` and before `to`: a checkpoint at p holds the first p tokens */
export function checkpointPositions({ from, to, borders: all, branch, most }: CheckpointPlan): number[] {
  const borders = thinned(all);
  const fine = multiples(fineStep, to).filter((position) => position >= to - fineReach);
  const coarse = multiples(coarseStep * Math.ceil(to / (coarseStep * mostCoarse)), to);
  // The most useful ones first, for where there is no room for all.
  const wanted = [
    ...(branch === null ? [] : [branch]),
    // The border before the last is where the last message begins; the last one ends it.
    ...borders.slice(-2, -1),
    ...fine.slice(-3, -2),
    to - 1,
    ...borders.slice(0, firstBorders),
    ...fine,
    ...coarse.reverse(),
    ...borders.slice(-lastBorders),
  ];
  const usable = new Set(wanted.filter((position) => position > from && position < to));
  return [...usable].slice(0, most).sort((a, b) => a - b);
}

/** The positive multiples of `step` below `end`, in order. */
function multiples(step: number, end: number): number[] {
  return Array.from({ length: Math.max(0, Math.ceil(end / step) - 1) }, (_, index) => (index + 1) * step);
}

function thinned(borders: readonly number[]): number[] {
  const kept: number[] = [];
  for (const border of borders) if (border - (kept.at(-1) ?? -borderTokens) >= borderTokens) kept.push(border);
  return kept;
}
