import { join } from "node:path";
import { expect, test } from "vitest";
import { folderOf } from "../../test/made-files/imported.ts";
import { candidatesOf, refuseUnknownPrices } from "./candidates.ts";
import type { Io } from "./command.ts";
import { questionOf } from "./question.ts";
import { reachOf } from "./reach.ts";
import { parseSettings } from "./settings.ts";

const never = new AbortController().signal;
const io: Io = {
  print: () => {},
  note: () => {},
  env: { OPENAI_API_KEY: "sk-one", MINE: "sk-two" },
  cwd: "/",
  now: () => new Date("2026-11-28T10:00:00Z"),
  colour: false,
  width: 80,
  progress: null,
  ask: null,
  interrupts: { stopping: never, aborting: never },
};
const job = {
  job: "two-servers",
  samples: [{ input: "?", target: "!" }],
  model: [
    "openai/gpt-5-mini",
    {
      ...{ model: "mine", baseUrl: "http://mine.test/v1/", apiKeyEnv: "MINE", protocol: "anthropic-messages" },
      price: { input: 0.3, cached: 0.03, output: 0.9, observedOn: "2026-11-01" },
    },
  ],
};

function question(flags: object = {}) {
  const path = join(folderOf({ "job.json": job }), "job.json");
  return questionOf(parseSettings({ scenario: "job", job: path, ...flags }, "a test", "/"), () =>
    Promise.reject(new Error("the store was asked for")),
  );
}
const routes = async (flags?: object) =>
  (await candidatesOf(await question(flags), io, false)).routes.map(({ id, endpoint, price }) => ({
    id,
    ...endpoint,
    inputUsd: price?.uncachedInputUsdPerMtok ?? null,
    observedOn: price?.observedOn,
  }));

const mine = { id: "custom/mine", baseUrl: "http://mine.test/v1", protocol: "anthropic-messages", apiKey: "sk-two" };

test("a candidate of a job is reached at its own address, by its own key, at its own price", async () => {
  const [openai, own] = (await routes()).toSorted((a, b) => b.id.localeCompare(a.id));
  expect(openai).toMatchObject({ baseUrl: "https://api.openai.com/v1", protocol: "openai-chat", apiKey: "sk-one" });
  expect(own).toEqual({ ...mine, inputUsd: 0.3, observedOn: "2026-11-01" });
  expect(reachOf(await question(), io).map(({ at, key }) => [at, key])).toEqual([
    ["https://api.openai.com/v1", "set"],
    ["http://mine.test/v1", "set"],
  ]);
});

test("what the command line says goes before it, and what is named there keeps what is its own", async () => {
  expect(await routes({ model: "mine" })).toMatchObject([mine]);
  expect(await routes({ model: "custom/mine" })).toMatchObject([mine]);
  expect(await routes({ model: "mine", price: "input=1,output=2" })).toMatchObject([
    { ...mine, inputUsd: 1, observedOn: "2026-11-28" },
  ]);
  // A price holds at its address.
  expect(await routes({ model: "mine", baseUrl: "http://other.test/v1" })).toMatchObject([
    { baseUrl: "http://other.test/v1", protocol: "openai-chat", apiKey: "sk-one", inputUsd: null },
  ]);
});

test("two servers with one model are two candidates, by their names", async () => {
  const at = (name: string, baseUrl: string) => ({ name, model: "kimi-k2", baseUrl });
  const path = join(
    folderOf({
      "job.json": { ...job, model: [at("here", "http://here.test/v1"), at("there", "http://there.test/v1")] },
    }),
    "job.json",
  );
  const asked = (flags: object) =>
    questionOf(parseSettings({ scenario: "job", job: path, ...flags }, "a test", "/"), () =>
      Promise.reject(new Error("the store was asked for")),
    );
  const routesOf = async (flags: object = {}) =>
    (await candidatesOf(await asked(flags), io, false)).routes.map(({ id, model, endpoint }) => [
      id,
      model,
      endpoint.baseUrl,
    ]);
  expect(await routesOf()).toEqual([
    ["custom/here", "kimi-k2", "http://here.test/v1"],
    ["custom/there", "kimi-k2", "http://there.test/v1"],
  ]);
  expect(await routesOf({ model: "there", baseUrl: "http://other.test/v1" })).toEqual([
    ["custom/there", "kimi-k2", "http://other.test/v1"],
  ]);
  expect(reachOf(await asked({}), io).map(({ at: address }) => address)).toEqual([
    "http://here.test/v1",
    "http://there.test/v1",
  ]);
});

