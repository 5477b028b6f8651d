/** An experiment's folder is held by one process: two would train each trial twice, and write over each other's page. */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { messageOf, UserError } from "../../errors.ts";

const Holder = z.object({ processId: z.number().int(), startedAt: z.string() });
type Holder = z.infer<typeof Holder>;

/** The start tells this process from an earlier one of the same id, as every start of a container has. */
const own: Holder = { processId: process.pid, startedAt: new Date(performance.timeOrigin).toISOString() };

/**
 * Makes the folder where there is none, and holds it until disposed. A lock that a dead process left is taken over.
 *
 * @throws UserError where another process holds it, or where nothing can be written
 */
export function holdFolder(folder: string): Disposable {
  const path = join(folder, "lock.json");
  try {
    makeFolder(folder);
    if (!writeNew(path)) {
      const holder = holderOf(path);
      if (holder === null || isRunning(holder)) throw inUse(folder, path, holder);
      rmSync(path, { force: true });
      if (!writeNew(path)) throw inUse(folder, path, holderOf(path));
    }
  } catch (error) {
    throw error instanceof UserError ? error : notWritable(folder, error);
  }
  return { [Symbol.dispose]: () => rmSync(path, { force: true }) };
}

/** With those above it. Not Node's `recursive`, which never returns where nothing can be made, as under /proc. */
function makeFolder(folder: string): void {
  const missing: string[] = [];
  for (let path = folder; !existsSync(path) && path !== dirname(path); path = dirname(path)) missing.unshift(path);
  for (const path of missing) mkdirSync(path);
}

/** Whether the file was not there. */
function writeNew(path: string): boolean {
  try {
    closeSync(openSync(path, "wx"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
  try {
    writeFileSync(path, `${JSON.stringify(own)}\n`);
    return true;
  } catch (error) {
    // Empty, as on a full disk, it would be nobody's, and stay.
    rmSync(path, { force: true });
    throw error;
  }
}

/** `null` where the file does not say. */
function holderOf(path: string): Holder | null {
  try {
    return Holder.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return null;
  }
}

function isRunning({ processId, startedAt }: Holder): boolean {
  if (processId === own.processId) return startedAt === own.startedAt;
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // Another user's process may not be signalled, but is there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

const inUse = (folder: string, lock: string, holder: Holder | null) =>
  new UserError({
    happened: `${folder} is in use by ${holder === null ? "a process that its lock.json does not name" : `process ${holder.processId}, which started at ${holder.startedAt}`}`,
    expected: "one run at a time in a folder, so that no trial is trained twice",
    mend: `wait for it, or give another folder with --output; if nothing runs there, delete ${lock}`,
  });

export const notWritable = (path: string, cause: unknown) =>
  new UserError(
    {
      happened: `${path} cannot be written: ${messageOf(cause)}`,
      expected: "a folder that can be made and written, on a disk with room",
      mend: "give another folder with --output",
    },
    { cause },
  );
