import { globSync } from "node:fs";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readGgufFileInfo } from "node-llama-cpp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { UserError } from "../errors.ts";
import { openFile } from "./byte-source.ts";
import { type GgufHeader, readGgufHeader } from "./gguf-reader.ts";
import { readGguf } from "./gguf-split.ts";
import { bool, f32, f32s, type GgufTensor, i32s, string, strings, u32, writeGguf } from "./gguf-writer.ts";
import { elementsOf } from "./stored-tensor.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gguf-reader-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(path: string): Promise<GgufHeader & { bytesRead: number }> {
  const source = await openFile(path);
  try {
    return { ...(await readGgufHeader(source, "test.gguf")), bytesRead: source.bytesRead };
  } finally {
    await source.close();
  }
}
const readBytes = async (...parts: Uint8Array[]) => {
  const path = join(folder, "bytes.gguf");
  await writeFile(path, Buffer.concat(parts));
  return read(path);
};

const bytes32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const bytes64 = (value: number | bigint) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
const text = (value: string) => Buffer.concat([bytes64(Buffer.byteLength(value)), Buffer.from(value)]);
const start = (tensors: number | bigint, entries: number | bigint, version = 3) =>
  Buffer.concat([Buffer.from("GGUF"), bytes32(version), bytes64(tensors), bytes64(entries)]);
const info = (name: string, shape: readonly (number | bigint)[], type: number, offset: number | bigint) =>
  Buffer.concat([text(name), bytes32(shape.length), ...shape.map(bytes64), bytes32(type), bytes64(offset)]);
const body = Buffer.alloc(512);

test.each(globSync("specimens/*.gguf"))("reads %s as llama.cpp's reader does", async (path) => {
  const { tensors, metadata } = await read(path);
  const theirs = await readGgufFileInfo(path, { readTensorInfo: true, logWarnings: false });
  expect(tensors.map(({ name, shape }) => [name, shape.toReversed()])).toEqual(
    theirs.fullTensorInfo!.map(({ name, dimensions }) => [name, dimensions.map(Number)]),
  );
  expect(metadata.size).toBeGreaterThan(10);
  expect(metadata.get("general.architecture")).toBe(theirs.metadata.general.architecture);
});

test("metadata of every kind; long lists by their length, and a header longer than the first piece", async () => {
  const path = join(folder, "kinds.gguf");
  const metadata = {
    "a.u32": u32(4_000_000_000),
    "a.f32": f32(0.5),
    "a.u64": { type: "u64", value: 2 ** 52 },
    "a.i32": { type: "i32", value: -3 },
    "a.bool": bool(true),
    "a.text": string("日本"),
    "a.list": i32s([0, -4, 128]),
    "a.floats": f32s([10, -0.25]),
    "a.vocabulary": strings(Array.from({ length: 60_000 }, (_, index) => `token ${index}`)),
    "a.scores": f32s(Array.from({ length: 60_000 }, () => 1)),
    "a.last": u32(7),
  } as const;
  const tensors: GgufTensor[] = [
    { name: "q", shape: [32, 2], type: "q8_0", values: () => new Float32Array(64) },
    { name: "h", shape: [5], type: "f16", values: () => new Float32Array(5) },
  ];
  await writeGguf(path, { metadata, tensors });
  const header = await read(path);
  expect(Object.fromEntries(header.metadata)).toEqual({
    "a.u32": 4_000_000_000,
    "a.f32": 0.5,
    "a.u64": 2 ** 52,
    "a.i32": -3,
    "a.bool": true,
    "a.text": "日本",
    "a.list": [0, -4, 128],
    "a.floats": [10, -0.25],
    "a.vocabulary": { length: 60_000 },
    "a.scores": { length: 60_000 },
    "a.last": 7,
  });
  expect(header.tensors).toEqual([
    { name: "q", shape: [2, 32], dtype: "Q8_0", storedBytes: 68, file: "test.gguf" },
    { name: "h", shape: [5], dtype: "F16", storedBytes: 10, file: "test.gguf" },
  ]);
});

test("a file of 300 GB costs its header", async () => {
  const path = join(folder, "huge.gguf");
  const elements = 150e9;
  await writeFile(path, Buffer.concat([start(1, 0), info("t", [elements], 1, 0)]));
  await truncate(path, 2 * elements + 96); // sparse: takes no room on disk
  const { tensors, bytesRead } = await read(path);
  expect(elementsOf(tensors[0]!.shape)).toBe(elements);
  expect(bytesRead).toBeLessThanOrEqual(256 * 1024);
});

