/**
 * An experiment's folder: `protocol.json`, which is written first, and `trials.jsonl`, a line for each finished trial. What
 * is there is not run again.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../errors.ts";
import type { Device } from "../graph/session.ts";
import { holdFolder, notWritable } from "./folder-lock.ts";
import { assayVersion } from "./machine.ts";
import { keyOf, openTrials } from "./plan.ts";
import { fixedChanges, type Preregistration } from "./preregistration.ts";
import { TrialRecord } from "./trial-record.ts";

/** Until it is disposed of, no other process can open the folder. */
export interface Records extends Disposable {
  readonly trials: readonly TrialRecord[];
  readonly add: (trial: TrialRecord) => void;
}

/**
 * @throws UserError where another process runs in the folder, where it cannot be written, where it holds trials of another
 * protocol, form, text, device or version, or a file that is not such a record
 */
export function openRecords(folder: string, preregistration: Preregistration, device: Device): Records {
  const lock = holdFolder(folder);
  try {
    const trials = recordsIn(folder, preregistration, device);
    const trialsPath = join(folder, "trials.jsonl");
    return {
      trials,
      add: (trial) => {
        writing(trialsPath, () => appendFileSync(trialsPath, `${JSON.stringify(trial)}\n`));
        trials.push(trial);
      },
      [Symbol.dispose]: () => lock[Symbol.dispose](),
    };
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}

function recordsIn(folder: string, preregistration: Preregistration, device: Device): TrialRecord[] {
  const protocolPath = join(folder, "protocol.json");
  const before = existsSync(protocolPath) ? readFileSync(protocolPath, "utf8") : null;
  if (before === null) refuseForeign(folder);
  else refuseChanges(folder, parsed(before, protocolPath), preregistration);
  const trials = trialsIn(join(folder, "trials.jsonl"));
  refuseOtherDevice(folder, trials, device);
  refuseOtherVersion(folder, trials, preregistration);
  // What may be mended is kept as the page shows it.
  const now = `${JSON.stringify(preregistration, null, 2)}\n`;
  if (now !== before) writing(protocolPath, () => writeFileSync(protocolPath, now));
  return trials;
}

/** Whose files these are cannot be told without a protocol, and a run would write over them. */
function refuseForeign(folder: string): void {
  const found = ["trials.jsonl", "result.json", "README.md", "index.html"].filter((name) =>
    existsSync(join(folder, name)),
  );
  if (found.length === 0) return;
  throw new UserError({
    happened: `${folder} has ${found.join(", ")} but no protocol.json, which says what trials belong to`,
    expected: "an empty folder, or one that `assay reproduce` wrote, whole",
    mend: `restore protocol.json, or give another folder with --output`,
  });
}

function refuseChanges(folder: string, written: unknown, preregistration: Preregistration): void {
  const changes = checked(
    () => fixedChanges(written, preregistration),
    `${join(folder, "protocol.json")} is not what an experiment writes`,
  );
  if (changes.length === 0) return;
  throw new UserError({
    happened: `${folder} holds another form of this experiment, or another one: its protocol.json differs from what would be run now in ${changes.join(", ")}`,
    expected: "the same arms, seeds, rules, words and text, so that old and new trials can be put together",
    mend: `give another folder with --output, or move ${folder} away`,
  });
}

function refuseOtherDevice(folder: string, trials: readonly TrialRecord[], device: Device): void {
  const elsewhere = trials.find(({ machine }) => (machine.device ?? "cpu") !== device);
  if (elsewhere === undefined) return;
  throw new UserError({
    happened: `${folder} holds trials that ran on ${elsewhere.machine.device ?? "cpu"}, and this run is for ${device}`,
    expected: "one device for all trials, as their times and last bits differ",
    mend: `give --device ${elsewhere.machine.device ?? "cpu"}, or another folder with --output`,
  });
}

/** Where nothing is left to run, a newer version makes the page anew. */
function refuseOtherVersion(folder: string, trials: readonly TrialRecord[], { form }: Preregistration): void {
  const other = trials.find(({ machine: { assay = assayVersion } }) => assay !== assayVersion);
  if (other === undefined || openTrials(form, trials).length === 0) return;
  throw new UserError({
    happened: `${folder} holds trials of Assay ${other.machine.assay}, and this is ${assayVersion}`,
    expected: "one version for all trials, as another one may train otherwise",
    mend: `go on with Assay ${other.machine.assay}, or give another folder with --output`,
  });
}

function trialsIn(path: string): TrialRecord[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n");
  // A line without its end was cut off when the process died: that trial is run again.
  const whole = lines.slice(0, -1);
  if (lines.at(-1) !== "") writing(path, () => writeFileSync(path, whole.map((line) => `${line}\n`).join("")));
  const trials = whole.map((line, index) => {
    const place = `${path}, line ${index + 1}`;
    return checked(() => TrialRecord.parse(parsed(line, place)), `${place} is not a trial as an experiment writes it`);
  });
  // Two runs in one folder, before it was held by one of them, wrote trials twice: the first one counts.
  const first = new Map(trials.toReversed().map((trial) => [keyOf(trial), trial]));
  return trials.filter((trial) => first.get(keyOf(trial)) === trial);
}

function parsed(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw broken(`${place} is not JSON`);
  }
}

function checked<Content>(read: () => Content, wrong: string): Content {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const { path, message } = error.issues[0]!;
    throw broken(`${wrong}: ${path.join(".") || "all of it"}: ${message}`);
  }
}

function writing(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw notWritable(path, error);
  }
}

const broken = (happened: string) =>
  new UserError({
    happened,
    expected: "a folder that `assay reproduce` wrote, unchanged",
    mend: "give another folder with --output, or mend the line",
  });
