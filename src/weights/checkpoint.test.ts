import { mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Config, fp8, tensorsOf } from "../../test/checkpoints/deepseek-layout.ts";
import { type Hub, startHub } from "../../test/checkpoints/hub-server.ts";
import {
  type Described,
  type SparseFile,
  safetensorsFile,
  shardedCheckpoint,
  textFile,
  withLength,
} from "../../test/checkpoints/safetensors-bytes.ts";
import { configOf } from "../../test/fixtures/configs.ts";
import { componentsOf, modelShapeOf } from "../anatomy/index.ts";
import { UserError } from "../errors.ts";
import { openCheckpoint } from "./checkpoint.ts";
import { compareCounts, placedTensors } from "./compare-counts.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "checkpoint-"));
});
afterAll(() => rm(folder, { recursive: true }));

const small: Described[] = [
  { name: "model.embed_tokens.weight", dtype: "BF16", shape: [100, 8] },
  { name: "model.norm.weight", dtype: "BF16", shape: [8] },
  { name: "lm_head.weight", dtype: "BF16", shape: [100, 8] },
];
const config = { model_type: "llama", hidden_size: 8 };

async function writeCheckpoint(name: string, files: ReadonlyMap<string, SparseFile>): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  for (const [file, { head, sizeBytes }] of files) {
    await writeFile(join(path, file), head);
    await truncate(join(path, file), sizeBytes);
  }
  return path;
}
const remoteOf = (hub: Hub, token?: string) => ({
  remote: { endpoint: hub.endpoint, timeoutMs: 2_000, ...(token !== undefined && { token }) },
});
const problemOf = (work: Promise<unknown>): Promise<UserError> =>
  work.then(
    () => Promise.reject(new Error("nothing was refused")),
    (error: unknown) => {
      if (error instanceof UserError) return error;
      throw error;
    },
  );

test("a folder of shards, a folder with one file, one file, and a GGUF", async () => {
  const sharded = await writeCheckpoint("sharded", shardedCheckpoint(small, 2).set("config.json", textFile(config)));
  const single = await writeCheckpoint("single", new Map([["model.safetensors", safetensorsFile(small)]]));
  const shards = await openCheckpoint(sharded);
  expect(shards).toMatchObject({ name: sharded, format: "safetensors", config });
  expect(shards.tensors.map(({ name, file }) => [name, file])).toEqual([
    ["model.embed_tokens.weight", "model-00001-of-00002.safetensors"],
    ["model.norm.weight", "model-00001-of-00002.safetensors"],
    ["lm_head.weight", "model-00002-of-00002.safetensors"],
  ]);
  for (const path of [single, join(single, "model.safetensors")]) {
    const { config, tensors } = await openCheckpoint(path);
    expect([config, tensors.map(({ name }) => name)]).toEqual([null, small.map(({ name }) => name)]);
  }
  const gguf = await openCheckpoint("specimens/reader-mla.gguf");
  expect([gguf.format, gguf.config, gguf.metadata.get("general.architecture")]).toEqual(["gguf", null, "deepseek2"]);
});

test("DeepSeek-V3 in 100 shards on a hub: header bytes alone, and the same verdict as from its config", async () => {
  const config = configOf("deepseek-v3") as Record<string, unknown> & Config;
  const described = tensorsOf(config, fp8, fp8);
  const files = shardedCheckpoint(described, 100).set("config.json", textFile(config));
  await using hub = await startHub(new Map([["deepseek-ai/DeepSeek-V3", files]]));
  const checkpoint = await openCheckpoint("deepseek-ai/DeepSeek-V3", remoteOf(hub));

  const headerBytes = [...files.values()].reduce((sum, { head }) => sum + head.length, 0);
  expect(checkpoint.bytesRead).toBe(headerBytes);
  expect(hub.sentBytes()).toBe(headerBytes);
  expect(checkpoint.tensors.length).toBe(described.length);
  const shape = modelShapeOf(config);
  expect(compareCounts(componentsOf(shape), placedTensors(checkpoint, shape.layers)).contradictions).toEqual([]);
});

test("the token goes to the hub and never to the storage that it redirects to", async () => {
  await using hub = await startHub(new Map([["owner/model", shardedCheckpoint(small, 2)]]));
  await openCheckpoint("owner/model", remoteOf(hub, "hf_secret"));
  const [atHub, atStorage] = [false, true].map((storage) => hub.asked.filter((asked) => asked.storage === storage));
  expect(atHub!.every(({ authorization }) => authorization === "Bearer hf_secret")).toBe(true);
  expect(atStorage!.length).toBe(4);
  expect(atStorage!.every(({ authorization }) => authorization === undefined)).toBe(true);
  await openCheckpoint("owner/model", remoteOf(hub));
  expect(hub.asked.filter(({ authorization }) => authorization !== undefined).length).toBe(atHub!.length);
});

test("one GGUF of a repository is found by itself; one of several by its name", async () => {
  const gguf = {
    head: Buffer.concat([Buffer.from("GGUF"), Buffer.from([3, 0, 0, 0]), Buffer.alloc(16)]),
    sizeBytes: 24,
  };
  const one = new Map([["model-Q4.gguf", gguf]]);
  await using hub = await startHub(
    new Map([
      ["owner/one", one],
      ["owner/two", new Map([...one, ["quants/model Q8.gguf", gguf]])],
    ]),
  );
  expect((await openCheckpoint("owner/one", remoteOf(hub))).format).toBe("gguf");
  expect((await openCheckpoint("owner/two/quants/model Q8.gguf", remoteOf(hub))).name).toContain("Q8");
  const { mistake } = await problemOf(openCheckpoint("owner/two", remoteOf(hub)));
  expect(mistake).toMatchObject({ happened: "owner/two has 2 GGUF checkpoints", mend: /model-Q4/ });
});

