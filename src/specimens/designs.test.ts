import { expect, test } from "vitest";
import { cacheFormat, cacheGrowth, modelShapeOfGguf } from "../anatomy/index.ts";
import { calibrationGguf } from "./build.ts";
import { designs } from "./designs.ts";

test("weights outside the attention are the same in every design that has them", () => {
  const drawn = designs.flatMap(({ build }) =>
    build(64)
      .tensors.filter(({ name }) => /token_embd|ffn_(gate|up|down)\.weight/.test(name))
      .map(({ name, shape }) => `${name} ${shape.join("×")}`),
  );
  const shapesByName = Map.groupBy(new Set(drawn), (tensor) => tensor.split(" ")[0]!);
  expect([...shapesByName.values()].every((shapes) => shapes.length === 1)).toBe(true);
});

test("every tensor of a design has its own name", () => {
  for (const { build } of designs) {
    const names = build(64).tensors.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  }
});

// Bytes per token in f16, and in q8_0 where 32 values take 34 bytes.
test.each([
  ["mha", 8192, 4352],
  ["gqa", 2048, 1088],
  ["mqa", 1024, 544],
  ["mla", 1536, 816],
  ["mla-moe", 1536, 816],
  ["dsa", 2048, 1088],
  ["csa-hca", 129, 68.53125],
  ["kda", 384, 204],
  ["swa", 512, 272],
])("%s takes %d bytes a token in f16 and %d in q8_0", (name, halves, quantized) => {
  const { metadata, tensors } = calibrationGguf(designs.find((design) => design.name === name)!);
  const values = Object.fromEntries(Object.entries(metadata).map(([key, { value }]) => [key, value]));
  const shape = modelShapeOfGguf({ metadata: values, tensors });
  const bytes = ["f16", "q8_0"].map((format) => cacheGrowth(shape, cacheFormat(format)).bytesPerToken);
  expect(bytes).toEqual([halves, quantized]);
});
