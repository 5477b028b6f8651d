// What goes wrong in one model's process, or with one client, stays there.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { UserError } from "../errors.ts";
import { ensureSpecimen } from "../specimens/index.ts";
import { type Engine, startEngine } from "./index.ts";

let engine: Engine;
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "assay-engine-"));
  const paths = {
    gqa: await ensureSpecimen("gqa"),
    mla: await ensureSpecimen("mla"),
    hostile: join(folder, "hostile.gguf"),
    cut: join(folder, "cut.gguf"),
  };
  await writeFile(paths.hostile, tooManyExperts(await readFile(await ensureSpecimen("mla-moe"))));
  await writeFile(paths.cut, (await readFile(paths.gqa)).subarray(0, 300_000));
  const models = Object.entries(paths).map(([id, path]) => ({ id, path, kind: "gguf", notice: null }));
  engine = await startEngine({ models, contextTokens: 4096 });
});
afterAll(() => engine.close());

/** Says that each token goes to 99 of the model's few experts, which llama.cpp answers by ending the process. */
function tooManyExperts(gguf: Buffer): Buffer {
  const key = Buffer.from("deepseek2.expert_used_count");
  const typeBytes = 4;
  gguf.writeUInt32LE(99, gguf.indexOf(key) + key.length + typeBytes);
  return gguf;
}

async function chat(model: string, extra: object = {}, signal: AbortSignal | null = null) {
  const response = await fetch(`${engine.baseUrl}/chat/completions`, {
    method: "POST",
    body: JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }], max_tokens: 5, ...extra }),
    signal,
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

async function requestsProcessing(model: string): Promise<number> {
  const metrics = await (await fetch(`${engine.baseUrl}/../metrics`)).text();
  return Number(new RegExp(`requests_processing\\{model="${model}"\\} (\\d+)`).exec(metrics)?.[1]);
}

test("two models are served at once", async () => {
  const answers = await Promise.all([chat("gqa"), chat("mla"), chat("gqa"), chat("mla")]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
});

test("a file that ends the native engine ends its own request, with llama.cpp's last words, and no other", async () => {
  const other = chat("gqa", { max_tokens: 400, ignore_eos: true });
  const { status, body } = await chat("hostile");
  expect(status).toBe(503);
  expect(body.error).toMatchObject({ code: "engine_died", message: expect.stringMatching(/died.*GGML_ASSERT/) });
  expect((await other).status).toBe(200);
  expect((await chat("hostile")).status).toBe(503);
});

test("a file that cannot be loaded gives llama.cpp's reason", async () => {
  const { status, body } = await chat("cut");
  expect(status).toBe(500);
  expect(body.error).toMatchObject({
    code: "model_not_loadable",
    message: expect.stringMatching(/not within the file bounds/),
  });
  await expect(engine.describe("cut")).rejects.toThrow(UserError);
});

test("a file that takes for ever to be loaded is given up", async () => {
  const path = await ensureSpecimen("gqa");
  const impatient = await startEngine({ models: [{ id: "gqa", path, kind: "gguf", notice: null }], loadTimeoutMs: 1 });
  await expect(impatient.describe("gqa")).rejects.toThrow(/cannot be loaded: it took more than 1 ms/);
  await impatient.close();
});

test("a client that goes away ends the work on its request, streamed or not", async () => {
  for (const stream of [false, true]) {
    const abort = new AbortController();
    const endless = chat("gqa", { max_tokens: -1, ignore_eos: true, stream }, abort.signal);
    await expect.poll(() => requestsProcessing("gqa")).toBe(1);
    abort.abort();
    await expect(endless).rejects.toThrow(/abort/);
    await expect.poll(() => requestsProcessing("gqa")).toBe(0);
  }
  expect((await chat("gqa")).status).toBe(200);
});

const onLinux = process.platform === "linux";

async function childrenOf(pid: number): Promise<number[]> {
  const list = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  return list.trim().split(" ").filter(Boolean).map(Number);
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test.runIf(onLinux)("a process that is killed is started again by the next request", async () => {
  await chat("mla");
  const before = await childrenOf(process.pid);
  const dying = chat("mla", { max_tokens: -1, ignore_eos: true });
  const streaming = await fetch(`${engine.baseUrl}/completions`, {
    method: "POST",
    body: JSON.stringify({ model: "mla", prompt: "Hello", max_tokens: -1, ignore_eos: true, stream: true }),
  });
  await expect.poll(() => requestsProcessing("mla")).toBe(2);
  for (const pid of before)
    if ((await readFile(`/proc/${pid}/cmdline`, "utf8")).includes("worker")) process.kill(pid, "SIGKILL");
  const { status, body } = await dying;
  expect([status, body.error.code]).toEqual([503, "engine_died"]);
  const events = await streaming.text();
  expect(events).toContain('"code":"engine_died"');
  expect(events).not.toContain("[DONE]");
  expect((await chat("mla")).status).toBe(200);
});

test.runIf(onLinux)("model processes end when the process that serves them is killed", async () => {
  const path = await ensureSpecimen("gqa");
  const script = `
    import { startEngine } from ${JSON.stringify(new URL("./index.ts", import.meta.url).href)};
    const engine = await startEngine({ models: [{ id: "gqa", path: ${JSON.stringify(path)}, kind: "gguf", notice: null }] });
    await engine.describe("gqa");
    const body = JSON.stringify({ model: "gqa", prompt: "Hello", max_tokens: -1, ignore_eos: true });
    void fetch(engine.baseUrl + "/completions", { method: "POST", body });
    setTimeout(() => console.log("busy"), 100);`;
  const parent = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(parent.stdout, "data");
  const children = await childrenOf(parent.pid!);
  expect(children).toHaveLength(1);
  parent.kill("SIGKILL");
  await expect.poll(() => children.some(isAlive), { timeout: 5_000 }).toBe(false);
});
