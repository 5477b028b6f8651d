/**
 * How many bytes a token of context takes in this model's real cache.
 *
 * The states of one sequence are saved at several lengths; what they grow by with each token is cache and llama.cpp's
 * own records of the token (its id, and its position once for each cache that it is in). The two are told apart by
 * measuring again with another type of cache: values shrink by a known ratio, records do not.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LlamaContext, LlamaContextSequence, LlamaModel, Token } from "node-llama-cpp";
import { messageOf } from "../errors.ts";
import { invalidRequest } from "./engine-error.ts";
import { createContext, type LoadedModel } from "./loaded-model.ts";
import type { KvCacheMeasurement, KvType } from "./protocol.ts";

type Point = KvCacheMeasurement["points"][number];

/** Bytes of a cached value: ggml keeps 32 values with one 2-byte scale in q8_0 and q4_0. */
const bytesPerValue: Readonly<Record<KvType, number>> = { f16: 2, q8_0: 34 / 32, q4_0: 18 / 32 };
/** Token id 4, position 4, count of sequences 4, sequence id 4: with one cache, and where a second type cannot be had. */
const usualMetadataBytes = 16;
/** llama.cpp pads caches to 256 cells, and the compressed ones divide it. */
const step = 256;
const batch = 256;

/** @throws EngineError when the context is too short to see the cache grow */
export async function measureKvCache(loaded: LoadedModel): Promise<KvCacheMeasurement> {
  const { kvType } = loaded.options;
  const lengths = measurableLengths(loaded);
  const points = await statePoints(loaded.model, kvType, lengths);
  const growth = slope(points);
  const metadata = await metadataBytesPerToken(loaded.model, kvType, growth, lengths.slice(0, 2));
  const last = points.at(-1)!;
  return {
    kvType,
    bytesPerToken: growth - metadata.bytes,
    fixedBytes: last.stateBytes - growth * last.tokens,
    metadataBytesPerToken: metadata.bytes,
    points,
    method:
      `growth of the saved state of one sequence between ${lengths.join(", ")} tokens, ` +
      `less ${metadata.bytes} bytes of records for each token (${metadata.how})`,
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

async function statePoints(model: LlamaModel, kvType: KvType, lengths: readonly number[]): Promise<Point[]> {
  const contextTokens = lengths.at(-1)! + 1;
  const context: LlamaContext = await createContext(model, { contextTokens, sequences: 1, threads: 1, kvType, batch });
  const folder = await mkdtemp(join(tmpdir(), "assay-kv-"));
  try {
    const sequence = context.getSequence({ checkpoints: { interval: false } });
    const points: Point[] = [];
    for (const tokens of lengths) {
      await sequence.evaluateWithoutGeneratingNewTokens(anyTokens(sequence, tokens - sequence.nextTokenIndex));
      const { fileSize } = await sequence.saveStateToFile(join(folder, "state"));
      points.push({ tokens, stateBytes: fileSize });
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

function slope(points: readonly Point[]): number {
  const first = points[0]!;
  const last = points.at(-1)!;
  return (last.stateBytes - first.stateBytes) / (last.tokens - first.tokens);
}

/**
 *   growth(type) = values · bytesPerValue(type) + metadata
 *
 * holds for both types with the same number of values, so the metadata is what two measured growths leave.
 */
async function metadataBytesPerToken(
  model: LlamaModel,
  kvType: KvType,
  growth: number,
  lengths: readonly number[],
): Promise<{ readonly bytes: number; readonly how: string }> {
  const other: KvType = kvType === "f16" ? "q8_0" : "f16";
  try {
    const ratio = bytesPerValue[other] / bytesPerValue[kvType];
    const otherGrowth = slope(await statePoints(model, other, lengths));
    const bytes = (otherGrowth - ratio * growth) / (1 - ratio);
    return { bytes: Math.round(bytes * 1e6) / 1e6, how: `found by measuring once more with a ${other} cache` };
  } catch (error) {
    return { bytes: usualMetadataBytes, how: `assumed: a ${other} cache could not be made: ${messageOf(error)}` };
  }
}
