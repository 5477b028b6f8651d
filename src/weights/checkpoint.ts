/** A checkpoint as its headers describe it: config, format and tensors. No weight is read. */
import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { UserError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { type FileSet, hubRepository, localFolder } from "./file-set.ts";
import type { GgufValue } from "./gguf-reader.ts";
import { partNames, readGguf } from "./gguf-split.ts";
import { huggingFace, type Remote } from "./http.ts";
import { parseJson } from "./json.ts";
import { readSafetensorsHeader } from "./safetensors.ts";
import { indexName, readShards, weightMap } from "./safetensors-index.ts";
import type { StoredTensor } from "./stored-tensor.ts";

export interface Checkpoint {
  readonly name: string;
  readonly format: "safetensors" | "gguf";
  /** config.json; null where there is none. */
  readonly config: Readonly<Record<string, unknown>> | null;
  /** A GGUF's metadata; empty for safetensors. */
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: readonly StoredTensor[];
  /** What reading it took, config and index included. */
  readonly bytesRead: number;
}

export interface CheckpointOptions {
  readonly remote?: Remote;
  /** Branch, tag or commit of a hub's repository. */
  readonly revision?: string;
}

const configBytes = 4 * 1024 * 1024;
const indexBytes = 64 * 1024 * 1024;
const singleName = "model.safetensors";

/**
 * Opens what `reference` names: a folder with a checkpoint, a .safetensors or .gguf file (one part of a split one stands for
 * all), a hub's repository as `owner/name`, or one file of it as `owner/name/file.gguf`.
 *
 * @throws UserError where nothing of that name is found or can be read, and where files are damaged or contradict each other
 */
export async function openCheckpoint(
  reference: string,
  { remote = huggingFace, revision = "main" }: CheckpointOptions = {},
): Promise<Checkpoint> {
  const found = await stat(reference).catch(() => null);
  if (found?.isDirectory()) return read(localFolder(reference), null);
  if (found !== null) return read(localFolder(dirname(reference)), basename(reference));
  const [, id, file] = /^([\w-][\w.-]{0,95}\/[\w-][\w.-]{0,95})(?:\/([\w-][\w./ -]{0,400}))?$/.exec(reference) ?? [];
  if (id === undefined || file?.split("/").some((part) => part.startsWith(".")))
    throw new UserError({
      happened: `${reference} is neither a file or folder here nor the name of a repository`,
      expected: "a path, or a Hugging Face repository as owner/name or owner/name/file.gguf",
      mend: "check the spelling",
    });
  return read(hubRepository(id, revision, remote), file ?? null);
}

async function read(files: FileSet, file: string | null): Promise<Checkpoint> {
  const meter = metered(files);
  const content = file === null ? await readWhole(meter.files) : await readOne(meter.files, file);
  const configText = await meter.files.text("config.json", configBytes);
  const config = configText === null ? null : parseConfig(configText, `config.json of ${files.name}`);
  const name = file === null ? files.name : `${files.name}/${file}`;
  return { name, config, ...content, bytesRead: meter.bytesRead() };
}

type Content = Pick<Checkpoint, "format" | "metadata" | "tensors">;

async function readWhole(files: FileSet): Promise<Content> {
  // The text is not kept while the shards are read: an index can be as large as all headers.
  const shardOf = await files.text(indexName, indexBytes).then((text) => (text === null ? null : weightMap(text)));
  if (shardOf !== null) return safetensors(await readShards(shardOf, files.open));
  const names = await files.files();
  if (names.includes(singleName)) return readOne(files, singleName);
  const ggufs = names.filter((name) => name.endsWith(".gguf") && partNames(name)[0] === name);
  if (ggufs.length === 1) return readOne(files, ggufs[0]!);
  throw new UserError({
    happened:
      ggufs.length === 0
        ? `${files.name} has no ${singleName}, no ${indexName} and no GGUF`
        : `${files.name} has ${ggufs.length} GGUF checkpoints`,
    expected: "one checkpoint",
    mend: ggufs.length === 0 ? "name a folder or repository with weights" : `name one file, such as ${ggufs[0]}`,
  });
}

async function readOne(files: FileSet, file: string): Promise<Content> {
  if (file.endsWith(".gguf")) return { format: "gguf", ...(await readGguf(file, files.open)) };
  if (!file.endsWith(".safetensors"))
    throw new UserError({
      happened: `${file} is not a file of weights`,
      expected: "a name that ends in .safetensors or .gguf",
      mend: "name the file of weights or its folder",
    });
  const source = await files.open(file);
  try {
    return safetensors((await readSafetensorsHeader(source, file)).tensors);
  } finally {
    await source.close();
  }
}

const safetensors = (tensors: readonly StoredTensor[]): Content => ({
  format: "safetensors",
  metadata: new Map(),
  tensors,
});

function parseConfig(text: string, name: string): Readonly<Record<string, unknown>> {
  const config = parseJson(text, name);
  if (typeof config === "object" && config !== null && !Array.isArray(config)) return config as Record<string, unknown>;
  throw new UserError({
    happened: `${name} is not a table`,
    expected: "a config.json as Hugging Face's transformers write it",
    mend: "download it again",
  });
}

/** Counts what is read from the files of a set. */
function metered(files: FileSet): { readonly files: FileSet; readonly bytesRead: () => number } {
  const sources: ByteSource[] = [];
  let textBytes = 0;
  return {
    files: {
      ...files,
      async text(file, mostBytes) {
        const text = await files.text(file, mostBytes);
        textBytes += text === null ? 0 : Buffer.byteLength(text);
        return text;
      },
      async open(file) {
        const source = await files.open(file);
        sources.push(source);
        return source;
      },
    },
    bytesRead: () => sources.reduce((total, { bytesRead }) => total + bytesRead, textBytes),
  };
}
