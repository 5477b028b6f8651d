/** Checkpoints of many safetensors files: `model.safetensors.index.json` says which tensor is in which shard. */
import { z } from "zod";
import { UserError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { parseJson } from "./json.ts";
import { readSafetensorsHeader } from "./safetensors.ts";
import type { StoredTensor } from "./stored-tensor.ts";

export const indexName = "model.safetensors.index.json";

const Index = z.object({ weight_map: z.custom<object>((value) => typeof value === "object" && value !== null) });
/** Relative, without `..` and without what a URL would read as something else. */
const shardName = /^[\w-][\w.-]{0,200}(?:\/[\w-][\w.-]{0,200}){0,3}$/;
const mostShards = 10_000;
const shardsAtOnce = 8;

/** The shard of each tensor, as the index has it: nothing of it is checked yet. */
export type WeightMap = Readonly<Record<string, unknown>>;

/** @throws UserError where the text is no index */
export function weightMap(indexText: string): WeightMap {
  const index = Index.safeParse(parseJson(indexText, indexName));
  if (!index.success) throw inconsistent(`${indexName} has no weight_map`);
  return index.data.weight_map as WeightMap;
}

/**
 * The tensors of all shards. Headers are read a few at a time.
 *
 * @throws UserError where a shard's name is unsafe, and where index and shards disagree: a tensor in two shards, in none,
 *   or in another than the index says
 */
export async function readShards(
  shardOf: WeightMap,
  open: (shard: string) => Promise<ByteSource>,
): Promise<StoredTensor[]> {
  const names = Object.keys(shardOf);
  for (const name of names) {
    const shard = shardOf[name];
    if (typeof shard !== "string" || !shardName.test(shard))
      throw inconsistent(`${indexName} places a tensor in ${JSON.stringify(shard)?.slice(0, 100)}`);
  }
  const shards = [...new Set(Object.values(shardOf) as string[])].sort();
  if (shards.length > mostShards) throw inconsistent(`${indexName} names ${shards.length} shards`);

  const tensorsOfShard: (readonly StoredTensor[])[] = [];
  let next = 0;
  const reader = async () => {
    try {
      while (next < shards.length) {
        const position = next++;
        tensorsOfShard[position] = await readShard(shards[position]!, open);
      }
    } catch (error) {
      next = shards.length; // nobody asks for more after a failure
      throw error;
    }
  };
  await Promise.all(Array.from({ length: shardsAtOnce }, reader));

  const tensors = tensorsOfShard.flat();
  for (const { name, file } of tensors) {
    const expected = Object.hasOwn(shardOf, name) ? shardOf[name] : undefined;
    if (expected !== file)
      throw inconsistent(`${name.slice(0, 100)} is in ${file}; ${indexName} says ${expected ?? "another, or none"}`);
  }
  if (tensors.length < names.length) {
    const found = new Set(tensors.map(({ name }) => name));
    const missing = names.find((name) => !found.has(name))!;
    throw inconsistent(`${missing.slice(0, 100)} is not in ${shardOf[missing]}`);
  }
  return tensors;
}

async function readShard(shard: string, open: (shard: string) => Promise<ByteSource>) {
  const source = await open(shard);
  try {
    return (await readSafetensorsHeader(source, shard)).tensors;
  } finally {
    await source.close();
  }
}

const inconsistent = (happened: string): UserError =>
  new UserError({
    happened,
    expected: "an index and shards that agree on where each tensor is",
    mend: "download the checkpoint again, all files from one revision",
  });
