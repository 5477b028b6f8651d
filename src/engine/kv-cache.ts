/**
 * How many bytes a sequence takes in this model's real cache: those that grow with each token, and those that do not.
 *
 * The states of one sequence are saved at several lengths. What they grow by is what a token takes; llama.cpp's records
 * of the state are counted apart (`state-file.ts`), so nothing comes from a formula.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LlamaContext, LlamaContextSequence, LlamaModel, Token } from "node-llama-cpp";
import { messageOf } from "../errors.ts";
import { invalidRequest } from "./engine-error.ts";
import { createContext, type LoadedModel } from "./loaded-model.ts";
import type { KvCacheMeasurement, KvType } from "./protocol.ts";
import { readStateFile, type SavedState } from "./state-file.ts";

type Point = KvCacheMeasurement["points"][number];

/** llama.cpp pads caches to 256 cells, and the compressed ones divide it. */
const step = 256;
const batch = 256;

/** @throws EngineError when the context is too short to see the cache grow, or the saved state cannot be read */
export async function measureKvCache(loaded: LoadedModel): Promise<KvCacheMeasurement> {
  const { kvType } = loaded.options;
  const lengths = measurableLengths(loaded);
  const points = await statePoints(loaded.model, kvType, lengths);
  const state = lineThrough(points, ({ stateBytes }) => stateBytes);
  const records = lineThrough(points, ({ recordBytes }) => recordBytes);
  return {
    kvType,
    bytesPerToken: state.perToken,
    fixedBytes: state.fixed,
    metadataBytesPerToken: records.perToken,
    metadataBytes: records.fixed,
    points,
    method:
      `bytes of tensors in the saved state of one sequence of ${lengths.join(", ")} tokens; ` +
      "llama.cpp's own records (token ids, positions, headers) are counted apart",
  };
}

/** Multiples of `step` that lie behind the sliding window, where only that grows which does so for good. */
function measurableLengths({ model, options, facts }: LoadedModel): [number, number, number] {
  const most = options.beyondTrainedContext ? facts.contextTokens : facts.trainedContextTokens;
  const window = model.fileInsights.swaSize ?? 0;
  const start = window === 0 ? 0 : Math.ceil((window + batch) / step + 1) * step;
  if (start + 3 * step < most) return [start + step, start + 2 * step, start + 3 * step];
  const short = Math.floor(most / 4);
  if (window > 0 || short < 2) {
    throw invalidRequest(
      `a context of ${most} tokens is too short to measure the cache: ` +
        `its sliding window of ${window} tokens has to be passed by ${3 * step} tokens`,
    );
  }
  return [short, 2 * short, 3 * short];
}

/** What one sequence's saved state holds at each of these lengths, which rise. @throws as `measureKvCache` */
export async function statePoints(model: LlamaModel, kvType: KvType, lengths: readonly number[]): Promise<Point[]> {
  const contextTokens = lengths.at(-1)! + 1;
  const context: LlamaContext = await createContext(model, { contextTokens, sequences: 1, threads: 1, kvType, batch });
  const folder = await mkdtemp(join(tmpdir(), "assay-kv-"));
  try {
    const sequence = context.getSequence({ checkpoints: { interval: false } });
    const points: Point[] = [];
    for (const tokens of lengths) {
      await sequence.evaluateWithoutGeneratingNewTokens(anyTokens(sequence, tokens - sequence.nextTokenIndex));
      const path = join(folder, "state");
      await sequence.saveStateToFile(path);
      points.push({ tokens, ...savedState(path) });
    }
    return points;
  } finally {
    await context.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the tokens say does not matter to how much room they take. */
function anyTokens(sequence: LlamaContextSequence, count: number): Token[] {
  const text = sequence.model.tokenize("The size of the cache does not depend on what is in it. ");
  return Array.from({ length: count }, (_, index) => text[index % text.length]!);
}

function savedState(path: string): SavedState {
  try {
    return readStateFile(path);
  } catch (error) {
    throw invalidRequest(`the cache cannot be measured: ${messageOf(error)}`);
  }
}

/** The line through the first and the last point: bytes a token, and bytes at no token. */
function lineThrough(points: readonly Point[], bytesOf: (point: Point) => number) {
  const [first, last] = [points[0]!, points.at(-1)!];
  const perToken = (bytesOf(last) - bytesOf(first)) / (last.tokens - first.tokens);
  return { perToken, fixed: bytesOf(last) - perToken * last.tokens };
}
