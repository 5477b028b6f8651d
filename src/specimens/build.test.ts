import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { UserError } from "../errors.ts";
import { ensureSpecimen } from "./build.ts";

let cacheDir: string;
beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), "specimens-"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(cacheDir, { recursive: true });
});

const sha256 = async (path: string) =>
  createHash("sha256")
    .update(await readFile(path))
    .digest("hex");

test("a specimen is the same to the byte wherever it is built", async () => {
  expect(await sha256(await ensureSpecimen("gqa", { cacheDir }))).toBe(
    "b7b9a2e0e735dd61baebfd6482795ed40809d380f728c32862dcf43e917c7e8b",
  );
});

test("it is built once, and then found", async () => {
  const onProgress = vi.fn<(share: number) => void>();
  const [path, same] = await Promise.all([
    ensureSpecimen("mqa", { cacheDir, onProgress }),
    ensureSpecimen("mqa", { cacheDir, onProgress }),
  ]);
  expect(same).toBe(path);
  const shares = onProgress.mock.calls.map(([share]) => share);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect(shares.filter((share) => share === 1)).toHaveLength(1);

  onProgress.mockClear();
  expect(await ensureSpecimen("mqa", { cacheDir, onProgress })).toBe(path);
  expect(onProgress).not.toHaveBeenCalled();
});

test("processes that build it at once leave one whole file", async () => {
  const program = `
    import { ensureSpecimen } from ${JSON.stringify(new URL("./build.ts", import.meta.url).href)};
    console.log(await ensureSpecimen("gqa", { cacheDir: ${JSON.stringify(cacheDir)} }));`;
  const run = () => promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
  const [first, second] = await Promise.all([run(), run()]);
  expect(second.stdout).toBe(first.stdout);
  expect(await readdir(cacheDir)).toHaveLength(1);
  expect(await sha256(first.stdout.trim())).toMatch(/^b7b9a2e0/);
});

test("ASSAY_CACHE moves the default folder", async () => {
  vi.stubEnv("ASSAY_CACHE", cacheDir);
  expect(await ensureSpecimen("mqa")).toMatch(join(cacheDir, "specimens", "mqa-"));
});

test("an unknown name is answered with the known ones", async () => {
  const mistake = await ensureSpecimen("mhaa", { cacheDir }).catch((error: unknown) => error);
  expect(mistake).toBeInstanceOf(UserError);
  expect((mistake as UserError).mistake.expected).toContain("mha, gqa, mqa, mla, mla-moe, dsa, csa-hca, kda, swa");
});

test("a cache folder that cannot be written says how to choose another", async () => {
  const file = join(cacheDir, "file");
  await writeFile(file, "");
  const mistake = await ensureSpecimen("mqa", { cacheDir: file }).catch((error: unknown) => error);
  expect(mistake).toBeInstanceOf(UserError);
  expect((mistake as UserError).mistake.mend).toContain("ASSAY_CACHE");
});
