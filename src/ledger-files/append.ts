/** Adds to a file of the ledger. What stands there is never rewritten: a value that changed keeps its old claim. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { ClaimEntry, type Source, validateLedger } from "../ledger/index.ts";
import { ownFolder } from "./folder.ts";
import { printJson } from "./print.ts";
import { readTexts } from "./read.ts";

export interface NewClaim {
  /** File of the subject in the data folder: `releases/kimi-k3.json`. */
  readonly file: string;
  /** `replaces` names the claim whose place it takes, if any. */
  readonly claim: ClaimEntry;
  /** The source under the claim's key; not needed where the file has it already. */
  readonly source?: Source;
}

/**
 * Appends a claim, and its source where the file lacks it.
 *
 * @throws UserError where the claim's id is taken, its key stands for another source, or the ledger would be wrong
 */
export function appendClaim({ file, claim, source }: NewClaim, folder = ownFolder): void {
  const path = join(folder, file);
  const json = JSON.parse(readFileSync(path, "utf8")) as {
    sources?: Record<string, Source>;
    claims?: ClaimEntry[];
  };
  const known = json.sources?.[claim.source];
  if (source !== undefined && known !== undefined && JSON.stringify(known) !== JSON.stringify(source))
    refuse(`${file} has another source under ${claim.source}`, "give the new source a key of its own");
  const next = {
    ...json,
    sources: { ...json.sources, ...(source === undefined ? {} : { [claim.source]: source }) },
    claims: [...(json.claims ?? []), ClaimEntry.parse(claim)],
  };
  const text = printJson(next);
  const others = readTexts(folder).filter((one) => one.path !== file);
  const [problem] = validateLedger([...others, { path: file, text }]).filter((one) => one.file === file);
  if (problem !== undefined) refuse(`${file}: ${problem.field}: ${problem.happened}`, problem.mend);
  // A new file in the old one's place: a crash leaves the old facts, not half of them.
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

function refuse(happened: string, mend: string): never {
  throw new UserError({ happened, expected: "a claim that adds to the ledger and changes nothing in it", mend });
}
