/** All that is wrong with a ledger, at once. */
import { messageOf } from "../errors.ts";
import { crossCheck, type ParsedFile } from "./cross-check.ts";
import { schemaNames, schemaOf } from "./files.ts";
import { type Problem, problemOf } from "./problem.ts";

export interface LedgerText {
  /** Path in the data folder, with `/`: `releases/kimi-k3.json`. */
  readonly path: string;
  readonly text: string;
}

/** @returns every problem with its file, its field and how to mend it; nothing where the ledger is sound */
export function validateLedger(files: readonly LedgerText[]): Problem[] {
  const problems: Problem[] = [];
  const parsed: ParsedFile[] = [];
  for (const { path, text } of files) {
    const kind = schemaOf(path);
    if (kind === null) {
      const happened = "the ledger has no place for this file";
      problems.push({ file: path, field: "", happened, mend: `put it into one of ${schemaNames.join(", ")}` });
      continue;
    }
    try {
      const json: unknown = JSON.parse(text);
      parsed.push({ path, json });
      const result = kind.schema.safeParse(json);
      if (!result.success) problems.push(...result.error.issues.map((issue) => problemOf(path, json, issue)));
    } catch (error) {
      problems.push({ file: path, field: "", happened: messageOf(error), mend: "correct it into valid JSON" });
    }
  }
  return [...problems, ...crossCheck(parsed)].toSorted((a, b) => (a.file < b.file ? -1 : Number(a.file > b.file)));
}