test.each<[string, Uint8Array[], string]>([
  ["an empty file", [], "ends in its header"],
  ["another format", [Buffer.from("GGML"), body], "does not start with GGUF"],
  ["version 1", [start(0, 0, 1), body], "version 1"],
  ["big-endian", [Buffer.from("GGUF"), Buffer.from([0, 0, 0, 3]), body], "big-endian"],
  ["a cut header", [start(1, 1)], "announces"],
  ["more entries than bytes", [start(0, 2n ** 40n), body], "announces"],
  ["more tensors than bytes", [start(9_000_000, 0), body], "announces"],
  ["a count beyond 2^53", [start(2n ** 63n, 0), body], "has the number"],
  ["a key of all the file", [start(0, 1), bytes64(2n ** 50n), body], "announces"],
  ["a key twice", [start(0, 2), text("a"), bytes32(7), body.subarray(0, 1), text("a"), bytes32(7), body], "twice"],
  ["an unknown type of value", [start(0, 1), text("a"), bytes32(13), body], "unknown type"],
  ["an unknown type of list", [start(0, 1), text("a"), bytes32(9), bytes32(99), body], "unknown type"],
  ["a list of a million", [start(0, 1), text("a"), bytes32(9), bytes32(0), bytes64(1_000_000), body], "announces"],
  [
    "lists in lists in lists",
    [start(0, 1), text("a"), bytes32(9), ...Array(9).fill(Buffer.concat([bytes32(9), bytes64(1)])), body],
    "nests",
  ],
  ["an alignment of 24", [start(0, 1), text("general.alignment"), bytes32(4), bytes32(24), body], "power of two"],
  ["an alignment in words", [start(0, 1), text("general.alignment"), bytes32(8), text("32"), body], "power of two"],
  ["five dimensions", [start(1, 0), info("t", [1, 1, 1, 1, 1], 0, 0), body], "5 dimensions"],
  ["a dimension beyond 2^53", [start(1, 0), info("t", [2n ** 60n], 0, 0), body], "has the number"],
  ["a product beyond 2^53", [start(1, 0), info("t", [2 ** 31, 2 ** 31], 0, 0), body], "the shape"],
  ["a type that was removed", [start(1, 0), info("t", [32], 4, 0), body], "unknown type"],
  ["ragged rows", [start(1, 0), info("t", [33], 8, 0), body], "the shape"],
  ["an offset off its alignment", [start(1, 0), info("t", [8], 0, 8), body], "alignment"],
  ["a tensor beyond the end", [start(1, 0), info("t", [8], 0, 1024), body], "ends before"],
  ["a tensor longer than the file", [start(1, 0), info("t", [2 ** 40], 0, 0), body], "ends before"],
  ["overlapping tensors", [start(2, 0), info("s", [16], 0, 0), info("t", [16], 0, 32), body], "overlap"],
  ["tensors in one place", [start(2, 0), info("s", [8], 0, 0), info("t", [8], 0, 0), body], "overlap"],
  ["a tensor twice", [start(2, 0), info("t", [8], 0, 0), info("t", [8], 0, 32), body], "twice"],
])("refuses %s", async (_what, parts, why) => {
  const problem = await readBytes(...parts).catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(UserError);
  expect((problem as UserError).message).toContain(why);
});

test("a key named __proto__ is a key", async () => {
  const { metadata } = await readBytes(start(0, 1), text("__proto__"), bytes32(4), bytes32(5), body);
  expect([...metadata]).toEqual([["__proto__", 5]]);
});

const part = (number: number, tensor: string, count = 2, tensors = 2) =>
  writeGguf(join(folder, `split-0000${number}-of-00002.gguf`), {
    metadata: {
      "split.no": u32(number - 1),
      "split.count": u32(count),
      "split.tensors.count": { type: "i32", value: tensors },
      ...(number === 1 && { "general.architecture": string("llama") }),
    },
    tensors: [{ name: tensor, shape: [4], type: "f32", values: () => new Float32Array(4) }],
  });
const readSplit = (file: string) => readGguf(file, (name) => openFile(join(folder, name)));

test("all parts of a split file are read, whichever is named", async () => {
  await part(1, "a");
  await part(2, "b");
  for (const number of [1, 2]) {
    const { tensors, metadata } = await readSplit(`split-0000${number}-of-00002.gguf`);
    expect(tensors.map(({ name, file }) => [name, file])).toEqual([
      ["a", "split-00001-of-00002.gguf"],
      ["b", "split-00002-of-00002.gguf"],
    ]);
    expect(metadata.get("general.architecture")).toBe("llama");
  }
});

test.each<[string, () => Promise<unknown>, string]>([
  ["hold one tensor twice", () => part(2, "a"), "is in split-00001"],
  ["are more by their metadata", () => part(1, "a", 3), "one of 3 files"],
  ["hold fewer tensors than announced", () => part(1, "a", 2, 5), "announces 5 tensors"],
  ["are missing", () => rm(join(folder, "split-00002-of-00002.gguf")), "cannot be read"],
])("parts that %s are refused", async (_what, spoil, why) => {
  await part(1, "a");
  await part(2, "b");
  await spoil();
  const problem = await readSplit("split-00001-of-00002.gguf").catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(UserError);
  expect((problem as UserError).message).toContain(why);
});
