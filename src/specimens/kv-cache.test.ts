/**
 * The anatomy of each design against llama.cpp's real cache. A saved sequence is the cache with a little bookkeeping, so
 * its growth between two lengths gives the bytes per token exactly, and what is left over gives the fixed part.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getLlama, type Llama, LlamaLogLevel, type LlamaModel, type Token } from "node-llama-cpp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cacheFormat, cacheGrowth, modelShapeOfGguf } from "../anatomy/index.ts";
import { randomFrom } from "../stats/index.ts";
import { openCheckpoint } from "../weights/index.ts";
import { ensureSpecimen } from "./build.ts";
import { type Design, designs } from "./designs.ts";
import { specimenTokenizer } from "./tokenizer.ts";

/** Beyond every window, and whole entries of the widest compression (128 tokens). */
const shorter = 512;
const longer = 768;

/**
 * The token's id (4 bytes), and its position, sequence count and sequence id (12) once for each cache that spans the
 * context; DSA has two.
 */
const recordBytesPerToken = ({ name }: Design) => (name === "dsa" ? 28 : 16);

/** 12 bytes for each token of the largest window, and about 1 KB of headers. */
const windowBookkeeping = 12 * 256;

let folder: string;
let llama: Llama;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kv-cache-"));
  llama = await getLlama({
    gpu: false,
    build: "never",
    skipDownload: true,
    maxThreads: 1,
    logLevel: LlamaLogLevel.error,
  });
});
afterAll(async () => {
  await llama?.dispose();
  await rm(folder, { recursive: true });
});

const random = randomFrom(1);
const tokens = Array.from({ length: longer }, () => (3 + random.integer(256)) as Token);

/** Sizes of the saved state of one sequence, bytes, at the shorter and at the longer length. */
async function savedBytes(model: LlamaModel, type: "F16" | "Q8_0"): Promise<readonly [number, number]> {
  const context = await model.createContext({
    contextSize: 1024,
    threads: 1,
    flashAttention: true,
    experimentalKvCacheKeyType: type,
    experimentalKvCacheValueType: type,
  });
  const sequence = context.getSequence();
  const path = join(folder, "state");
  await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(0, shorter));
  const { fileSize: first } = await sequence.saveStateToFile(path);
  await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(shorter));
  const { fileSize: second } = await sequence.saveStateToFile(path);
  await context.dispose();
  return [first, second];
}

describe.each(designs.map((design) => [design.name, design] as const))("%s", (name, design: Design) => {
  let model: LlamaModel;
  beforeAll(async () => {
    model = await llama.loadModel({ modelPath: await ensureSpecimen(name, { cacheDir: folder }) });
  });
  afterAll(() => model?.dispose());

  test("is the architecture that it says, with the specimens' vocabulary", () => {
    expect(model.fileInfo.metadata.general.architecture).toBe(design.architecture);
    expect(model.fileInsights.totalLayers).toBeGreaterThanOrEqual(4);
    expect(model.tokenize("The lantern of", false)).toEqual(specimenTokenizer().encode("The lantern of"));
  });

  test.each([
    ["F16", "f16"],
    ["Q8_0", "q8_0"],
  ] as const)("with a cache in %s takes the bytes that anatomy says", async (type, format) => {
    const { metadata, tensors } = await openCheckpoint(await ensureSpecimen(name, { cacheDir: folder }));
    const shape = modelShapeOfGguf({ metadata: Object.fromEntries(metadata), tensors });
    const { bytesPerToken, fixedBytes } = cacheGrowth(shape, cacheFormat(format));
    const [first, second] = await savedBytes(model, type);
    const growth = (second - first) / (longer - shorter);
    expect(growth - recordBytesPerToken(design)).toBe(bytesPerToken);
    const bookkeeping = first - growth * shorter - fixedBytes;
    expect(bookkeeping).toBeGreaterThan(0);
    expect(bookkeeping).toBeLessThan(windowBookkeeping + 1024);
  });
});
