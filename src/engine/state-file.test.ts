import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readStateFile } from "./state-file.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-state-"));
});
afterAll(() => rm(folder, { recursive: true }));

const u32 = (...numbers: number[]) => Buffer.from(Uint32Array.from(numbers).buffer);
const cells = (count: number, extension: number[]) =>
  Array.from({ length: count }, (_, position) => u32(position, 1, ...extension, 0));
/** An f16 tensor whose rows look like the beginnings of tensors. */
const tensor = (rows: number, rowBytes: number) =>
  Buffer.concat([u32(1, rowBytes, 0), Buffer.alloc(rows * rowBytes, u32(1))]);

async function read(...parts: Buffer[]) {
  const path = join(folder, "state");
  await writeFile(path, Buffer.concat([u32(0x67677371, 2, 3, 7, 8, 9), ...parts]));
  return readStateFile(path);
}

// The parts as llama.cpp's `state_write` writes them: no file that a design of ours makes has cells with an extension.
test.each([
  ["", []],
  [", with cells of a model that reads images", [5, 5, 9]],
])("keys and values of two layers%s", async (_, extension) => {
  const cache = [u32(1, 3), ...cells(3, extension), u32(0, 2), ...[64, 64, 32, 32].map((bytes) => tensor(3, bytes))];
  const recordBytes = 24 + 16 + 3 * (12 + 4 * extension.length) + 4 * 12;
  expect(await read(...cache)).toEqual({ stateBytes: 3 * 192, recordBytes });
});

test("a cache without values, then a recurrent state in one of two layers", async () => {
  const cache = [u32(1, 3), ...cells(3, []), u32(0, 1), tensor(3, 64)];
  const state = [u32(1, 2, 0, 0, 2), tensor(1, 48), tensor(1, 96)];
  expect((await read(...cache, ...state)).stateBytes).toBe(3 * 64 + 48 + 96);
});

test("a state that ends too early or goes on is not guessed at", async () => {
  const cache = [u32(1, 3), ...cells(3, []), u32(0, 1), tensor(3, 64)];
  await expect(read(...cache, u32(99))).rejects.toThrow("a form that is not known");
  await expect(read(...cache.slice(0, -1))).rejects.toThrow("a form that is not known");
});
