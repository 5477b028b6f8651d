import { expect, test } from "vitest";
import { constant, matrix } from "./tensors.ts";

test("a matrix is drawn from its name, with the deviation scale / √in", () => {
  const make = (name: string) => matrix(name, [256, 64], { scale: 0.5 }).values() as Float32Array;
  const values = make("blk.0.ffn_down.weight");
  expect(make("blk.0.ffn_down.weight")).toEqual(values);
  expect(make("blk.1.ffn_down.weight")).not.toEqual(values);

  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  // 16,384 draws: four standard errors are 0.03 deviations for the mean and 2.2 % for the deviation.
  expect(Math.abs(mean)).toBeLessThan(0.03 * (0.5 / 16));
  expect(Math.abs(Math.sqrt(variance) / (0.5 / 16) - 1)).toBeLessThan(0.022);
});

test("a constant fills its shape", () => {
  expect(constant("ssm_a", [1, 3, 1, 1], -1).values()).toEqual(Float32Array.of(-1, -1, -1));
});
