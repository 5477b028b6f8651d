/** What observers saw, kept with the day: one file a release and observer, one line a look, nothing is overwritten. */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { messageOf, UserError } from "../errors.ts";
import type { Release } from "../ledger/index.ts";
import type { Access, Observer } from "./observers/observer.ts";
import { type Change, changesBetween } from "./observers/seen-values.ts";

export const Observation = z.strictObject({
  observer: z.string(),
  release: z.string(),
  url: z.string(),
  at: z.iso.datetime().describe("When it was seen"),
  seen: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
export type Observation = z.infer<typeof Observation>;

/** One look: what was seen and what had changed, or why nothing was seen. */
export type Look =
  | {
      readonly observation: Observation;
      /** What it was compared with: the last look (its time), the ledger, or nothing yet. */
      readonly since: string | "ledger" | null;
      readonly changes: readonly Change[];
    }
  | { readonly observer: string; readonly release: string; readonly url: string; readonly obstacle: string };

export class ObservationLog {
  readonly #folder: string;

  /** @param folder  made when the first observation is kept */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The newest observation; null where there is none. Lines that are damaged, as by a full disk, are passed over. */
  latest(observer: string, release: string): Observation | null {
    const path = this.#path(observer, release);
    if (!existsSync(path)) return null;
    const lines = readFileSync(path, "utf8").split("\n");
    for (const line of lines.toReversed()) {
      const parsed = Observation.safeParse(parseLine(line));
      if (parsed.success) return parsed.data;
    }
    return null;
  }

  /** @throws UserError where the folder cannot be written */
  keep(observation: Observation): void {
    const path = this.#path(observation.observer, observation.release);
    try {
      mkdirSync(dirname(path), { recursive: true });
      appendFileSync(path, `${JSON.stringify(observation)}\n`);
    } catch (error) {
      throw new UserError(
        {
          happened: `${path} cannot be written: ${messageOf(error)}`,
          expected: "a folder that can be written, on a disk with room",
          mend: "name another with --observations",
        },
        { cause: error },
      );
    }
  }

  readonly #path = (observer: string, release: string) => join(this.#folder, observer, `${release}.jsonl`);
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** Looks once and keeps what was seen; null where the observer has nothing to look at. */
export async function look(
  observer: Observer,
  release: Release,
  access: Access,
  log: ObservationLog,
  now: Date,
): Promise<Look | null> {
  const url = observer.addressFor(release, access.env);
  if (url === null) return null;
  const previous = log.latest(observer.name, release.id);
  const place = { observer: observer.name, release: release.id, url };
  let seen: Observation["seen"];
  try {
    seen = { ...(await observer.observe(release, access)) };
  } catch (error) {
    if (error instanceof UserError) return { ...place, obstacle: error.message };
    throw error;
  }
  const observation = { ...place, at: now.toISOString(), seen };
  log.keep(observation);
  const known = previous?.seen ?? observer.known(release);
  const since = previous?.at ?? (known === null ? null : "ledger");
  return { observation, since, changes: known === null ? [] : changesBetween(known, seen) };
}
