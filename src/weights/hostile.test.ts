/** 5,000 damaged headers: each is refused in words or read consistently, at once and in little memory. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Described, safetensorsFile, withLength } from "../../test/checkpoints/safetensors-bytes.ts";
import { UserError } from "../errors.ts";
import { type ByteSource, endsEarly } from "./byte-source.ts";
import { compareCounts, placedTensors } from "./compare-counts.ts";
import { ggmlTypes } from "./ggml-types.ts";
import { readGgufHeader } from "./gguf-reader.ts";
import { i32s, string, strings, u32, writeGguf } from "./gguf-writer.ts";
import { readSafetensorsHeader } from "./safetensors.ts";
import type { StoredTensor } from "./stored-tensor.ts";

let folder: string;
let gguf: Buffer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hostile-"));
  const path = join(folder, "valid.gguf");
  const values = (size: number) => () => new Float32Array(size);
  await writeGguf(path, {
    metadata: {
      "general.architecture": string("llama"),
      "general.alignment": u32(32),
      "llama.block_count": u32(2),
      "llama.heads": i32s([4, 4]),
      "tokenizer.ggml.tokens": strings(["a", "b", "日本"]),
    },
    tensors: [
      { name: "token_embd.weight", shape: [32, 4], type: "q8_0", values: values(128) },
      { name: "blk.0.attn_q.weight", shape: [8, 8], type: "f16", values: values(64) },
      { name: "output_norm.weight", shape: [8], type: "f32", values: values(8) },
    ],
  });
  gguf = await readFile(path);
});
afterAll(() => rm(folder, { recursive: true }));

const described: Described[] = [
  { name: "model.embed_tokens.weight", dtype: "BF16", shape: [10, 8] },
  { name: "model.layers.0.self_attn.q_proj.weight_packed", dtype: "I32", shape: [8, 4] },
  { name: "model.layers.0.self_attn.q_proj.weight_scale", dtype: "BF16", shape: [8, 1] },
  { name: "model.layers.0.mlp.experts.0.w1.weight", dtype: "I8", shape: [4, 16] },
  { name: "model.layers.0.mlp.experts.0.w1.scale", dtype: "F8_E8M0", shape: [4, 1] },
];
const valid = safetensorsFile(described);
const safetensors = Buffer.concat([valid.head, Buffer.alloc(valid.sizeBytes - valid.head.length)]);

const inMemory = (bytes: Uint8Array): ByteSource => ({
  name: "hostile",
  sizeBytes: bytes.length,
  bytesRead: 0,
  async read(offset, length) {
    if (offset + length > bytes.length) throw endsEarly("hostile", bytes.length, offset + length);
    return bytes.subarray(offset, offset + length);
  },
  async close() {},
});

/** Numbers where a header has a length, a count, a type or an offset, or anything else. */
const extremes = [0n, 1n, 7n, 255n, 2n ** 31n - 1n, 2n ** 32n - 1n, 2n ** 40n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];

type Damage = (bytes: Buffer) => Buffer;
const at = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const position = (share: number, bytes: Buffer, room = 1) => Math.floor(share * Math.max(0, bytes.length - room + 1));
const damages: fc.Arbitrary<Damage> = fc.oneof(
  fc.tuple(at, fc.nat(7)).map(
    ([share, bit]): Damage =>
      (bytes) => {
        const place = position(share, bytes);
        if (place < bytes.length) bytes[place]! ^= 1 << bit;
        return bytes;
      },
  ),
  at.map(
    (share): Damage =>
      (bytes) =>
        bytes.subarray(0, position(share, bytes)),
  ),
  fc.tuple(at, fc.constantFrom(...extremes)).map(
    ([share, value]): Damage =>
      (bytes) => {
        if (bytes.length >= 8) bytes.writeBigUInt64LE(value, position(share, bytes, 8));
        return bytes;
      },
  ),
  fc.tuple(at, at, at).map(
    ([from, to, into]): Damage =>
      (bytes) => {
        const [start, end] = [position(from, bytes), position(to, bytes)].sort((a, b) => a - b) as [number, number];
        const place = position(into, bytes);
        return Buffer.concat([bytes.subarray(0, place), bytes.subarray(start, end), bytes.subarray(place)]);
      },
  ),
);
const damaged = (whole: () => Buffer): fc.Arbitrary<Buffer> =>
  fc
    .array(damages, { minLength: 1, maxLength: 4 })
    .map((list) => list.reduce<Buffer>((bytes, damage) => damage(bytes), Buffer.from(whole())));

