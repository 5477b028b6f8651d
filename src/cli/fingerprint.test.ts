import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fingerprintOf } from "./fingerprint.ts";

test("the same bytes under another name are the same file; other weights of the same size are not", async () => {
  const folder = await mkdtemp(join(tmpdir(), "assay-fingerprint-"));
  const of = async (name: string, bytes: Buffer) => {
    await writeFile(join(folder, name), bytes);
    return await fingerprintOf(join(folder, name));
  };
  const weights = Buffer.alloc(6_000_000, "weights ");
  const first = await of("a.gguf", weights);
  expect(await of("b.gguf", weights)).toBe(first);
  expect(await of("a.gguf", Buffer.alloc(6_000_000, "heavier "))).not.toBe(first);
  expect(await of("a.gguf", weights.subarray(1))).not.toBe(first);
  expect(await of("a.gguf", Buffer.concat([weights.subarray(1), Buffer.of(0)]))).not.toBe(first);
  await rm(folder, { recursive: true });
});
