/** Puts a specimen's weights on the disk: a calibration specimen is written at its first use and kept in a cache folder. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { messageOf, UserError } from "../errors.ts";
import { type Gguf, string, u32, writeGguf } from "../weights/index.ts";
import { readersFolder, specimens } from "./catalog.ts";
import { type Design, designs } from "./designs.ts";
import { specimenTokenizer } from "./tokenizer.ts";

/** Raise it with any change to the values of a tensor or to their encoding; a change of names, shapes or keys shows by itself. */
const valuesVersion = 1;

/** llama.cpp's `LLAMA_FTYPE_MOSTLY_F16`. */
const mostlyHalves = 1;

export interface EnsureOptions {
  /** Where built specimens are kept. Default: `specimens` in `$ASSAY_CACHE`, or else in `~/.cache/assay`. */
  readonly cacheDir?: string;
  /** Called while a specimen is built, with the share that is done; never when it is there already. */
  readonly onProgress?: (share: number) => void;
}

const building = new Map<string, Promise<string>>();

/**
 * The path of a specimen's GGUF. A calibration specimen that is not in the cache yet is built first, in under a second
 * or so and about 10 MB; processes may do so at once, the file is renamed into place when it is whole.
 *
 * @throws UserError where no specimen has the name, or the cache folder cannot be written
 */
export async function ensureSpecimen(name: string, options: EnsureOptions = {}): Promise<string> {
  const specimen = specimens.find((specimen) => specimen.name === name);
  if (specimen !== undefined && specimen.kind !== "calibration specimen") return join(readersFolder, `${name}.gguf`);
  const design = designs.find((design) => design.name === name);
  if (specimen === undefined || design === undefined)
    throw new UserError({
      happened: `there is no specimen "${name}"`,
      expected: `one of ${specimens.map((specimen) => specimen.name).join(", ")}`,
      mend: "choose one of these names",
    });

  const gguf = calibrationGguf(design);
  const cacheDir = options.cacheDir ?? defaultCacheDir();
  const path = join(cacheDir, `${name}-${layoutHash(gguf)}.gguf`);
  if (existsSync(path)) return path;
  const underWay = building.get(path) ?? write(path, gguf, options).finally(() => building.delete(path));
  building.set(path, underWay);
  return underWay;
}

/** The whole content of a calibration specimen's file; the values of its tensors are drawn when they are written. */
export function calibrationGguf({ name, build }: Design): Gguf {
  const tokenizer = specimenTokenizer();
  const { metadata, tensors } = build(tokenizer.vocabularySize);
  return {
    metadata: {
      ...metadata,
      "general.name": string(`Assay calibration specimen ${name}`),
      "general.description": string("Untrained, random weights"),
      "general.file_type": u32(mostlyHalves),
      ...tokenizer.metadata,
    },
    tensors,
  };
}

const defaultCacheDir = () => join(process.env.ASSAY_CACHE || join(homedir(), ".cache", "assay"), "specimens");

function layoutHash({ metadata, tensors }: Gguf): string {
  const layout = { valuesVersion, metadata, tensors: tensors.map(({ name, shape, type }) => [name, shape, type]) };
  return createHash("sha256").update(JSON.stringify(layout)).digest("hex").slice(0, 12);
}

async function write(path: string, gguf: Gguf, { onProgress }: EnsureOptions): Promise<string> {
  try {
    await writeGguf(path, onProgress === undefined ? gguf : watched(gguf, onProgress));
    return path;
  } catch (error) {
    if (!isFileError(error)) throw error;
    throw new UserError(
      {
        happened: `${path} could not be written: ${messageOf(error)}`,
        expected: "a folder where Assay may keep about 100 MB of built specimens",
        mend: "set ASSAY_CACHE to a folder that can be written",
      },
      { cause: error },
    );
  }
}

const isFileError = (error: unknown) => error instanceof Error && "syscall" in error;

/** The same content, reporting how much of it was drawn. */
function watched({ metadata, tensors }: Gguf, onProgress: (share: number) => void): Gguf {
  const sizes = tensors.map(({ shape }) => shape.reduce((count, dimension) => count * dimension, 1));
  const total = sizes.reduce((sum, values) => sum + values, 0);
  let done = 0;
  return {
    metadata,
    tensors: tensors.map((tensor, index) => ({
      ...tensor,
      values: () => {
        const values = tensor.values();
        done += sizes[index]!;
        onProgress(done / total);
        return values;
      },
    })),
  };
}
