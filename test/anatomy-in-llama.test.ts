/**
 * Anatomy held to a real engine: random small models of every cache family that llama.cpp runs here. What anatomy says of
 * the file's metadata is what llama.cpp keeps, to the byte, and what the file holds, to the parameter.
 *
 * llama.cpp's own records of a state are counted apart (`engine/state-file.ts`). It allocates more than it fills: whole
 * blocks of 256 cells, a window with a batch beside it; a saved state is what is filled. One family has a cache that
 * nothing reads, which is counted beside anatomy's.
 */
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import {
  cacheBytes,
  cacheFormat,
  cacheGrowth,
  cacheLayersOf,
  componentsOf,
  countParameters,
  entriesAt,
  entryBytes,
  modelShapeOfGguf,
} from "../src/anatomy/index.ts";
import { specimenTokenizer } from "../src/specimens/index.ts";
import {
  compareCounts,
  type Gguf,
  type GgufTensor,
  openCheckpoint,
  placedTensors,
  u32,
  writeGguf,
} from "../src/weights/index.ts";
import { drawing } from "./anatomy-in-llama/draw.ts";
import { type Family, families } from "./anatomy-in-llama/families.ts";
import { grouped } from "./anatomy-in-llama/grouped.ts";
import { endMeasuring, measure } from "./anatomy-in-llama/measure.ts";
import { temporaryFolder } from "./cli-process.ts";

const folder = temporaryFolder();
afterAll(() => {
  endMeasuring();
  folder.remove();
});

const seed = Number(process.env.ASSAY_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const modelsPerFamily = 12;

/** Behind every window here, and whole entries of the widest compression. */
const full = 256;
const longer = 384;

/** What the weights are is all one to the cache. */
const constantWeights = (tensor: GgufTensor): GgufTensor =>
  tensor.type === "i32" ? tensor : { ...tensor, values: () => new Float32Array(elementsOf(tensor)).fill(0.01) };
const elementsOf = ({ shape }: { readonly shape: readonly number[] }) =>
  shape.reduce((product, size) => product * size, 1);

const path = join(folder.path, "model.gguf");

async function written({ metadata, tensors }: Gguf) {
  await writeGguf(path, {
    metadata: { ...metadata, ...specimenTokenizer().metadata },
    tensors: tensors.map(constantWeights),
  });
  return openCheckpoint(path);
}

/** Its keys stand for a model in the report of a failure. */
const modelOf = (family: Family) =>
  drawing.map((draw) => {
    const kvType = draw.pick(["f16", "q8_0"] as const);
    const { metadata, tensors, unused = [] } = family(draw, kvType);
    const keys = JSON.stringify(Object.fromEntries(Object.entries(metadata).map(([key, { value }]) => [key, value])));
    return { kvType, unused, metadata, tensors, [fc.toStringMethod]: () => `cache of ${kvType}, ${keys}` };
  });

test.each(Object.entries(families))(`%s (ASSAY_TEST_SEED=${seed})`, async (_, family) => {
  const tokens = fc.integer({ min: 1, max: full - 1 });
  const property = fc.asyncProperty(modelOf(family), tokens, async ({ kvType, unused, ...gguf }, early) => {
    const checkpoint = await written(gguf);
    const shape = modelShapeOfGguf({ metadata: Object.fromEntries(checkpoint.metadata), tensors: checkpoint.tensors });

    const { contradictions, unrecognised } = compareCounts(
      componentsOf(shape),
      placedTensors(checkpoint, shape.layers),
    );
    expect([...contradictions, ...unrecognised]).toEqual([]);
    const weights = checkpoint.tensors.filter(({ dtype }) => dtype !== "I32");
    const parameters = Object.values(countParameters(shape).byScope).reduce((sum, ofScope) => sum + ofScope, 0);
    expect(parameters).toBe(weights.reduce((sum, tensor) => sum + elementsOf(tensor), 0));

    const lengths = [early, full, longer];
    const format = cacheFormat(kvType);
    const measured = await measure({ path, kvType, lengths });
    const padding = unused.reduce((sum, store) => sum + entryBytes(format, store), 0);
    expect(measured).toEqual(lengths.map((length) => cacheBytes(shape, format, length) + length * padding));
    const bytesPerToken = (measured[2]! - measured[1]!) / (longer - full);
    const growth = { bytesPerToken: bytesPerToken - padding, fixedBytes: measured[1]! - full * bytesPerToken };
    // Chunks are longer than what is read here.
    if (!cacheLayersOf(shape).some(({ stores }) => stores.some(({ span }) => span.kind === "chunk")))
      expect(growth).toEqual(cacheGrowth(shape, format));
  });
  await fc.assert(property, {
    seed,
    numRuns: modelsPerFamily,
    interruptAfterTimeLimit: 50_000,
    markInterruptAsFailure: true,
  });
});

// llama.cpp has one size of chunks, too long for random models.
test("llama4: a full chunk is let go", async () => {
  const model = { vocabularySize: specimenTokenizer().vocabularySize, layers: 4, width: 16, heads: 1, feedForward: 16 };
  const llama4 = grouped({
    name: "llama4",
    ...model,
    kvHeads: 1,
    headDim: 32,
    contextTokens: 16_384,
    keys: { interleave_moe_layer_step: u32(1) },
    experts: { count: 1, used: 1, width: 16, shared: 16 },
  });
  const { metadata, tensors } = await written(llama4);
  const stores = cacheLayersOf(modelShapeOfGguf({ metadata: Object.fromEntries(metadata), tensors })).flatMap(
    (layer) => layer.stores,
  );
  const lengths = [8_192, 8_193, 8_448];
  const held = lengths.map((tokens) =>
    stores.reduce((sum, store) => sum + entriesAt(store.span, tokens) * entryBytes(cacheFormat("f16"), store), 0),
  );
  expect(held[1]).toBeLessThan(held[0]!);
  expect(await measure({ path, kvType: "f16", lengths })).toEqual(held);
});
