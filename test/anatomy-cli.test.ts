/** `assay anatomy` and `assay fit` as their users meet them. */
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runCli, temporaryFolder } from "./cli-process.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());
const assay = (line: string) => runCli(line.split(" "), { cwd: folder.path, env: { COLUMNS: "80" } });

test.each(["anatomy deepseek-v3", "fit deepseek-v3"])("%s fits 80 columns, and prints JSON", async (line) => {
  const { code, stdout } = await assay(line);
  expect(code).toBe(0);
  expect(Math.max(...stdout.split("\n").map((one) => [...one].length))).toBeLessThanOrEqual(80);
  expect(JSON.parse((await assay(`${line} --json`)).stdout).name).toBe("DeepSeek-V3");
});

test("a GGUF needs no config.json", async () => {
  const gguf = join(import.meta.dirname, "../specimens/reader-mla.gguf");
  const { code, stdout } = await runCli(["anatomy", gguf, "--json"], { cwd: folder.path });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    family: "deepseek2",
    attention: "MLA",
    comparison: { contradictions: [] },
  });
});

test.each([
  ["anatomy kimi-k33", "there is no release called kimi-k33"],
  ["anatomy deepseek-v3 --context soon", '--context is "soon"'],
  ["fit deepseek-v3 --hardware none", "there is no hardware called none"],
])("%s ends with 1", async (line, happened) => {
  const { code, stderr } = await assay(line);
  expect([code, stderr]).toEqual([1, expect.stringContaining(happened)]);
});