/** Headers that are JSON and say what no header should. */
const wild = fc.oneof(fc.constantFrom(-1, 0.5, 1, 2, 8, 2 ** 31, 2 ** 53, 1e300, null, "8", [], {}, true), fc.nat(100));
const size = fc.oneof({ weight: 3, arbitrary: fc.nat(8) }, { weight: 1, arbitrary: wild });
const entry = fc.record({
  dtype: fc.constantFrom("BF16", "F32", "I8", "F4", "F6_E2M3", "toString", "Q4"),
  shape: fc.oneof({ weight: 4, arbitrary: fc.array(size, { maxLength: 5 }) }, { weight: 1, arbitrary: wild }),
  data_offsets: fc.oneof({ weight: 4, arbitrary: fc.tuple(size, size) }, { weight: 1, arbitrary: wild }),
});
const name = fc.constantFrom("a", "b", "__proto__", "__metadata__", "constructor", "", "model.norm.weight");
const wildJson = fc
  .tuple(fc.array(fc.tuple(name, fc.oneof(entry, entry, wild)), { maxLength: 4 }), fc.nat(64))
  .map(([entries, bodyBytes]) => {
    const members = entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
    return Buffer.concat([withLength(`{${members.join(",")}}`), Buffer.alloc(bodyBytes)]);
  });

const bits: Readonly<Record<string, number>> = {
  ...{ BF16: 16, F16: 16, F32: 32, I32: 32, F64: 64, I64: 64, U64: 64, C64: 64, U32: 32, I16: 16, U16: 16 },
  ...{ I8: 8, U8: 8, BOOL: 8, F4: 4, F6_E2M3: 6, F6_E3M2: 6 },
};
const bitsOf = (dtype: string) => bits[dtype] ?? (dtype.startsWith("F8_") ? 8 : Number.NaN);
const product = (shape: readonly number[]) => shape.reduce((total, size) => total * BigInt(size), 1n);

/** What holds of any header that is read, worked out anew in integers. */
function expectConsistent(tensors: readonly StoredTensor[], sizeBytes: number, bytesOf: (t: StoredTensor) => bigint) {
  let total = 0;
  for (const tensor of tensors) {
    expect(tensor.shape.every((size) => Number.isSafeInteger(size) && size >= 0)).toBe(true);
    expect(BigInt(tensor.storedBytes)).toBe(bytesOf(tensor));
    total += tensor.storedBytes;
  }
  expect(total).toBeLessThanOrEqual(sizeBytes);
  expect(new Set(tensors.map(({ name }) => name)).size).toBe(tensors.length);
  const checkpoint = {
    name: "",
    format: "safetensors",
    config: null,
    metadata: new Map(),
    tensors,
    bytesRead: 0,
  } as const;
  const { rows, fileParameters } = compareCounts([], placedTensors(checkpoint, 1));
  for (const count of [fileParameters, ...rows.map(({ file }) => file)])
    expect(count === null || (Number.isSafeInteger(count) && count >= 0)).toBe(true);
}

/** @returns whether the header was read */
async function inWordsOrConsistent(read: () => Promise<void>): Promise<boolean> {
  const startedAt = performance.now();
  try {
    await read();
    return true;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return false;
  } finally {
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  }
}

async function hold(inputs: fc.Arbitrary<Buffer>, runs: number, read: (bytes: Buffer) => Promise<void>) {
  const outcomes = { read: 0, refused: 0 };
  const before = process.memoryUsage().rss;
  await fc.assert(
    fc.asyncProperty(inputs, async (bytes) => {
      outcomes[(await inWordsOrConsistent(() => read(bytes))) ? "read" : "refused"]++;
    }),
    { numRuns: runs },
  );
  expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
  return outcomes;
}

