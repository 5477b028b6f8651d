/** Where training stands, on the disk: whole or absent, because it is written beside its place and renamed. */
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { deserialize, serialize } from "node:v8";
import type { Progress } from "./school.ts";

export async function saveCheckpoint(path: string, progress: Progress): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.part`, serialize(progress));
  await rename(`${path}.part`, path);
}

/** Null where there is none. */
export async function loadCheckpoint(path: string): Promise<Progress | null> {
  return existsSync(path) ? (deserialize(await readFile(path)) as Progress) : null;
}