test("a judge has a price of its own, and a cap without one says how to give it", async () => {
  const judged = {
    ...job,
    model: ["openai/gpt-5-mini"],
    scorers: [{ type: "judge", model: "vllm/j", rubric: "Right?" }],
  };
  const path = join(folderOf({ "job.json": judged }), "job.json");
  const asked = (flags: object) =>
    questionOf(
      parseSettings({ scenario: "job", job: path, maxCost: 1, price: "input=1,output=2", ...flags }, "a test", "/"),
      () => Promise.reject(new Error("the store was asked for")),
    );
  const question = await asked({ judgePrice: "input=1,output=2" });
  const candidates = await candidatesOf(question, io, false);
  expect(candidates.judge!.price).toMatchObject({ uncachedInputUsdPerMtok: 1, outputUsdPerMtok: 2 });
  refuseUnknownPrices(question, candidates);
  const unpriced = await asked({});
  const without = await candidatesOf(unpriced, io, false);
  expect(() => refuseUnknownPrices(unpriced, without)).toThrow(
    expect.objectContaining({ mistake: expect.objectContaining({ mend: expect.stringContaining("--judge-price") }) }),
  );
});

const candidatesIn = async (model: readonly object[], flags: object = {}) => {
  const path = join(folderOf({ "job.json": { ...job, model } }), "job.json");
  const asked = await questionOf(parseSettings({ scenario: "job", job: path, ...flags }, "a test", "/"), () =>
    Promise.reject(new Error("the store was asked for")),
  );
  const env = { OPENAI_API_KEY: "sk-one", ANTHROPIC_API_KEY: "sk-three", DEEPSEEK_API_KEY: "sk-four", MINE: "sk-two" };
  const { routes } = await candidatesOf(asked, { ...io, env }, false);
  return { routes, reached: reachOf(asked, { ...io, env }) };
};

test("each candidate has its own price, whatever the names of the others", async () => {
  const at = { baseUrl: "http://here.test/v1" };
  const usd = (amount: number) => ({ price: { input: amount, output: amount } });
  const pricesOf = async (...model: readonly object[]) =>
    (await candidatesIn(model)).routes.map(({ id, price }) => [id, price!.uncachedInputUsdPerMtok]);
  expect(
    await pricesOf(
      { name: "cheap", model: "good", ...at, ...usd(2) },
      { name: "kimi-here", model: "bad", ...at, ...usd(1_000) },
      { name: "bad", model: "good", ...at, ...usd(1) },
    ),
  ).toEqual([
    ["custom/cheap", 2],
    ["custom/kimi-here", 1_000],
    ["custom/bad", 1],
  ]);
  expect(
    await pricesOf({ name: "a", model: "good", ...at, ...usd(1_000) }, { model: "good", ...at, ...usd(1) }),
  ).toEqual([
    ["custom/a", 1_000],
    ["custom/good", 1],
  ]);
});

test("no key goes to an address in a job but one that it names", async () => {
  const baseUrl = "http://stranger.test/v1";
  const { routes, reached } = await candidatesIn([
    { model: "plain", baseUrl },
    { model: "claude", baseUrl, protocol: "anthropic-messages" },
    { model: "deepseek/deepseek-chat", baseUrl },
    { model: "named", baseUrl, apiKeyEnv: "MINE" },
    { model: "deepseek/deepseek-reasoner" },
  ]);
  expect(Object.fromEntries(routes.map(({ id, endpoint }) => [id, endpoint.apiKey]))).toEqual({
    "custom/plain": null,
    "custom/claude": null,
    "deepseek/deepseek-chat": null,
    "custom/named": "sk-two",
    "deepseek/deepseek-reasoner": "sk-four",
  });
  expect(reached.map(({ key, keyEnv }) => [key, keyEnv])).toEqual([
    ...Array(3).fill(["none sent", null]),
    ["set", "MINE"],
    ["set", "DEEPSEEK_API_KEY"],
  ]);
});

test("--base-url takes the key that the protocol's own clients take", async () => {
  const flags = { model: "plain", baseUrl: "http://mine.test/v1" };
  const keyOf = async (more: object) => {
    const { routes, reached } = await candidatesIn([{ model: "other", baseUrl: "http://other.test/v1" }], {
      ...flags,
      ...more,
    });
    return [routes[0]!.endpoint.apiKey, reached[0]!.keyEnv];
  };
  expect(await keyOf({})).toEqual(["sk-one", "OPENAI_API_KEY"]);
  expect(await keyOf({ protocol: "anthropic-messages" })).toEqual(["sk-three", "ANTHROPIC_API_KEY"]);
  expect(await keyOf({ apiKeyEnv: "MINE" })).toEqual(["sk-two", "MINE"]);
});
