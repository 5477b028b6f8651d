/**
 * The child process that measures: one llama.cpp for many small models, each loaded, measured and let go. A model that
 * takes llama.cpp down takes this process with it, and nothing else.
 */
import { getLlama, LlamaLogLevel } from "node-llama-cpp";
import { statePoints } from "../../src/engine/kv-cache.ts";
import type { Answer, Ask } from "./measure.ts";

let complaints: string[] = [];
const llama = await getLlama({
  gpu: false,
  build: "never",
  skipDownload: true,
  maxThreads: 1,
  logLevel: LlamaLogLevel.error,
  logger: (_, text) => complaints.push(text.trim()),
});

async function measure({ path, kvType, lengths }: Ask): Promise<Answer> {
  complaints = [];
  try {
    const model = await llama.loadModel({ modelPath: path, gpuLayers: 0 });
    const points = await statePoints(model, kvType, lengths);
    await model.dispose();
    return { points };
  } catch (error) {
    await new Promise((resolve) => setTimeout(resolve, 60));
    return { refused: [String(error), ...complaints].join("; ") };
  }
}

process.on("message", async (ask: Ask) => process.send!(await measure(ask)));
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
