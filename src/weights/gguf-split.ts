/** GGUF checkpoints of several files, `name-00001-of-00003.gguf`: the first holds the metadata, all hold tensors. */
import { UserError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { type GgufHeader, readGgufHeader } from "./gguf-reader.ts";
import type { StoredTensor } from "./stored-tensor.ts";

const mostParts = 1_000;

/** The names of all parts, in order; one name for a file that is not split. */
export function partNames(file: string): string[] {
  const match = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/.exec(file);
  if (match === null) return [file];
  const [, stem, part, parts] = match;
  if (Number(part) < 1 || Number(part) > Number(parts) || Number(parts) > mostParts)
    throw inconsistent(`${file} is not one of its own parts`);
  return Array.from(
    { length: Number(parts) },
    (_, index) => `${stem}-${String(index + 1).padStart(5, "0")}-of-${parts}.gguf`,
  );
}

/**
 * Headers of all parts as one. Any part's name stands for all.
 *
 * @throws UserError where a part is missing or broken, or parts disagree with what the first announces
 */
export async function readGguf(file: string, open: (file: string) => Promise<ByteSource>): Promise<GgufHeader> {
  const names = partNames(file);
  const headers: GgufHeader[] = [];
  for (const name of names) headers.push(await readPart(name, open));
  const tensors = headers.flatMap((header) => header.tensors);
  const { metadata } = headers[0]!;
  const parts = metadata.get("split.count") ?? names.length;
  if (parts !== names.length && parts !== 0) throw inconsistent(`${file} is one of ${parts} files by its metadata`);
  const announced = metadata.get("split.tensors.count") ?? tensors.length;
  if (announced !== tensors.length)
    throw inconsistent(`${file} announces ${announced} tensors; its ${names.length} files hold ${tensors.length}`);
  refuseRepeated(tensors);
  return { metadata, tensors };
}

async function readPart(name: string, open: (file: string) => Promise<ByteSource>): Promise<GgufHeader> {
  const source = await open(name);
  try {
    return await readGgufHeader(source, name);
  } finally {
    await source.close();
  }
}

function refuseRepeated(tensors: readonly StoredTensor[]): void {
  const fileOf = new Map<string, string>();
  for (const { name, file } of tensors) {
    const other = fileOf.get(name);
    if (other !== undefined) throw inconsistent(`${name.slice(0, 100)} is in ${other} and in ${file}`);
    fileOf.set(name, file);
  }
}

const inconsistent = (happened: string): UserError =>
  new UserError({
    happened,
    expected: "all parts of one split GGUF, with their own names",
    mend: "download all parts again into one folder",
  });
