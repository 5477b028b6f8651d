/**
 * The text that language models train on here: documentation, typings and source of a package that is installed with
 * Assay, so nothing has to be fetched. Bytes are the tokens.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Random } from "../../stats/index.ts";
import type { Grid } from "../model/site.ts";
import type { Batch } from "../training/batch.ts";

export interface Text {
  /** What it is, with its version and licence. */
  readonly name: string;
  readonly sha256: string;
  /** Blocks to learn from, and those held out: every `heldOutEvery`-th block of `blockBytes`. */
  readonly learned: readonly Uint8Array[];
  readonly heldOut: readonly Uint8Array[];
}

/** A byte is a token. */
export const byteVocabulary = 256;

const blockBytes = 4096;
const heldOutEvery = 20;
const source = { package: "undici", licence: "MIT" } as const;

/** Written by people: not the WebAssembly of undici's parser, which its source holds as base64. */
const isText = (path: string) => /\.(md|d\.ts|js)$/.test(path) && !/llhttp|node_modules/.test(path);

/** The text of this installation; another version of the package is another text, and its hash says so. */
export function installedText(): Text {
  const root = dirname(createRequire(import.meta.url).resolve(`${source.package}/package.json`));
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(isText).toSorted();
  const bytes = Buffer.concat(files.map((path) => readFileSync(join(root, path))));
  return textOf(`${source.package} ${version}, documentation and source (${source.licence})`, bytes);
}

export function textOf(name: string, bytes: Uint8Array): Text {
  const blocks = Array.from({ length: Math.floor(bytes.length / blockBytes) }, (_, index) =>
    bytes.subarray(index * blockBytes, (index + 1) * blockBytes),
  );
  const isHeldOut = (index: number) => index % heldOutEvery === heldOutEvery - 1;
  return {
    name,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    learned: blocks.filter((_, index) => !isHeldOut(index)),
    heldOut: blocks.filter((_, index) => isHeldOut(index)),
  };
}

/** Windows from anywhere in the learned blocks; each place has to tell the byte after it. */
export function learnedBatch({ learned }: Text, grid: Grid, random: Random): Batch {
  const windows = Array.from({ length: grid.sequences }, () => {
    const block = random.pick(learned);
    return { block, from: random.integer(block.length - grid.tokens) };
  });
  return batchOf(windows, grid);
}

/** The held-out blocks as windows side by side, each byte judged once; what does not fill a batch is left out. */
export function heldOutBatches({ heldOut }: Text, grid: Grid): Batch[] {
  const windows = heldOut.flatMap((block) =>
    Array.from({ length: Math.floor((block.length - 1) / grid.tokens) }, (_, index) => ({
      block,
      from: index * grid.tokens,
    })),
  );
  return Array.from({ length: Math.floor(windows.length / grid.sequences) }, (_, index) =>
    batchOf(windows.slice(index * grid.sequences, (index + 1) * grid.sequences), grid),
  );
}

function batchOf(windows: readonly { block: Uint8Array; from: number }[], { tokens }: Grid): Batch {
  const side = (shift: number) =>
    Int32Array.from(windows.flatMap(({ block, from }) => [...block.subarray(from + shift, from + shift + tokens)]));
  return { tokens: side(0), targets: side(1), judged: null, importance: null };
}
