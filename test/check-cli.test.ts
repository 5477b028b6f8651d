/** `assay check` as its users meet it: offline, against a hub and vendors that a loopback server plays, and on files. */
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureSpecimen } from "../src/specimens/index.ts";
import { runCli, temporaryFolder } from "./cli-process.ts";

const folder = temporaryFolder();
const config = JSON.parse(
  readFileSync(new URL("../data/releases/deepseek-v4-pro.json", import.meta.url), "utf8"),
).config;
const pages: Record<string, unknown> = {
  "/deepseek-ai/DeepSeek-V4-Pro/resolve/main/config.json": config.values,
  "/deepseek-ai/DeepSeek-V4-Pro/raw/main/README.md": "# DeepSeek-V4-Pro",
  "/api/models/deepseek-ai/DeepSeek-V4-Pro": {
    sha: "abc",
    downloads: 100,
    cardData: { license: "mit" },
    safetensors: { total: 1_600_000_000_000 },
  },
  "/router/models": {
    data: [
      { id: "deepseek/deepseek-v4-pro:free", hugging_face_id: "deepseek-ai/DeepSeek-V4-Pro", pricing: { prompt: "0" } },
      {
        id: "deepseek/deepseek-v4-pro",
        hugging_face_id: "deepseek-ai/DeepSeek-V4-Pro",
        context_length: 1_048_576,
        pricing: { prompt: "0.00000044", completion: "0.0000011", input_cache_read: "0.000000044" },
      },
    ],
  },
  "/vendor/models": { data: [{ id: "deepseek-v4-pro" }, { id: "deepseek-flash" }] },
};
const asked: { url: string; authorization: string | undefined }[] = [];
let server: Server;
let origin: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push({ url: request.url!, authorization: request.headers.authorization });
    const page = pages[request.url!];
    response.statusCode = page === undefined ? 404 : 200;
    response.end(typeof page === "string" ? page : JSON.stringify(page));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  folder.remove();
});
const check = (line: readonly string[], env: Record<string, string> = {}) =>
  runCli(["check", ...line], { cwd: folder.path, env: { COLUMNS: "80", ...env } });
const here = () => ({
  HF_ENDPOINT: origin,
  HF_TOKEN: "hf-secret",
  OPENROUTER_BASE_URL: `${origin}/router`,
  DEEPSEEK_BASE_URL: `${origin}/vendor`,
  DEEPSEEK_API_KEY: "sk-secret",
});

test("a contradicted claim ends with 101 and shows both numbers, the tolerance and the evidence", async () => {
  const { code, stdout } = await check(["k2-params"]);
  expect(code).toBe(101);
  expect(stdout).toContain("said 1.040T · computed 1.026T · off by −1.31%, outside ±0.500%");
  expect(stdout).toContain("https://arxiv.org/abs/2507.20534");
});

test("a confirmed claim ends with 0, one that nobody can check with 4", async () => {
  expect((await check(["v3-kv"])).code).toBe(0);
  expect((await check(["deepseek-v3-license"])).code).toBe(4);
});

test("a release, and everything, fit 80 columns", async () => {
  for (const line of [["deepseek-v3"], ["--all"], ["--all", "--verdict", "contradicted"]]) {
    const { stdout } = await check(line);
    expect(Math.max(...stdout.split("\n").map((one) => [...one].length))).toBeLessThanOrEqual(80);
  }
});

test("JSON has a verdict for each statement of a release", async () => {
  const { today, outcome, judgements, disagreements } = JSON.parse((await check(["kimi-k2", "--json"])).stdout);
  expect(today).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  expect(outcome).toBe("contradicted");
  expect(judgements.find(({ id }: { id: string }) => id === "k2-params")).toMatchObject({
    value: 1.04e12,
    verdict: "contradicted",
    evidence: [{ by: "computed", value: 1_026_408_232_448 }],
  });
  expect(disagreements[0].claims).toEqual(["k2-params", "k2-params-table"]);
});

test.each([
  [[], "nothing is named"],
  [["k2-parms"], "there is no claim, release, idea or hardware called k2-parms"],
  [["--all", "--verdict", "wrong"], 'there is no verdict "wrong"'],
  [["./none.gguf"], "there is no file or folder ./none.gguf"],
  [["deepseek-v3", "kimi-k2", "--checkpoint", "."], "--checkpoint is given for 2 releases"],
])("%j ends with 1", async (line, happened) => {
  const { code, stderr } = await check(line);
  expect([code, stderr]).toEqual([1, expect.stringContaining(happened)]);
});

