/** Bounds on serving, held to what was measured: DeepSeek-V2 on a node of eight H800 (arXiv:2405.04434, §3.2.3). */
import { expect, test } from "vitest";
import { cacheFormat, decodeSeconds, largestBatch, prefillSeconds, type Serving } from "../anatomy/index.ts";
import { readRelease } from "../ledger-files/index.ts";
import { readDevices } from "./devices.ts";
import { modelOfRelease } from "./model-reference.ts";

const deepseek = readRelease("deepseek-v2");
const measured = (id: string) => deepseek.claims.find((claim) => claim.id === id)!.value as number;
const device = (id: string) => readDevices().find((one) => one.id === id)!.device;
const h800 = device("nvidia-h800");
const serving: Serving = {
  model: modelOfRelease(deepseek).shape,
  // Its compute and memory bandwidth, which nobody printed, are taken to be H100's.
  device: { ...device("nvidia-h100-sxm"), interconnectBytesPerSecond: h800.interconnectBytesPerSecond },
  format: cacheFormat("fp8"),
  contextTokens: 4_096,
};

test("100,000 prompt tokens a second lie between the bounds", () => {
  const { low, high } = prefillSeconds(serving, 8);
  expect(measured("v2-prompt-tps")).toBeLessThan(4_096 / low!);
  expect(measured("v2-prompt-tps")).toBeGreaterThan(4_096 / high!);
});

test("50,000 generated tokens a second lie between the bounds of what fits at once", () => {
  const { low, high } = largestBatch(serving, 8);
  expect(measured("v2-gen-tps")).toBeLessThan(high! / decodeSeconds(serving, 8, high!).low!);
  expect(measured("v2-gen-tps")).toBeGreaterThan(low! / decodeSeconds(serving, 8, low!).high!);
});
