/** Where training stands, on the disk: whole or absent, because it is written beside its place and renamed. */
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { deserialize, serialize } from "node:v8";
import { UserError } from "../../errors.ts";
import type { Recipe } from "./recipes.ts";
import type { Progress } from "./school.ts";

interface Checkpoint {
  /** What it is a checkpoint of, as JSON. */
  readonly recipe: string;
  readonly progress: Progress;
}

export async function saveCheckpoint(path: string, recipe: Recipe, progress: Progress): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.part`, serialize({ recipe: JSON.stringify(recipe), progress } satisfies Checkpoint));
  await rename(`${path}.part`, path);
}

/**
 * Null where there is none.
 *
 * @throws UserError where it is of another recipe: going on from it would give weights that no recipe describes
 */
export async function loadCheckpoint(path: string, recipe: Recipe): Promise<Progress | null> {
  if (!existsSync(path)) return null;
  const found = checkpointFrom(await readFile(path));
  if (found?.recipe === JSON.stringify(recipe)) return found.progress;
  throw new UserError({
    happened: `${path} is ${found === null ? "no checkpoint" : "the checkpoint of another recipe"}`,
    expected: `a checkpoint of ${recipe.name} as its recipe is now`,
    mend: "delete the file to train from the start, or go back to the recipe it was made with",
  });
}

function checkpointFrom(bytes: Buffer): Checkpoint | null {
  try {
    const found = deserialize(bytes) as Partial<Checkpoint> | null;
    return typeof found?.recipe === "string" && found.progress !== undefined ? (found as Checkpoint) : null;
  } catch {
    return null;
  }
}
