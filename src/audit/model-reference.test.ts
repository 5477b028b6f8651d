import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { anatomyOf, componentsOf } from "../anatomy/index.ts";
import { ensureSpecimen, specimens } from "../specimens/index.ts";
import { compareCounts, placedTensors } from "../weights/index.ts";
import { resolveModel } from "./index.ts";

const cwd = mkdtempSync(join(tmpdir(), "reference-"));
afterAll(() => rmSync(cwd, { recursive: true }));
const offline = { cwd, env: { HF_ENDPOINT: "http://127.0.0.1:1" } };

test("an id, a name and a repository of the ledger are one model", async () => {
  for (const given of ["deepseek-v3", "DeepSeek-V3", "deepseek-ai/DeepSeek-V3"])
    expect((await resolveModel(given, offline)).shape.layers).toBe(61);
});

test("a release that inherits a config has it, and says so", async () => {
  const { name, shape, assumptions } = await resolveModel("deepseek-r1-0528", offline);
  expect(shape.layers).toBe(61);
  expect(name).not.toBe("DeepSeek-V3");
  expect(assumptions[0]).toMatch(/^the config is that of /);
});

test.each([
  ["kimi-k33", "there is no release called kimi-k33"],
  ["./none.gguf", "there is no file or folder ./none.gguf"],
  ["broken.json", "broken.json is not JSON"],
  ["list.json", "list.json is not a table"],
])("%s ends in a mistake that can be mended", async (given, happened) => {
  writeFileSync(join(cwd, "broken.json"), "{");
  writeFileSync(join(cwd, "list.json"), "[]");
  await expect(resolveModel(given, offline)).rejects.toMatchObject({
    name: "UserError",
    message: expect.stringContaining(happened),
  });
});

// Parameters, parts and bytes from the metadata are those of the tensors; the tensors' types give the precision.
test.each(specimens.map(({ name, architecture }) => [name, architecture] as const))(
  "the GGUF of specimen %s is its own config",
  async (name, architecture) => {
    const { shape, checkpoint } = await resolveModel(await ensureSpecimen(name), offline);
    const placed = placedTensors(checkpoint!, shape.layers);
    const { contradictions, unrecognised } = compareCounts(componentsOf(shape), placed);
    expect([...contradictions, ...unrecognised]).toEqual([]);
    const { parameters, fileBytes, family, cache } = anatomyOf(shape);
    expect(parameters.parts.reduce((sum, part) => sum + part.parameters, 0)).toBe(
      checkpoint!.tensors.reduce((sum, tensor) => sum + tensor.shape.reduce((product, size) => product * size, 1), 0),
    );
    expect(fileBytes).toBeCloseTo(
      checkpoint!.tensors.reduce((sum, { storedBytes }) => sum + storedBytes, 0),
      3,
    );
    expect([family, cache.format]).toEqual([architecture ?? family, "f16"]);
  },
);

test("a hub that is out of reach is a mistake, too", async () => {
  await expect(resolveModel("nobody/no-such-thing-here", offline)).rejects.toMatchObject({ name: "UserError" });
});
