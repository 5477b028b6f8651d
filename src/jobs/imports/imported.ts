/** What an import gives: samples as a user could have written them, and a list of what they do not carry. */
import type { SampleInput } from "../sample.ts";

/** Something in the imported files that has no counterpart here. */
export interface Unsupported {
  /** `assertion of type javascript` */
  readonly what: string;
  /** The first place where it was met. */
  readonly where: string;
  readonly count: number;
}

/** Collects what is unsupported, each thing once with its count. */
export class UnsupportedList {
  readonly #found = new Map<string, { where: string; count: number }>();

  add(what: string, where: string): void {
    const before = this.#found.get(what);
    if (before === undefined) this.#found.set(what, { where, count: 1 });
    else before.count += 1;
  }

  /** In the order in which they were met. */
  entries(): Unsupported[] {
    return [...this.#found].map(([what, { where, count }]) => ({ what, where, count }));
  }
}

export interface ImportedSample {
  readonly sample: SampleInput;
  readonly where: string;
}

export interface ImportedFile {
  /** Absolute. */
  readonly path: string;
  readonly sha256: string;
}

export interface Imported {
  /** The folder that paths in the samples start from. */
  readonly folder: string;
  /** The same samples each time. What a sample cannot carry is told to the list while it is made. */
  readonly samples: (unsupported: UnsupportedList) => Iterable<ImportedSample>;
  /** The system prompt that the imported set is asked with, where it has one and the job has none. */
  readonly instructions: string | null;
  /** Models that the imported files name, as `--model` takes them. */
  readonly candidates: readonly string[];
  /** All that was read. */
  readonly files: readonly ImportedFile[];
}

/** How an importer is called: an absolute path, its name for messages, and where to tell what is lost. */
export interface ImportSource {
  readonly path: string;
  readonly name: string;
  readonly unsupported: UnsupportedList;
}