const readSafetensors = async (bytes: Buffer) => {
  const { tensors } = await readSafetensorsHeader(inMemory(bytes), "hostile");
  expectConsistent(tensors, bytes.length, ({ shape, dtype }) => (product(shape) * BigInt(bitsOf(dtype))) / 8n);
};
const blocks = new Map([...ggmlTypes.values()].map((type) => [type.name, type]));
const readGguf = async (bytes: Buffer) => {
  const { tensors } = await readGgufHeader(inMemory(bytes), "hostile");
  expectConsistent(tensors, bytes.length, ({ shape, dtype }) => {
    const { blockBytes, blockValues } = blocks.get(dtype)!;
    return (product(shape) * BigInt(blockBytes)) / BigInt(blockValues);
  });
};

test("2,000 damaged safetensors files", async () => {
  expect(
    (
      await hold(
        damaged(() => safetensors),
        2_000,
        readSafetensors,
      )
    ).refused,
  ).toBeGreaterThan(1_000);
});

test("1,000 safetensors headers of wild JSON", async () => {
  const { read, refused } = await hold(wildJson, 1_000, readSafetensors);
  expect(read).toBeGreaterThan(0);
  expect(refused).toBeGreaterThan(500);
});

test("2,000 damaged GGUF files", async () => {
  const { read, refused } = await hold(
    damaged(() => gguf),
    2_000,
    readGguf,
  );
  expect(read).toBeGreaterThan(0);
  expect(refused).toBeGreaterThan(1_000);
});

const long = (megabytes: number, byte: number) => Buffer.alloc(megabytes * 1_000_000, byte);
const u64 = (value: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
const ggufStart = (tensors: number, entries: number) =>
  Buffer.concat([Buffer.from("GGUF"), Buffer.from([3, 0, 0, 0]), u64(tensors), u64(entries)]);
const listOf = (type: number, items: number) =>
  Buffer.concat([u64(1), Buffer.from("a"), Buffer.from([9, 0, 0, 0]), Buffer.from([type, 0, 0, 0]), u64(items)]);

test.each<[string, (bytes: Buffer) => Promise<void>, () => Buffer]>([
  ["10 MB of open brackets", readSafetensors, () => withLength(`{"a":${"[".repeat(10_000_000)}`)],
  ["10 MB of open objects", readSafetensors, () => withLength('{"a":'.repeat(2_000_000))],
  ["10 MB of backslashes", readSafetensors, () => withLength(`{"${"\\".repeat(10_000_000)}`)],
  ["a shape of 3 million", readSafetensors, () => withLength(`{"a":{"dtype":"U8","shape":[${"1,".repeat(3e6)}1]}}`)],
  [
    "a shape of 1 million words",
    readSafetensors,
    () => withLength(`{"a":{"dtype":"U8","shape":[${'"x",'.repeat(1e6)}1]}}`),
  ],
  ["30 MB of empty strings", readGguf, () => Buffer.concat([ggufStart(0, 1), listOf(8, 3_750_000), long(30, 0)])],
  ["30 MB of empty keys", readGguf, () => Buffer.concat([ggufStart(0, 2_300_000), long(30, 0)])],
  ["30 MB of empty tensors", readGguf, () => Buffer.concat([ggufStart(1_250_000, 0), long(30, 0)])],
  ["100,000 empty tensors", readGguf, () => Buffer.concat([ggufStart(100_000, 0), long(30, 0)])],
  ["30 MB of empty lists", readGguf, () => Buffer.concat([ggufStart(0, 1), listOf(9, 2_500_000), long(30, 0)])],
  ["one name of 30 MB", readGguf, () => Buffer.concat([ggufStart(0, 1), u64(30_000_000), long(30, 97)])],
])("%s", async (_what, read, make) => {
  const bytes = make();
  const before = process.memoryUsage().rss;
  await inWordsOrConsistent(() => read(bytes));
  expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
});
