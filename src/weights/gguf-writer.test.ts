import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readGgufFileInfo } from "node-llama-cpp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bool, f32, f32s, type GgufTensor, i32s, string, strings, u32, writeGguf } from "./gguf-writer.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gguf-"));
});
afterAll(() => rm(folder, { recursive: true }));

const counting = (count: number) => Float32Array.from({ length: count }, (_, index) => index / 8);

const metadata = {
  "general.architecture": string("llama"),
  "llama.block_count": u32(4_000_000_000),
  "llama.rope.freq_base": f32(0.5),
  "llama.big": { type: "u64", value: 2 ** 52 },
  "llama.negative": { type: "i32", value: -3 },
  "llama.flag": bool(true),
  "llama.pattern": i32s([0, -4, 128]),
  "llama.clamp": f32s([10, -0.25]),
  "tokenizer.ggml.tokens": strings(["", "Ġa", "日本"]),
} as const;

const tensors: GgufTensor[] = [
  { name: "odd", shape: [3], type: "f32", values: () => counting(3) },
  { name: "half", shape: [5, 2], type: "f16", values: () => counting(10) },
  { name: "table", shape: [2, 1, 2], type: "i32", values: () => Int32Array.of(1, -2, 3, -4) },
  { name: "blocks", shape: [32, 2], type: "q8_0", values: () => counting(64) },
];

test("llama.cpp's reader finds every key and tensor where it was put", async () => {
  const path = join(folder, "a", "whole.gguf");
  const bytes = await writeGguf(path, { metadata, tensors });
  const file = await readFile(path);
  expect(file.length).toBe(bytes);

  const info = await readGgufFileInfo(path, { readTensorInfo: true, logWarnings: false });
  expect(info.version).toBe(3);
  const read = info.metadata as unknown as Record<string, Record<string, unknown>>;
  expect(read.llama).toMatchObject({
    block_count: 4_000_000_000,
    rope: { freq_base: 0.5 },
    big: 2n ** 52n,
    negative: -3,
    flag: true,
    pattern: [0, -4, 128],
    clamp: [10, -0.25],
  });
  expect(read.tokenizer!.ggml).toEqual({ tokens: ["", "Ġa", "日本"] });

  const infos = info.fullTensorInfo!;
  expect(infos.map(({ name, dimensions }) => [name, dimensions.map(Number)])).toEqual(
    tensors.map(({ name, shape }) => [name, [...shape]]),
  );
  expect(infos.map(({ ggmlType }) => ggmlType)).toEqual([0, 1, 26, 8]);
  const at = (index: number) => Number(infos[index]!.fileOffset);
  expect(infos.every((_, index) => at(index) % 32 === 0)).toBe(true);
  expect([0, 4, 8].map((byte) => file.readFloatLE(at(0) + byte))).toEqual([0, 0.125, 0.25]);
  expect([2, 18].map((byte) => file.readUInt16LE(at(1) + byte))).toEqual([0x3000, 0x3c80]);
  expect([0, 4, 8, 12].map((byte) => file.readInt32LE(at(2) + byte))).toEqual([1, -2, 3, -4]);
  expect(file.readInt8(at(3) + 2 + 31)).toBe(127);
  expect(bytes).toBe(at(3) + 96); // two blocks of 34 bytes, padded
});

test.each<[string, GgufTensor]>([
  ["the shape does not fit", { name: "t", shape: [4], type: "f32", values: () => counting(3) }],
  ["integers come for a float type", { name: "t", shape: [1], type: "f16", values: () => new Int32Array(1) }],
  ["a q8_0 row is ragged", { name: "t", shape: [16, 2], type: "q8_0", values: () => counting(32) }],
])("nothing is left behind where %s", async (_why, tensor) => {
  const broken = join(folder, "broken");
  await expect(writeGguf(join(broken, "b.gguf"), { metadata, tensors: [tensor] })).rejects.toThrow(RangeError);
  expect(await readdir(broken)).toEqual([]);
});
