/** Bytes that are read in ranges: of a file here, and of one behind a URL in `http-source.ts`. */
import { open } from "node:fs/promises";
import { messageOf, UserError } from "../errors.ts";

export interface ByteSource {
  /** Path or URL, for messages. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Bytes fetched so far. */
  readonly bytesRead: number;
  /** Exactly `length` bytes from `offset` on. @throws UserError where the file ends before */
  readonly read: (offset: number, length: number) => Promise<Uint8Array>;
  readonly close: () => Promise<void>;
}

/** @throws UserError where the file is missing, is a folder, or may not be read */
export async function openFile(path: string): Promise<ByteSource> {
  const file = await open(path, "r").catch((error: unknown) => {
    throw unreadable(path, error);
  });
  const stat = await file.stat();
  if (!stat.isFile()) {
    await file.close();
    throw unreadable(path, "it is not a file");
  }
  let bytesRead = 0;
  return {
    name: path,
    sizeBytes: stat.size,
    get bytesRead() {
      return bytesRead;
    },
    async read(offset, length) {
      if (offset + length > stat.size) throw endsEarly(path, stat.size, offset + length);
      const bytes = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead: got } = await file.read(bytes, filled, length - filled, offset + filled);
        if (got === 0) throw endsEarly(path, offset + filled, offset + length);
        filled += got;
      }
      bytesRead += length;
      return bytes;
    },
    close: () => file.close(),
  };
}

export const endsEarly = (name: string, sizeBytes: number, neededBytes: number): UserError =>
  new UserError({
    happened: `${name} ends after ${sizeBytes} bytes, in the middle of what it announces`,
    expected: `at least ${neededBytes} bytes`,
    mend: "download the file again: it is cut off or damaged",
  });

const unreadable = (path: string, reason: unknown): UserError =>
  new UserError({
    happened: `${path} cannot be read: ${messageOf(reason)}`,
    expected: "a file of weights: .safetensors or .gguf",
    mend: "check the path and its permissions",
  });
