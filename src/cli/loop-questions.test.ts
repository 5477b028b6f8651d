import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { temporaryFolder } from "../../test/cli-process.ts";
import { questionOf } from "./question.ts";
import { parseSettings } from "./settings.ts";

const unlent = () => Promise.reject(new Error("the store was asked for"));

const folder = temporaryFolder();
afterAll(() => folder.remove());
writeFileSync(join(folder.path, "bodies.jsonl"), '{"messages": [{"role": "user", "content": "one two three"}]}');
writeFileSync(
  join(folder.path, "blocks.jsonl"),
  [300, 700].map((tokens) => JSON.stringify({ input_length: tokens, hash_ids: [1] })).join("\n"),
);

const never = new AbortController().signal;
const settingsOf = (given: object) => parseSettings({ model: "openai/m", ...given }, "a test", folder.path);
const question = (given: object) => questionOf(settingsOf(given), unlent);
const scenarioOf = async (given: object) => (await (await question(given)).open(never)).scenario;
const replay = { scenario: "replay", trace: "bodies.jsonl" };
const probes = { scenario: "cache-probes" };

test.each([replay, probes])(
  "every run of %j has words of its own, and the rest of it has the same ones",
  async (given) => {
    const { settings } = await question(given);
    expect((await question(given)).settings.seed).not.toBe(settings.seed);
    const [first, resumed] = [await scenarioOf(settings), await scenarioOf(settings)];
    expect(resumed.options).toEqual(first.options);
    const opening = ({ cells, samples }: typeof first) => [...samples(cells[0]!)][0]!.messages;
    expect(opening(resumed)).toEqual(opening(first));
    expect(opening(await scenarioOf(given))).not.toEqual(opening(first));
  },
);

test("what a trace is cut to decides how long the engine's context is", async () => {
  const longest = async (given: object) =>
    (await question({ scenario: "replay", trace: "blocks.jsonl", ...given })).needs.longestPromptTokens;
  expect([await longest({}), await longest({ context: "512" })]).toEqual([700, 300]);
  expect((await question(replay)).needs.longestPromptTokens).toBeGreaterThanOrEqual(3);
});

test("on the embedded engine tools stand in the system prompt", async () => {
  const options = async (model: string) => (await scenarioOf({ ...probes, model })).options;
  expect(await options("openai/m")).toMatchObject({ toolsPlace: "request" });
  expect(await options("openai/m,engine/mha")).toMatchObject({ toolsPlace: "system prompt" });
});

test.each([
  [{ ...probes, concurrency: 2 }, "--concurrency is 2"],
  [{ ...probes, repeats: 2 }, "--repeats is 2"],
  [{ ...replay, repeats: 2 }, "--repeats is 2"],
  [{ ...probes, context: "1K,2K" }, "--context has 2 lengths"],
  [{ ...probes, trace: "bodies.jsonl" }, "--trace is given, and the scenario is cache-probes"],
  [{ ...replay, until: 0.1 }, "--until is given, and the scenario is replay"],
  [{ scenario: "grounding", otherSessions: 2 }, "--other-sessions is given, and the scenario is grounding"],
  [{ scenario: "job", job: "j.yaml", traceRows: "delta" }, "--trace-rows is given, and j.yaml is a job"],
  [{ ...replay, trace: "blocks.jsonl", context: "100" }, "sessions begin with prompts of 300 tokens or more"],
  [{ scenario: "replay" }, "there is no trace to replay"],
  [{ ...replay, traceRows: "delta" }, "bodies.jsonl is read as a transcript"],
])("%j is refused", async (given, happened) => {
  await expect(question(given)).rejects.toThrow(happened);
});
