import fc from "fast-check";
import { expect, test } from "vitest";
import { configOf, releasedModel, releasedNames } from "../../test/fixtures/configs.ts";
import { UserError } from "../errors.ts";
import { type Anatomy, anatomyOf, cacheFormats, componentsOf, modelShapeOf } from "./index.ts";

const released = releasedNames;

type Json = Record<string, unknown>;

/** Fields of a config, those of nested ones as `outer.inner`. */
const fieldsOf = (config: Json, prefix = ""): string[] =>
  Object.entries(config).flatMap(([key, value]) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? [prefix + key, ...fieldsOf(value as Json, `${prefix}${key}.`)]
      : [prefix + key],
  );

function withField(config: Json, path: string, value: unknown): Json {
  const [key, ...rest] = path.split(".") as [string, ...string[]];
  if (rest.length === 0) return { ...config, [key]: value };
  return { ...config, [key]: withField(config[key] as Json, rest.join("."), value) };
}

const anything = fc.oneof(
  fc.nat({ max: 300 }),
  fc.integer(),
  fc.double(),
  fc.constantFrom(null, undefined, true, "4", [], {}, 1e9, -0, [0, 4, 128], ["full"]),
);

/** A released config with up to three fields that say something else. */
const config: fc.Arbitrary<Json> = fc.constantFrom(...released).chain((name) => {
  const whole = configOf(name);
  const change = fc.tuple(fc.constantFrom(...fieldsOf(whole)), anything);
  return fc.array(change, { maxLength: 3 }).map((changes) => {
    try {
      return changes.reduce((result, [field, value]) => withField(result, field, value), whole);
    } catch {
      return whole; // a field of a nested config that an earlier change took away
    }
  });
});

test("whatever a config says, an estimate is whole numbers or a mistake that names itself", () => {
  fc.assert(
    fc.property(config, fc.nat({ max: 2_000_000 }), fc.constantFrom(...cacheFormats), (raw, contextTokens, format) => {
      let anatomy: Anatomy;
      const startedAt = performance.now();
      try {
        const model = modelShapeOf(raw);
        for (const { parameters, activeParameters } of componentsOf(model)) {
          expect(Number.isSafeInteger(parameters) && parameters >= 0).toBe(true);
          expect(Number.isSafeInteger(activeParameters) && activeParameters >= 0).toBe(true);
          expect(activeParameters).toBeLessThanOrEqual(parameters);
        }
        anatomy = anatomyOf(model, { contextTokens, cacheFormat: format.name });
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
        return;
      } finally {
        expect(performance.now() - startedAt).toBeLessThan(1_000);
      }
      expect(anatomy.cache.generic?.relativeError ?? 0).toBeGreaterThanOrEqual(-1);
      const { generic: _, ...cache } = anatomy.cache;
      for (const number of numbersIn({ ...anatomy, cache })) expect(number).toBeGreaterThanOrEqual(0);
      expect(Number.isSafeInteger(anatomy.parameters.total)).toBe(true);
      expect(Number.isFinite(anatomy.prefill.total)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

const numbersIn = (value: unknown): number[] => {
  if (typeof value === "number") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(numbersIn) : [];
};

test.each(released)("the summary of %s is plain JSON whose parts add up", (name) => {
  const model = releasedModel(name);
  const anatomy = anatomyOf(model, { contextTokens: 100_000, batch: 8 });
  expect(JSON.parse(JSON.stringify(anatomy))).toEqual(anatomy);

  const { cache, parameters } = anatomy;
  const inFile = parameters.parts.filter(({ part }) => part !== "expert table");
  const copies = parameters.byScope["second copies"] ?? 0;
  expect(inFile.reduce((sum, part) => sum + part.parameters, 0)).toBe(parameters.total + copies);
  expect(cache.layerGroups.reduce((sum, group) => sum + group.layers.length * group.cacheBytes, 0)).toBe(
    cache.sequenceBytes,
  );
  expect(cache.batchBytes).toBe(8 * cache.sequenceBytes);
  expect(cache.curve.map(({ contextTokens }) => contextTokens)).toEqual([
    1_024, 2_048, 4_096, 8_192, 16_384, 32_768, 65_536, 100_000,
  ]);
  expect(cache.curve.at(-1)).toEqual({
    contextTokens: 100_000,
    cacheBytes: cache.sequenceBytes,
    decodeFlops: anatomy.decode.total,
  });
});

test("cache and work grow with the context", () => {
  for (const name of released) {
    const { curve } = anatomyOf(releasedModel(name), { contextTokens: 1_048_576 }).cache;
    for (const [index, point] of curve.entries()) {
      expect(point.cacheBytes).toBeGreaterThan(curve[index - 1]?.cacheBytes ?? 0);
      expect(point.decodeFlops).toBeGreaterThan(curve[index - 1]?.decodeFlops ?? 0);
    }
  }
});

test("a larger batch reads its weights once and more experts, so it computes more for each byte", () => {
  const model = releasedModel("deepseek-v3");
  const step = (batch: number) => anatomyOf(model, { contextTokens: 4_096, batch }).decodeStep;
  // All that one token is multiplied with, in the precision of the file.
  const active = componentsOf(model).filter(({ scope, part }) => scope === "backbone" && part !== "embedding");
  const bits = (part: string) => model.storage!.exceptions[part as "norms"] ?? model.storage!.bitsPerWeight;
  const read = active.reduce((sum, { part, activeParameters }) => sum + (activeParameters * bits(part)) / 8, 0);
  expect(step(1).weightBytes! / read).toBeCloseTo(1, 6);
  expect(step(1_000_000).weightBytes!).toBeGreaterThan(671e9);
  expect(step(64).flopsPerByte!).toBeGreaterThan(step(1).flopsPerByte!);
});

test("reading a context and a batch that cannot be is refused", () => {
  const model = releasedModel("deepseek-v3");
  for (const contextTokens of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 40])
    expect(() => anatomyOf(model, { contextTokens })).toThrow(UserError);
  for (const batch of [0, -1, 1.5, Number.NaN]) expect(() => anatomyOf(model, { batch })).toThrow(UserError);
  expect(() => anatomyOf(model, { cacheFormat: "fp3" })).toThrow(/no cache format fp3/);
});
