/** Tells whether a model file is still the one it was. */
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";

const pieces = 64;
const pieceBytes = 64 * 1024;

/**
 * SHA-256 over the file's size and pieces spread evenly over it, the first and the last byte among them: files of many
 * gigabytes take no longer than small ones, and other weights differ everywhere.
 */
export async function fingerprintOf(path: string): Promise<string> {
  await using file = await open(path);
  const { size } = await file.stat();
  const hash = createHash("sha256").update(`${size}\n`);
  for (let piece = 0; piece < pieces; piece++) {
    const position = Math.floor((Math.max(0, size - pieceBytes) * piece) / (pieces - 1));
    const { bytesRead, buffer } = await file.read(Buffer.alloc(pieceBytes), 0, pieceBytes, position);
    hash.update(buffer.subarray(0, bytesRead));
  }
  return hash.digest("hex");
}
