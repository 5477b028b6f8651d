/** The loopback hub as a process of its own, with two models in 100 shards each. Prints where it is, and their sizes. */
import { configOf } from "../fixtures/configs.ts";
import { type Config, fp8, tensorsOf } from "./deepseek-layout.ts";
import { startHub } from "./hub-server.ts";
import { type LlamaConfig, llamaTensors } from "./llama-layout.ts";
import { type Described, shardedCheckpoint, textFile } from "./safetensors-bytes.ts";

const checkpoint = (name: string, tensors: readonly Described[]) =>
  shardedCheckpoint(tensors, 100).set("config.json", textFile(configOf(name)));
const llama = configOf("llama-3.1-405b") as unknown as LlamaConfig;
const deepseek = configOf("deepseek-v3") as unknown as Config;
const repositories = new Map([
  ["meta-llama/Llama-3.1-405B", checkpoint("llama-3.1-405b", llamaTensors(llama))],
  ["deepseek-ai/DeepSeek-V3", checkpoint("deepseek-v3", tensorsOf(deepseek, fp8, fp8))],
]);
const hub = await startHub(repositories);
const models = [...repositories].map(([id, files]) => {
  const sum = (sizeOf: (file: { head: Buffer; sizeBytes: number }) => number) =>
    [...files.values()].reduce((total, file) => total + sizeOf(file), 0);
  return { id, headerBytes: sum(({ head }) => head.length), checkpointBytes: sum(({ sizeBytes }) => sizeBytes) };
});
process.stdout.write(`${JSON.stringify({ baseUrl: hub.endpoint, models })}\n`);
