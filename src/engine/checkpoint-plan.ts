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
  /** Where messages begin: the positions of control tokens. */
  readonly borders: readonly number[];
  /** Where this prompt leaves one that was seen before, if it does: others will leave it here too. */
  readonly branch: number | null;
}

/** The last tokens of a prompt, where a question usually stands, have a checkpoint every `fineStep`. */
const fineReach = 256;
const fineStep = 32;
/** A batch ends here anyway, so a checkpoint costs no more than its copy. Longer prompts have them further apart. */
const coarseStep = 512;
const mostCoarse = 32;
const firstBorders = 2;
const lastBorders = 4;

/** @returns positions in order, each after `from` and before `to`: a checkpoint at p holds the first p tokens */
export function checkpointPositions({ from, to, borders, branch }: CheckpointPlan): number[] {
  const positions = new Set<number>([to - 1]);
  const coarse = coarseStep * Math.ceil(to / (coarseStep * mostCoarse));
  for (let p = coarse; p < to; p += coarse) positions.add(p);
  for (let p = Math.max(0, Math.floor((to - fineReach) / fineStep)) * fineStep; p < to; p += fineStep) positions.add(p);
  for (const p of [...borders.slice(0, firstBorders), ...borders.slice(-lastBorders)]) positions.add(p);
  if (branch !== null) positions.add(branch);
  return [...positions].filter((p) => p > from && p < to).sort((a, b) => a - b);
}
