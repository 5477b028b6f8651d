import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UserError } from "../../errors.ts";
import { qkClipProtocol } from "../protocols/qk-clip.ts";
import { assayVersion } from "./machine.ts";
import { openTrials } from "./plan.ts";
import { type Preregistration, preregistrationOf } from "./preregistration.ts";
import { openRecords } from "./records.ts";
import type { TrialPlan, TrialRecord } from "./trial-record.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "assay-records-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const registered = preregistrationOf(qkClipProtocol, true);
const plans = openTrials(registered.form, []);
const recordOf = (plan: TrialPlan, more: Partial<TrialRecord> = {}): TrialRecord => ({
  ...plan,
  measures: { heldOutLoss: 2 },
  curve: [],
  byDistance: [],
  machine: { processor: "any", node: "24", onnxruntime: "1", assay: assayVersion },
  ...more,
});
const pathOf = (name: string) => join(folder, name);
const writeTrials = (...trials: readonly unknown[]) =>
  writeFileSync(pathOf("trials.jsonl"), trials.map((trial) => `${JSON.stringify(trial)}\n`).join(""));
/** Opens the folder and lets it go again. */
const read = (preregistration: Preregistration = registered) => {
  using records = openRecords(folder, preregistration, "cpu");
  return records.trials;
};
const refused = (open: () => unknown) => {
  try {
    open();
  } catch (error) {
    if (error instanceof UserError) return error.mistake;
    throw error;
  }
  throw new Error("it was not refused");
};

test("trials of another form are refused, words included, and the folder is left alone", () => {
  read();
  writeTrials(recordOf(plans[0]!));
  const before = readFileSync(pathOf("protocol.json"), "utf8");
  const { protocol, form } = registered;
  const changed: [string, Preregistration][] = [
    ["question", { ...registered, protocol: { ...protocol, question: "Another?" } }],
    ["ifNegative", { ...registered, protocol: { ...protocol, ifNegative: "Nothing." } }],
    ["ideas", { ...registered, protocol: { ...protocol, ideas: [] } }],
    ["seeds", { ...registered, form: { ...form, seeds: [1, 2] } }],
    ["arms", { ...registered, form: { ...form, arms: form.arms.slice(1) } }],
    ["text", { ...registered, text: { name: "any", sha256: "0" } }],
  ];
  for (const [part, other] of changed)
    expect(refused(() => read(other)).happened).toMatch(new RegExp(`another form.* differs .* in ${part}$`));
  expect(readFileSync(pathOf("protocol.json"), "utf8")).toBe(before);
  expect(readdirSync(folder).toSorted()).toEqual(["protocol.json", "trials.jsonl"]);
});

test("figures, power, cost and caveats may be mended, and protocol.json follows", () => {
  read();
  writeTrials(recordOf(plans[0]!));
  const mended = {
    ...registered,
    protocol: { ...registered.protocol, caveats: ["found later"] },
    form: { ...registered.form, figures: [], power: "enough", cpuMinutes: 1 },
  };
  expect(read(mended)).toHaveLength(1);
  expect(JSON.parse(readFileSync(pathOf("protocol.json"), "utf8"))).toEqual(mended);
});

test("a trial that two runs wrote counts once, as the first wrote it", () => {
  read();
  const [one, other] = plans as [TrialPlan, TrialPlan];
  writeTrials(recordOf(one), recordOf(other), recordOf(one, { measures: { heldOutLoss: 3 } }));
  expect(read().map(({ arm, seed, measures }) => [arm, seed, measures.heldOutLoss])).toEqual([
    [one.arm, one.seed, 2],
    [other.arm, other.seed, 2],
  ]);
});

test("trials whose protocol is missing are nobody's, and no page of another's is written over", () => {
  writeTrials(recordOf(plans[0]!));
  expect(refused(read).happened).toMatch(/has trials\.jsonl but no protocol\.json/);
  rmSync(pathOf("trials.jsonl"));
  writeFileSync(pathOf("README.md"), "mine");
  expect(refused(read).happened).toMatch(/has README\.md but/);
  expect(readdirSync(folder)).toEqual(["README.md"]);
});

test("files that are none of an experiment's are refused with the place", () => {
  read();
  writeFileSync(pathOf("trials.jsonl"), "{]\n");
  expect(refused(read).happened).toMatch(/trials\.jsonl, line 1 is not JSON/);
  writeTrials(recordOf(plans[0]!), { a: 1 });
  expect(refused(read).happened).toMatch(/line 2 is not a trial as an experiment writes it: arm: /);
  writeTrials({ ...recordOf(plans[0]!), measures: { heldOutLoss: "low" } });
  expect(refused(read).happened).toMatch(/line 1 .*: measures\.heldOutLoss: /);
  writeFileSync(pathOf("protocol.json"), "{}");
  expect(refused(read).happened).toMatch(/protocol\.json is not what an experiment writes: protocol: /);
});

test("one device, and one version of Assay, for all trials", () => {
  read();
  const { machine, ...trial } = recordOf(plans[0]!);
  writeTrials({ ...trial, machine: { ...machine, device: "webgpu" } });
  expect(refused(read).happened).toMatch(/ran on webgpu, and this run is for cpu/);
  writeTrials({ ...trial, machine: { ...machine, assay: "0.0.1" } });
  expect(refused(read).happened).toMatch(/trials of Assay 0\.0\.1/);
  // Nothing is left to be mixed in.
  writeTrials(...plans.map((plan) => ({ ...recordOf(plan), machine: { ...machine, assay: "0.0.1" } })));
  expect(read()).toHaveLength(plans.length);
  const { assay, ...older } = machine;
  writeTrials({ ...trial, machine: older });
  expect(read()).toHaveLength(1);
});

test("a folder is held by one run until it ends, and what a dead process left is taken over", () => {
  const first = openRecords(folder, registered, "cpu");
  expect(refused(read).happened).toMatch(new RegExp(`in use by process ${process.pid}, which started at 20`));
  first[Symbol.dispose]();
  expect(existsSync(pathOf("lock.json"))).toBe(false);
  const dead = spawnSync(process.execPath, ["--version"]).pid;
  const startedAt = "2026-01-01T00:00:00.000Z";
  for (const processId of [dead, process.pid]) {
    writeFileSync(pathOf("lock.json"), JSON.stringify({ processId, startedAt }));
    expect(read()).toEqual([]);
  }
  writeFileSync(pathOf("lock.json"), JSON.stringify({ processId: process.ppid, startedAt }));
  expect(refused(read).mend).toMatch(/if nothing runs there, delete .*lock\.json/);
  writeFileSync(pathOf("lock.json"), "");
  expect(refused(read).happened).toMatch(/does not name/);
});

test("a folder that cannot be made or written is refused at once", () => {
  const file = pathOf("file");
  writeFileSync(file, "");
  for (const place of [file, join(file, "below"), ...(existsSync("/proc") ? ["/proc/x", "/proc/x/y"] : [])])
    expect(refused(() => openRecords(place, registered, "cpu")).happened).toMatch(/cannot be written: E/);
  using records = openRecords(join(folder, "a", "b"), registered, "cpu");
  mkdirSync(join(folder, "a", "b", "trials.jsonl"));
  expect(refused(() => records.add(recordOf(plans[0]!))).happened).toMatch(/trials\.jsonl cannot be written: EISDIR/);
});