const answering =
  (status: number, headers: Record<string, string> = {}) =>
  (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, headers).end();
    return true;
  };
const endless = (request: IncomingMessage, response: ServerResponse) => {
  if (!request.url!.includes(".safetensors") || request.url!.includes("index")) return false;
  response.writeHead(200, { "content-length": 1e12 });
  const more = () => {
    while (!response.destroyed && response.write(Buffer.alloc(65_536)));
  };
  response.on("drain", more).on("error", () => {});
  more();
  return true;
};

test.each<[string, (request: IncomingMessage, response: ServerResponse) => boolean, RegExp, RegExp]>([
  ["is gated", answering(403), /not open to you \(HTTP 403\)/, /HF_TOKEN/],
  ["asks for a token", answering(401), /not open to you \(HTTP 401\)/, /HF_TOKEN/],
  ["limits requests", answering(429), /refuses further requests/, /wait/],
  ["is broken", answering(503), /HTTP 503/, /endpoint/],
  ["does not exist", answering(404), /has no model owner\/model at main/, /name and the revision/],
  ["redirects in circles", answering(302, { location: "/again" }), /more than 5 times/, /endpoint/],
  ["redirects to nowhere", answering(302, { location: "http://[" }), /an address that is none/, /endpoint/],
  ["redirects to a file", answering(302, { location: "file:///etc/passwd" }), /an address that is none/, /endpoint/],
  ["ignores ranges", endless, /ignores ranges/, /endpoint/],
  ["says nothing", () => true, /cannot be reached/, /connection/],
])("a hub that %s is named with what to do", async (_what, instead, happened, mend) => {
  await using hub = await startHub(new Map([["owner/model", shardedCheckpoint(small, 2)]]), { instead });
  const startedAt = performance.now();
  const { mistake } = await problemOf(
    openCheckpoint("owner/model", { remote: { endpoint: hub.endpoint, timeoutMs: 300 } }),
  );
  expect(mistake.happened).toMatch(happened);
  expect(mistake.happened).not.toContain("signature");
  expect(mistake.mend).toMatch(mend);
  expect(performance.now() - startedAt).toBeLessThan(3_000);
});

test("no network, and names that are none", async () => {
  const remote = { endpoint: "http://127.0.0.1:9", timeoutMs: 500 };
  expect((await problemOf(openCheckpoint("owner/model", { remote }))).message).toMatch(/cannot be reached/);
  for (const name of ["nothing", "../owner/model", "owner/model/../../secret.gguf", "a/b/.git/x.gguf", "owner//x", ""])
    expect((await problemOf(openCheckpoint(name, { remote }))).message).toMatch(/neither a file or folder/);
});

const shardsWith = (change: (files: Map<string, SparseFile>, map: Record<string, unknown>) => void) => {
  const files = shardedCheckpoint(small, 2);
  const index = JSON.parse(files.get("model.safetensors.index.json")!.head.toString());
  change(files, index.weight_map);
  return files.set("model.safetensors.index.json", textFile(index));
};
const second = "model-00002-of-00002.safetensors";

test.each<[string, Map<string, SparseFile>, RegExp]>([
  [
    "a tensor in two shards",
    shardsWith((files) => files.set(second, safetensorsFile([...small.slice(2), small[1]!]))),
    /model.norm.weight is in model-00002/,
  ],
  ["a tensor in no shard", shardsWith((files) => files.set(second, safetensorsFile([]))), /lm_head.weight is not in/],
  ["a tensor that the index lacks", shardsWith((_, map) => delete map["model.norm.weight"]), /or none/],
  ["a tensor in the other shard", shardsWith((_, map) => (map["model.norm.weight"] = second)), /index.json says/],
  ["a shard that is missing", shardsWith((files) => files.delete(second)), /cannot be read/],
  ["a broken shard", shardsWith((files) => files.set(second, { head: withLength("{"), sizeBytes: 9 })), /JSON/],
  ["a path out of the folder", shardsWith((_, map) => (map.x = "../../secret.safetensors")), /places a tensor in/],
  ["an encoded path out of it", shardsWith((_, map) => (map.x = "%2e%2e/secret.safetensors")), /places a tensor in/],
  ["another host", shardsWith((_, map) => (map.x = "https://evil.example/x.safetensors")), /places a tensor in/],
  ["a number for a shard", shardsWith((_, map) => (map.x = 7)), /places a tensor in 7/],
  ["no weight_map", new Map([["model.safetensors.index.json", textFile({})]]), /has no weight_map/],
  ["a config that is a list", shardsWith((files) => files.set("config.json", textFile([]))), /not a table/],
])("refuses %s, in a folder and on a hub", async (what, files, message) => {
  const path = await writeCheckpoint(what, files);
  expect((await problemOf(openCheckpoint(path))).message).toMatch(message);
  await using hub = await startHub(new Map([["owner/model", files]]));
  expect((await problemOf(openCheckpoint("owner/model", remoteOf(hub)))).message).toMatch(message);
});
