/** The prompt's way into a sequence: what the cache holds of it is kept, the rest is read, checkpoints are taken. */
import type { LlamaContextSequence, Token } from "node-llama-cpp";
import { checkpointPositions } from "./checkpoint-plan.ts";
import { batchTokens, type LoadedModel } from "./loaded-model.ts";
import { mostCheckpoints, type Slot } from "./slots.ts";

/**
 * Cuts the sequence's state back to what it shares with the prompt, the prompt's last token left out: one token has to
 * be evaluated for there to be anything to sample from.
 *
 * @returns tokens that are in the cache now: fewer than are shared where the state cannot be cut there and the last
 * checkpoint lies before
 */
export async function reusePrefix(
  { model }: LoadedModel,
  sequence: LlamaContextSequence,
  prompt: readonly Token[],
): Promise<number> {
  let kept = prompt.slice(0, -1);
  const shared = Math.min(sequence.compareContextTokens(kept).firstDifferentIndex, kept.length);
  const { swaSize, isHybrid, isRecurrent } = model.fileInsights;
  if (swaSize !== undefined && !isHybrid && !isRecurrent && shared < sequence.nextTokenIndex) {
    // node-llama-cpp cuts a windowed cache wherever a cell is left, even where the window behind the cut has been
    // overwritten in part. Cutting before the first cell makes it take a checkpoint, or start over.
    const firstCell = sequence.stateCellsStartIndex;
    if (firstCell > 0 && shared - swaSize < firstCell) kept = kept.slice(0, Math.min(shared, firstCell));
  }
  await sequence.adaptStateToTokens(kept, false);
  return sequence.nextTokenIndex;
}

/**
 * Reads all but the last tokens of the prompt.
 *
 * @param branch  length of the longest prefix that any sequence has seen before, tokens
 * @returns the tokens that are left, to sample behind; at least one
 * @throws the signal's reason when it is aborted
 */
export async function readPrompt(
  { controlTokens, options }: LoadedModel,
  slot: Slot,
  prompt: readonly Token[],
  branch: number,
  signal: AbortSignal,
): Promise<Token[]> {
  const { sequence } = slot;
  const from = sequence.nextTokenIndex;
  const checkpoints = sequence.needsCheckpoints
    ? checkpointPositions({
        from,
        to: prompt.length,
        borders: [...prompt.keys()].filter((index) => controlTokens.has(prompt[index]!)),
        branch: branch > from ? branch : null,
        most: roomForCheckpoints(slot, options.checkpointBytes),
      })
    : [];
  let at = from;
  async function readUntil(end: number): Promise<void> {
    while (at < end) {
      const next = Math.min(end, at + batchTokens);
      await sequence.evaluateWithoutGeneratingNewTokens(prompt.slice(at, next));
      signal.throwIfAborted();
      at = next;
    }
  }
  for (const position of checkpoints) {
    await readUntil(position);
    await takeCheckpoint(slot);
  }
  const lastBatches = Math.ceil((prompt.length - at) / batchTokens);
  await readUntil(at + (lastBatches - 1) * batchTokens);
  return prompt.slice(at);
}

/** How many can be added before older ones have to go; at least one. */
function roomForCheckpoints({ sequence, checkpointBytes }: Slot, limitBytes: number): number {
  const freeBytes = limitBytes - sequence.checkpointsMemoryUsage;
  return Math.min(mostCheckpoints, Math.max(1, Math.floor(freeBytes / Math.max(1, checkpointBytes))));
}

async function takeCheckpoint(slot: Slot): Promise<void> {
  const before = slot.sequence.checkpointsMemoryUsage;
  await slot.sequence.takeCheckpoint();
  slot.checkpointBytes = Math.max(slot.checkpointBytes, slot.sequence.checkpointsMemoryUsage - before);
}
