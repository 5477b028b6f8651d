/**
 * An experiment's folder: `protocol.json`, which is written first and never changed, and `trials.jsonl`, a line for each
 * finished trial. What is there is not run again.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../errors.ts";
import { installedText } from "../data/text.ts";
import type { Device } from "../graph/session.ts";
import type { Form, Protocol } from "./protocol.ts";
import type { TrialRecord } from "./trial.ts";

/** What the trials of a folder were made by. */
export interface Preregistration {
  readonly protocol: Omit<Protocol, "full" | "quick">;
  readonly form: Form;
  /** The text of language tasks, and its hash: another version of the package is another text. */
  readonly text: { readonly name: string; readonly sha256: string };
}

export interface Records {
  readonly trials: readonly TrialRecord[];
  readonly add: (trial: TrialRecord) => void;
}

export function preregistrationOf({ full, quick, ...protocol }: Protocol, isQuick: boolean): Preregistration {
  const { name, sha256 } = installedText();
  return { protocol, form: isQuick ? quick : full, text: { name, sha256 } };
}

/** @throws UserError where the folder holds trials of another protocol, form, text or device, or a file that is not such a record */
export function openRecords(folder: string, preregistration: Preregistration, device: Device): Records {
  const protocolPath = join(folder, "protocol.json");
  const trialsPath = join(folder, "trials.jsonl");
  const written = `${JSON.stringify(preregistration, null, 2)}\n`;
  if (!existsSync(protocolPath)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(protocolPath, written);
  } else if (
    JSON.stringify(deciding(read<Preregistration>(protocolPath))) !== JSON.stringify(deciding(preregistration))
  )
    throw new UserError({
      happened: `${folder} holds trials of another form of this experiment: its protocol.json differs from what would be run now`,
      expected: "the same arms, seeds, rules and text, so that old and new trials can be put together",
      mend: `give another folder with --output, or move ${folder} away`,
    });
  const trials = existsSync(trialsPath) ? linesOf(trialsPath) : [];
  const elsewhere = trials.find(({ machine }) => (machine.device ?? "cpu") !== device);
  if (elsewhere !== undefined)
    throw new UserError({
      happened: `${folder} holds trials that ran on ${elsewhere.machine.device ?? "cpu"}, and this run is for ${device}`,
      expected: "one device for all trials, as their times and last bits differ",
      mend: `give --device ${elsewhere.machine.device ?? "cpu"}, or another folder with --output`,
    });
  return {
    trials,
    add: (trial) => {
      appendFileSync(trialsPath, `${JSON.stringify(trial)}\n`);
      trials.push(trial);
    },
  };
}

/** What has to be the same for trials to belong together; words and figures may be mended. */
const deciding = ({ form: { arms, seeds, tuningSeed, outcomes }, text }: Preregistration) => ({
  arms,
  seeds,
  tuningSeed,
  outcomes,
  text: text.sha256,
});

function linesOf(path: string): TrialRecord[] {
  const lines = readFileSync(path, "utf8").split("\n");
  // A line without its end was cut off when the process died: that trial is run again.
  const whole = lines.slice(0, -1);
  if (lines.at(-1) !== "") writeFileSync(path, whole.map((line) => `${line}\n`).join(""));
  return whole.map((line, index) => {
    try {
      return JSON.parse(line) as TrialRecord;
    } catch {
      throw broken(`${path}, line ${index + 1}`);
    }
  });
}

function read<Content>(path: string): Content {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Content;
  } catch {
    throw broken(path);
  }
}

const broken = (place: string) =>
  new UserError({
    happened: `${place} is not the JSON that an experiment writes`,
    expected: "a folder that `assay reproduce` wrote, unchanged",
    mend: "give another folder with --output, or mend the line",
  });
