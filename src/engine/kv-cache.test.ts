// The measurement knows none of the formulas, and has to find what they say.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { designs, ensureSpecimen } from "../specimens/index.ts";
import { type Engine, type KvType, startEngine } from "./index.ts";

describe.each([
  ["f16", 2, designs],
  ["q8_0", 34 / 32, designs.filter(({ name }) => ["mla", "dsa"].includes(name))],
] as const)("with a cache of %s", (kvType: KvType, bytesPerValue, measured) => {
  let engine: Engine;
  beforeAll(async () => {
    const models = await Promise.all(
      measured.map(async ({ name }) => ({ id: name, path: await ensureSpecimen(name), kind: "gguf", notice: null })),
    );
    engine = await startEngine({ models, kvType });
  });
  afterAll(() => engine.close());

  test.each(measured)("$name takes the bytes of its formula", async ({ name, kvCacheFormula }) => {
    const cache = await engine.measureKvCache(name);
    const formula = kvCacheFormula(bytesPerValue);
    expect(cache).toMatchObject({
      kvType,
      bytesPerToken: formula.bytesPerToken,
      metadataBytesPerToken: formula.stateFileBytesPerToken,
    });
    expect(cache.fixedBytes).toBeGreaterThanOrEqual(formula.fixedBytes);
    const growths = cache.points.slice(1).map((point, index) => point.stateBytes - cache.points[index]!.stateBytes);
    expect(new Set(growths).size).toBe(1);
  });
});
