/**
 * A training step on a graphics adapter. Where the machine has none, Chromium's SwiftShader is one in software: the same
 * graph, the same provider, slow.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const chromiumFolder = dirname(process.env.CHROMIUM_PATH ?? "/usr/lib/chromium/chromium");
const swiftShader = join(chromiumFolder, "vk_swiftshader_icd.json");

interface Trained {
  readonly losses: readonly number[];
  readonly weights: Readonly<Record<string, readonly number[]>>;
}

async function trainOn(device: string, env: NodeJS.ProcessEnv = {}): Promise<Record<string, Trained>> {
  const { stdout } = await promisify(execFile)(process.execPath, ["test/webgpu/steps.ts", device], {
    env: { ...process.env, ...env },
    maxBuffer: 2 ** 24,
  });
  return JSON.parse(stdout);
}

test.skipIf(!existsSync(swiftShader))(
  "training steps on WebGPU give the losses and weights of the CPU, by other kernels",
  async () => {
    const software = { VK_ICD_FILENAMES: swiftShader, LD_LIBRARY_PATH: chromiumFolder };
    const [onCpu, onWebGpu] = await Promise.all([trainOn("cpu"), trainOn("webgpu", software)]);
    for (const [name, { losses, weights }] of Object.entries(onCpu)) {
      const other = onWebGpu[name]!;
      for (const [step, loss] of losses.entries()) expect(Math.abs(other.losses[step]! / loss - 1)).toBeLessThan(1e-5);
      let differing = 0;
      for (const [weight, values] of Object.entries(weights)) {
        const largest = Math.max(...values.map(Math.abs));
        for (const [index, value] of values.entries()) {
          const difference = Math.abs(other.weights[weight]![index]! - value);
          if (difference > 0) differing += 1;
          expect(difference / (largest + 1e-2), `${name}, ${weight}[${index}]`).toBeLessThan(tolerance);
        }
      }
      expect(differing, "the same bits as the CPU's: it ran there").toBeGreaterThan(100);
    }
  },
  120_000,
);

/** Of the largest weight of a tensor. Seen: 7e-6. AdamW's first steps divide gradients by themselves, near 0 too. */
const tolerance = 1e-4;

test("a device that is not there is a clear error, and nothing runs elsewhere instead", async () => {
  const nothing = { VK_ICD_FILENAMES: "/nowhere.json", VK_DRIVER_FILES: "/nowhere.json" };
  await expect(trainOn("webgpu", nothing)).rejects.toThrow(/onnxruntime cannot run on webgpu here/);
});
