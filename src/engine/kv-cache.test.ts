// The measurement knows no formula, and has to find what anatomy says.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cacheFormat, cacheGrowth, modelShapeOfGguf } from "../anatomy/index.ts";
import { designs, ensureSpecimen } from "../specimens/index.ts";
import { openCheckpoint } from "../weights/index.ts";
import { type Engine, type KvType, startEngine } from "./index.ts";

/** Of the file, of a cache, of a tensor, and of a cell of a full window: see state-file.ts. */
const [file, cache, tensor, cell] = [12, 16, 12, 12];
const grouped = file + cache + 4 * 2 * tensor;
const latent = file + cache + 4 * tensor;
/** An entry or waiting tensor of DeepSeek-V4 and the number of its layer; what stands before the layers of each. */
const [sized, layer, entries, waiting] = [28, 4, 16, 24];
const metadataBytes: Readonly<Record<string, number>> = {
  mha: grouped,
  gqa: grouped,
  mqa: grouped,
  mla: latent,
  "mla-moe": latent,
  dsa: latent + cache + 4 * tensor,
  "csa-hca":
    file +
    (12 + cache + cache + 4 * tensor + 128 * cell) +
    (3 * entries + 5 * (layer + sized)) +
    (3 * waiting + 5 * (layer + 2 * sized)),
  kda: file + (cache + tensor) + (20 + 3 * 2 * tensor),
  swa: file + (cache + 2 * tensor) + (cache + 3 * 2 * tensor + 256 * cell),
};

/** The token's id, and its cell in each cache that spans the context. */
const recordBytesPerToken = (name: string) => 4 + (name === "dsa" ? 2 : 1) * cell;

describe.each(["f16", "q8_0"] as const)("with a cache of %s", (kvType: KvType) => {
  let engine: Engine;
  beforeAll(async () => {
    const models = await Promise.all(
      designs.map(async ({ name }) => ({ id: name, path: await ensureSpecimen(name), kind: "gguf", notice: null })),
    );
    engine = await startEngine({ models, kvType });
  });
  afterAll(() => engine.close());

  test.each(designs)("$name takes the bytes that anatomy says", async ({ name }) => {
    const measured = await engine.measureKvCache(name);
    const { metadata, tensors } = await openCheckpoint(await ensureSpecimen(name));
    const shape = modelShapeOfGguf({ metadata: Object.fromEntries(metadata), tensors });
    expect(measured).toMatchObject({
      kvType,
      ...cacheGrowth(shape, cacheFormat(kvType)),
      metadataBytesPerToken: recordBytesPerToken(name),
      metadataBytes: metadataBytes[name],
    });
    const growths = measured.points
      .slice(1)
      .map((point, index) => point.stateBytes - measured.points[index]!.stateBytes);
    expect(new Set(growths).size).toBe(1);
  });
});
