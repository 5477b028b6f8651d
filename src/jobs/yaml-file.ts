/** YAML, and JSON, which is YAML, with the lines on which its parts stand. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { LineCounter, parseDocument } from "yaml";
import { messageOf, UserError } from "../errors.ts";
import { decodeText } from "../material/index.ts";

/** A value with where in its file each part of it stands. */
export interface Located {
  readonly value: unknown;
  /** Of the file. */
  readonly sha256: string;
  /** `job.yaml, line 7`: of a key or an entry, or of what is nearest around it. */
  readonly place: (path: readonly PropertyKey[]) => string;
}

/**
 * What a file holds. Of an alias no more than 100 uses are followed, so that a file cannot unfold into gigabytes.
 *
 * @param path absolute
 * @param name of the file, for messages
 * @param mend what to do where there is no such file
 * @throws UserError with the line where it is neither YAML nor JSON
 */
export function readYaml(path: string, name: string, mend?: string): Located {
  const { text, sha256 } = readText(path, name, mend);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true });
  const [error] = document.errors;
  if (error !== undefined)
    throw new UserError({
      happened: `${name}, line ${lines.linePos(error.pos[0]).line}: ${error.message.split("\n")[0]!.replace(/ at line .*/, "")}`,
      expected: "YAML or JSON",
      mend: "correct that line",
    });
  return {
    value: unfolded(() => document.toJS({ maxAliasCount: 100 }), name),
    sha256,
    place: (at) => {
      for (let length = at.length; length > 0; length--) {
        const start = startOf(document, at.slice(0, length));
        if (start !== null) return `${name}, line ${lines.linePos(start).line}`;
      }
      return name;
    },
  };
}

/** A text file whole. @throws UserError where it cannot be read */
export function readText(
  path: string,
  name: string,
  mend = "correct the path; it is relative to the file that names it",
): { readonly text: string; readonly sha256: string } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UserError(
      {
        happened: `${name} cannot be read: ${messageOf(error)}`,
        expected: "a file that exists and may be read",
        mend,
      },
      { cause: error },
    );
  }
  return { text: decodeText(name, bytes), sha256: createHash("sha256").update(bytes).digest("hex") };
}

/** Where a key or an entry starts; null where there is none of that name. */
function startOf(document: ReturnType<typeof parseDocument>, path: readonly PropertyKey[]): number | null {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const items = (parent as { items?: readonly unknown[] } | null)?.items ?? [];
  const key = path.at(-1);
  const item = typeof key === "number" ? items[key] : items.find((pair) => keyOf(pair)?.value === key);
  return (keyOf(item) ?? (item as Ranged | undefined))?.range?.[0] ?? null;
}

interface Ranged {
  readonly value?: unknown;
  readonly range?: readonly [number, number, number];
}

const keyOf = (pair: unknown) => (pair as { key?: Ranged } | undefined)?.key;

function unfolded(unfold: () => unknown, name: string): unknown {
  try {
    return unfold();
  } catch (error) {
    throw new UserError(
      {
        happened: `${name} cannot be read: ${messageOf(error)}`,
        expected: "aliases (*) that name an earlier anchor (&), for at most 100 values in all",
        mend: "write the values out",
      },
      { cause: error },
    );
  }
}
