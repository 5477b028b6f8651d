import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { safetensorsFile, withLength } from "../../test/checkpoints/safetensors-bytes.ts";
import { UserError } from "../errors.ts";
import { openFile } from "./byte-source.ts";
import { readSafetensorsHeader } from "./safetensors.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "safetensors-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function header(bytes: Buffer) {
  const path = join(folder, "test.safetensors");
  await writeFile(path, bytes);
  const source = await openFile(path);
  try {
    return { ...(await readSafetensorsHeader(source, "test.safetensors")), bytesRead: source.bytesRead };
  } finally {
    await source.close();
  }
}
const entry = (dtype: string, shape: readonly unknown[], begin: number, end: number) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});
const file = (tensors: object, bodyBytes: number) =>
  Buffer.concat([withLength(JSON.stringify(tensors)), Buffer.alloc(bodyBytes)]);

test("lists tensors in the order of their place, and reads no further than the header", async () => {
  const described = [
    { name: "b", dtype: "BF16", shape: [3, 2] },
    { name: "scalar", dtype: "F32", shape: [] },
    { name: "empty", dtype: "F32", shape: [0, 7] },
    { name: "a", dtype: "F4", shape: [4] },
  ];
  const { head, sizeBytes } = safetensorsFile(described);
  const { tensors, metadata, bytesRead } = await header(Buffer.concat([head, Buffer.alloc(sizeBytes - head.length)]));
  expect(tensors.map(({ name, dtype, shape }) => ({ name, dtype, shape }))).toEqual(described);
  expect(tensors.map(({ storedBytes }) => storedBytes)).toEqual([12, 4, 0, 2]);
  expect(metadata).toEqual({ format: "pt" });
  expect(bytesRead).toBe(head.length);
});

// What huggingface/safetensors refuses in `Metadata::validate` and `SafeTensors::read_metadata`, and what it would let pass.
test.each<[string, Buffer, string]>([
  ["an empty file", Buffer.alloc(0), "too few"],
  ["a length beyond the file", Buffer.from([255, 255, 255, 255, 255, 255, 255, 255]), "announces a header"],
  ["a list as header", withLength("[]"), "does not start with {"],
  ["no JSON", withLength("{nope}"), "not usable JSON"],
  ["text that is not UTF-8", Buffer.concat([withLength("{      }").subarray(0, 9), Buffer.alloc(7, 0xff)]), "UTF-8"],
  ["an unknown type", file({ a: entry("Q4", [2], 0, 1) }, 1), "unknown type"],
  ["a type from the prototype", file({ a: entry("constructor", [1], 0, 1) }, 1), "unknown type"],
  ["a negative size", file({ a: entry("U8", [-1], 0, 1) }, 1), "wrong"],
  ["a fraction of a size", file({ a: entry("U8", [0.5, 2], 0, 1) }, 1), "wrong"],
  ["a size beyond 2^53", file({ a: entry("U8", [2 ** 53], 0, 1) }, 1), "wrong"],
  ["a product beyond 2^53", file({ a: entry("U8", [2 ** 30, 2 ** 30], 0, 1) }, 1), "bytes for"],
  ["half a byte", file({ a: entry("F4", [3], 0, 1) }, 1), "bytes for"],
  ["more bytes than the shape has", file({ a: entry("F32", [2], 0, 12) }, 12), "12 bytes for 2 of F32"],
  ["a tensor beyond the file", file({ a: entry("F32", [2], 0, 8) }, 4), "holds 4 bytes"],
  ["bytes after the last tensor", file({ a: entry("F32", [2], 0, 8) }, 9), "holds 9 bytes"],
  ["a hole", file({ a: entry("U8", [1], 0, 1), b: entry("U8", [1], 2, 3) }, 3), "a hole before"],
  ["an overlap", file({ a: entry("U8", [2], 0, 2), b: entry("U8", [2], 1, 3) }, 3), "an overlap before"],
  ["one place for two", file({ a: entry("U8", [2], 0, 2), b: entry("U8", [2], 0, 2) }, 2), "an overlap before"],
  ["end before begin", file({ a: entry("U8", [0], 1, 0) }, 1), "bytes for"],
  ["one name twice", withLength('{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":0}'), "twice"],
  ["metadata that is no table", withLength('{"__metadata__":[]}'), "__metadata__"],
  ["metadata of numbers", withLength('{"__metadata__":{"a":1}}'), "__metadata__"],
  ["an entry that is null", withLength('{"a":null}'), "wrong"],
  ["40 dimensions", file({ a: entry("U8", Array(40).fill(1), 0, 1) }, 1), "wrong"],
])("refuses %s", async (_what, bytes, why) => {
  const problem = await header(bytes).catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(UserError);
  expect((problem as UserError).message).toMatch(why === "wrong" ? /without a type/ : why);
});
