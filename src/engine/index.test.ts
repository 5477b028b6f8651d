import { mkdtemp, writeFile } from "node:fs/promises";
import { createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { UserError } from "../errors.ts";
import { ensureSpecimen } from "../specimens/index.ts";
import { type EngineModel, startEngine } from "./index.ts";

function specimen(id: string, path: string): EngineModel {
  return { id, path, kind: "calibration specimen", notice: "random weights" };
}

test("a port that is taken, a missing file, a file that is no GGUF and an id used twice are the user's to mend", async () => {
  const gqa = specimen("gqa", await ensureSpecimen("gqa"));
  const folder = await mkdtemp(join(tmpdir(), "assay-engine-"));
  const text = join(folder, "notes.txt");
  await writeFile(text, "no weights");

  const occupied = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => occupied.once("listening", resolve));
  const { port } = occupied.address() as AddressInfo;
  await expect(startEngine({ models: [gqa], port })).rejects.toThrow(/EADDRINUSE/);
  await expect(startEngine({ models: [gqa], port })).rejects.toBeInstanceOf(UserError);
  occupied.close();

  await expect(startEngine({ models: [specimen("x", join(folder, "none"))] })).rejects.toThrow(/ENOENT/);
  await expect(startEngine({ models: [specimen("x", text)] })).rejects.toThrow(/is not a GGUF file/);
  await expect(startEngine({ models: [gqa, gqa] })).rejects.toThrow(/two models are called gqa/);
});

test("an engine with nothing loaded answers, and closes at once", async () => {
  const engine = await startEngine({ models: [specimen("gqa", await ensureSpecimen("gqa"))] });
  expect(await (await fetch(`${engine.baseUrl}/../health`)).json()).toEqual({ status: "ok" });
  const { data } = (await (await fetch(`${engine.baseUrl}/models`)).json()) as { data: unknown[] };
  expect(data).toMatchObject([
    { id: "gqa", meta: null, assay: { kind: "calibration specimen", notice: "random weights" } },
  ]);
  await engine.close();
  await expect(fetch(`${engine.baseUrl}/models`)).rejects.toThrow();
});

test("a web page that has its own name lead here is refused", async () => {
  const engine = await startEngine({ models: [specimen("gqa", await ensureSpecimen("gqa"))] });
  const response = await new Promise<IncomingMessage>((resolve) => {
    get(`${engine.baseUrl}/models`, { headers: { host: "evil.example" } }, resolve);
  });
  expect(response.statusCode).toBe(403);
  response.destroy();
  await engine.close();
});
