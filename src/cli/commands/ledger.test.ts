import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ownFolder } from "../../ledger-files/index.ts";
import { type Io, runCommand } from "../command.ts";
import { ledgerValidateCommand } from "./ledger.ts";

const cwd = mkdtempSync(join(tmpdir(), "ledger-"));
afterAll(() => rmSync(cwd, { recursive: true }));

async function assay(...args: string[]): Promise<{ code: number; out: string; noted: string }> {
  const out: string[] = [];
  const noted: string[] = [];
  const never = new AbortController().signal;
  const io: Io = {
    print: (text) => out.push(text),
    note: (text) => noted.push(text),
    env: {},
    cwd,
    now: () => new Date("2026-11-24"),
    colour: false,
    width: 80,
    progress: null,
    ask: null,
    interrupts: { stopping: never, aborting: never },
  };
  const code = await runCommand(args, { "ledger validate": async () => ledgerValidateCommand }, "0", io);
  return { code, out: out.join("\n"), noted: noted.join("\n") };
}

test("the facts that come with Assay are sound", async () => {
  const { code, out } = await assay("ledger", "validate");
  expect([code, out]).toEqual([0, expect.stringMatching(/^\d+ files, no problem$/)]);
});

test("a mistake is told with file, field and how to mend it, and ends with 1", async () => {
  cpSync(ownFolder, join(cwd, "mine"), { recursive: true });
  const path = join(cwd, "mine/releases/kimi-k3.json");
  const file = JSON.parse(readFileSync(path, "utf8"));
  delete file.claims[0].source;
  file.links[0].to = "nobody";
  writeFileSync(path, JSON.stringify(file));
  const { code, out, noted } = await assay("ledger", "validate", "--data", "mine");
  expect(code).toBe(1);
  expect(out).toBe(
    [
      "releases/kimi-k3.json  claims.0 (kimi-k3-release-date).source",
      "  error:    it is missing",
      "  to mend:  add it: expected a key of this file's `sources`",
      "releases/kimi-k3.json  links.0.to",
      "  error:    there is no release or idea nobody",
      "  to mend:  correct the id, or add what it names",
    ].join("\n"),
  );
  expect(noted).toMatch(/^2 problems in \d+ files of /);
  const json = await assay("ledger", "validate", "--data", "mine", "--json");
  expect(json.code).toBe(1);
  expect(JSON.parse(json.out).problems).toHaveLength(2);
});

test("a folder that is not there is a mistake, too", async () => {
  await expect(assay("ledger", "validate", "--data", "nowhere")).rejects.toThrow("there is no folder");
});