test("--live looks, keeps what it saw, and tells what changed at the next look", async () => {
  const first = await check(["deepseek-v4-pro", "--live", "--json"], here());
  const { looks, judgements } = JSON.parse(first.stdout);
  expect(looks.map(({ obstacle }: { obstacle?: string }) => obstacle)).toEqual(Array(5).fill(undefined));
  const verdictOf = (id: string) => judgements.find((one: { id: string }) => one.id === id);
  expect(verdictOf("deepseek-v4-pro-license")).toMatchObject({ verdict: "confirmed", evidence: [{ by: "observed" }] });
  expect(looks[3].observation.seen).toMatchObject({
    "openrouter.id": "deepseek/deepseek-v4-pro",
    "openrouter.price.input": 0.44,
    "openrouter.price.cachedInput": 0.044,
  });

  pages["/api/models/deepseek-ai/DeepSeek-V4-Pro"] = {
    sha: "def",
    downloads: 100,
    cardData: { license: "apache-2.0" },
  };
  const second = await check(["deepseek-v4-pro", "--live"], here());
  expect(second.code).toBe(101);
  expect(second.stdout).toContain("model.license: mit → apache-2.0");
  expect(second.stdout).toContain("deepseek-v4-pro-license: license");

  const kept = readFileSync(join(folder.path, ".assay/observations/hugging-face-model/deepseek-v4-pro.jsonl"), "utf8");
  expect(
    kept
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).seen["model.sha"]),
  ).toEqual(["abc", "def"]);
  expect((await check(["deepseek-v4-pro-license"])).code).toBe(101);
});

test("a page that is not there does not keep others from being read", async () => {
  const live = async () => JSON.parse((await check(["deepseek-v4-pro-0813", "--live", "--json"], here())).stdout);
  const named = ({ judgements }: { judgements: { made: string; verdict: string }[] }) =>
    judgements.filter(({ made }) => made === "API name").map(({ verdict }) => verdict);
  const first = await live();
  expect(first.looks[0].obstacle).toContain("is not there (404)");
  expect(named(first)).toEqual(["confirmed"]);
  pages["/vendor/models"] = { data: [{ id: "deepseek-flash" }] };
  expect(named(await live())).toEqual(["contradicted"]);
});

test("each key goes to its own place", () => {
  const keys = Object.groupBy(asked, ({ url }) =>
    url.startsWith("/vendor") ? "vendor" : url.startsWith("/router") ? "router" : "hub",
  );
  expect(new Set(keys.hub!.map(({ authorization }) => authorization))).toEqual(new Set(["Bearer hf-secret"]));
  expect(new Set(keys.vendor!.map(({ authorization }) => authorization))).toEqual(new Set(["Bearer sk-secret"]));
  expect(new Set(keys.router!.map(({ authorization }) => authorization))).toEqual(new Set([undefined]));
});

test("offline, --live says so and ends with 4", async () => {
  const nowhere = "http://127.0.0.1:9";
  const env = { HF_ENDPOINT: nowhere, OPENROUTER_BASE_URL: nowhere, DEEPSEEK_BASE_URL: nowhere };
  const { code, stdout } = await check(["deepseek-v3", "--live", "--observations", "elsewhere"], env);
  expect(code).toBe(4);
  expect(stdout).toMatch(/hugging-face-config: could not look:\s+http:\/\/127.0.0.1:9\/deepseek-ai\/DeepSeek-V3/);
  expect(stdout).toContain("confirmed");
});

test("a GGUF is counted and measured", async () => {
  const { code, stdout } = await check([await ensureSpecimen("gqa")]);
  expect(stdout).toMatch(/parameters of backbone, by the config\n\s+said ([\d,]+) · counted \1 · equal/);
  expect(stdout).toMatch(/cache a token in f16, by the config\n\s+said ([\d,]+) B · measured \1 B · equal/);
  expect(code).toBe(0);
});

test("a file that is another model's contradicts the release's numbers", async () => {
  const { code, stdout } = await check(["deepseek-v3", "--checkpoint", await ensureSpecimen("gqa")]);
  expect(code).toBe(101);
  expect(stdout).toMatch(/said 671.0B · counted 3.656M · off by −100%, outside ±0.100%/);
  expect(stdout).toMatch(/said 70,272 B · measured 2,048 B/);
});
