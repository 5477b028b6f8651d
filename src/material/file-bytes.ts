/** A file's bytes, if there are not too many of them. */
import { readFileSync, statSync } from "node:fs";
import { messageOf, UserError } from "../errors.ts";

/**
 * @param path for messages
 * @throws UserError where the file cannot be read, or is beyond the limit
 */
export function bytesOf(path: string, absolute: string, limitBytes: number): Uint8Array {
  try {
    if (statSync(absolute).size <= limitBytes) return readFileSync(absolute);
  } catch (error) {
    throw new UserError(
      {
        happened: `${path} cannot be read: ${messageOf(error)}`,
        expected: "a file that exists and may be read",
        mend: "correct the path; it is relative to the job's file",
      },
      { cause: error },
    );
  }
  throw new UserError({
    happened: `${path} is larger than ${limitBytes / 2 ** 20} MiB`,
    expected: "files that a model could read: ten million tokens of plain text are some 40 MiB",
    mend: "leave it out, or split it",
  });
}
