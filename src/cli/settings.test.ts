import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { UserError } from "../errors.ts";
import { candidatesOf } from "./candidates.ts";
import { questionOf } from "./question.ts";
import { parseSettings, readSettings } from "./settings.ts";

const unlent = () => Promise.reject(new Error("the store was asked for"));

const io = {
  print() {},
  note() {},
  env: {},
  cwd: ".",
  now: () => new Date(0),
  colour: false,
  width: 100,
  progress: null,
  ask: null,
  interrupts: { stopping: new AbortController().signal, aborting: new AbortController().signal },
};

test('a quoted "false" does not lift the cost cap', () => {
  expect(() => parseSettings({ allowUnknownPrice: "false" }, "job.yaml", ".")).toThrow(UserError);
  expect(parseSettings({ allowUnknownPrice: true }, "job.yaml", ".").allowUnknownPrice).toBe(true);
});

test.each([
  [{ seed: true }, "a number"],
  [{ distractors: "" }, "a number"],
  [{ temperature: [] }, "a number"],
  [{ timeout: Number.POSITIVE_INFINITY }, "a number"],
  [{ unanswerable: 1 }, "a number from 0 to 0.9"],
  [{ model: 5 }, "a string"],
  [{ context: [[1]] }, "numbers of tokens up to 16M, like 2048, 32K or 1M"],
  [{ context: "17M" }, "numbers of tokens up to 16M, like 2048, 32K or 1M"],
  [{ model: [] }, "at least one"],
  [{ allowUnknownPrice: "false" }, "true or false"],
])("%j is no setting: what was expected is said", (given, expected) => {
  const refused = expect(() => parseSettings(given, "job.yaml", "."));
  refused.toThrow(expect.objectContaining({ mistake: expect.objectContaining({ expected }) }));
});

test("a candidate that is named twice is refused before anything is sent", async () => {
  const settings = parseSettings({ model: ["m", "m"], baseUrl: "http://localhost:1/v1" }, "the command line", ".");
  await expect(candidatesOf(await questionOf(settings, unlent), io)).rejects.toThrow(
    'two candidates are called "custom/m"',
  );
});

test("paths in a file are relative to it, paths in flags to where one is", () => {
  const folder = mkdtempSync(join(tmpdir(), "job-"));
  writeFileSync(join(folder, "job.yaml"), "gguf: a.gguf\nhaystack: notes.txt\n");
  const job = readSettings(join(folder, "job.yaml"), { gguf: ["b.gguf"] }, "/elsewhere");
  expect([job.gguf, job.haystack]).toEqual([["/elsewhere/b.gguf"], [join(folder, "notes.txt")]]);
  rmSync(folder, { recursive: true });
});
