/**
 * Counts against the safetensors headers of released checkpoints, to the last element. A file counts two 4-bit weights as
 * one element and block scales as elements of their own; what that adds is written out here from the headers' shapes.
 */
import { expect, test } from "vitest";
import { releasedModel } from "../../test/fixtures/configs.ts";
import { anatomyOf, componentsOf, countParameters, type ModelShape, type Part } from "./index.ts";

const partOf = (model: ModelShape, part: Part) =>
  componentsOf(model).reduce((sum, component) => sum + (component.part === part ? component.parameters : 0), 0);

/** Elements of a file whose experts are packed, one scale for 32 weights. */
function packedElements(model: ModelShape): number {
  const experts = partOf(model, "routed experts");
  return countParameters(model).total - experts + experts / 2 + experts / 32;
}

test("DeepSeek-V3: 684,531,386,000 elements, 41,540,496 of them scales", () => {
  // huggingface.co/deepseek-ai/DeepSeek-V3: BF16 3,918,786,560, F8_E4M3 680,571,043,840, F32 41,555,600 (59 · 256 biases).
  const { total, byScope } = countParameters(releasedModel("deepseek-v3"));
  expect(total + byScope["second copies"]!).toBe(3_918_786_560 + 680_571_043_840 + 59 * 256);
});

test("GLM-5.2: 1,506,659,919,872 bytes, BF16 but for the routers' biases", () => {
  // model.safetensors.index.json of GLM-5.3, which has the same dimensions: 76 routers of 256 biases in F32.
  const { total, byScope } = countParameters(releasedModel("glm-5.2"));
  expect(byScope["second copies"]).toBeUndefined();
  expect(2 * total + 2 * 76 * 256).toBe(1_506_659_919_872);
});

test("DeepSeek-V4-Flash: 158,069,433,298 elements", () => {
  const model = releasedModel("deepseek-v4-flash");
  // Scales of 128 · 128 blocks: in each of 44 layers, in the 21 indexers, in the prediction module's two projections.
  const scales = 44 * (128 + 2_048 + 2_048 + 256 + 2_048 + 3 * 512) + 21 * 512 + 2 * 1_024;
  const table = partOf(model, "expert table");
  expect(table).toBe(3 * 129_280 * 6);
  expect(packedElements(model) + scales + table).toBe(158_069_433_298);
});

test("DeepSeek-V4.1-Flash: 763,205,315,794 parameters, as the hub counts them", () => {
  const model = releasedModel("deepseek-v4.1-flash");
  expect(countParameters(model).total).toBe(763_205_315_794);
  expect(countParameters(model).byScope).toEqual({
    backbone: 551_566_180_464,
    engram: 196_613_849_600 + 314_654_720,
    draft: 14_225_362_530,
    vision: 485_268_480,
  });
  // The index's total_size. Norms and sinks, here in 8 bits with the matrices around them, are what is missing.
  const bytes = anatomyOf(model).fileBytes!;
  expect(Math.abs(bytes - 510_286_023_000) / 510_286_023_000).toBeLessThan(1e-5);
});

test("Kimi K3: 1,503,647,073,024 elements", () => {
  // In each of 69 KDA layers, 128 decay rates are stored for 96 heads.
  expect(packedElements(releasedModel("kimi-k3")) + 69 * 32).toBe(1_503_647_073_024);
});
