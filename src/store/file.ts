/** The SQLite file, as every connection to it is set up. */
import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import Sqlite from "better-sqlite3";
import { messageOf, UserError } from "../errors.ts";

/** Larger than SQLite's default of 4096, where a call with its bodies leaves half of a page empty. */
const pageBytes = 8_192;
/**
 * Moving the log into the file waits for the disk: this much at a time, and the rest when the last connection closes.
 */
const logBytes = 64 * 2 ** 20;

/** @throws UserError when the file cannot be opened or is not SQLite */
export function openFile(path: string): Sqlite.Database {
  try {
    if (path !== ":memory:") mkdirSync(dirname(resolve(path)), { recursive: true });
    const sqlite = new Sqlite(path, { timeout: 10_000 });
    sqlite.pragma(`page_size = ${pageBytes}`); // of a new file; one that is there keeps its own
    sqlite.pragma("journal_mode = WAL");
    // With WAL, NORMAL loses nothing when the process dies; only a power cut can take the last transactions.
    sqlite.pragma("synchronous = NORMAL");
    sqlite.pragma(`wal_autocheckpoint = ${logBytes / pageBytes}`);
    return sqlite;
  } catch (error) {
    throw cannotUse(path, error);
  }
}

export function cannotUse(path: string, error: unknown): UserError {
  if (error instanceof Sqlite.SqliteError && error.code.startsWith("SQLITE_CONSTRAINT"))
    return new UserError(
      {
        happened: `a trial could not be kept in ${path}, as another one stands in its place: ${messageOf(error)}`,
        expected: "one process that goes on with a run",
        mend: "wait until the other process has ended, then go on with `assay run --resume`; nothing that it kept is lost",
      },
      { cause: error },
    );
  return new UserError(
    {
      happened: `the store ${path} cannot be used: ${messageOf(error)}`,
      expected: "a file that Assay made, in a folder that can be written, on a disk with room",
      mend: "name another file with --store, or free some space",
    },
    { cause: error },
  );
}
