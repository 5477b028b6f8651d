import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineRoute, recordsOf } from "../../../../../test/agent-loop/running.ts";
import { commonPrefix } from "../../../../../test/cache-rules/random-histories.ts";
import * as fake from "../../../../../test/fake-vendors/index.ts";
import { words } from "../../../../../test/fake-vendors/tokens.ts";
import { routeTo } from "../../../../../test/fixtures/route.ts";
import { type Engine, startEngine } from "../../../../engine/index.ts";
import * as rules from "../../../../routes/index.ts";
import { ensureSpecimen } from "../../../../specimens/index.ts";
import type { Call, Protocol } from "../../../../wire/index.ts";
import type { TrialRecord } from "../../../trial.ts";
import { type LoopTurn, loopTurns } from "../turns/loop-turns.ts";
import type { Cause } from "../turns/losses.ts";
import type { ChangeKind } from "../turns/prefix-change.ts";
import type { AnsweredPrompt } from "../turns/word-prompts.ts";
import { cacheProbes, cacheProbesDefaults } from "./cache-probes.ts";
import { type ProbeResult, probeResults } from "./probe-results.ts";

const price: rules.Price = {
  ...{ uncachedInputUsdPerMtok: 1, cacheReadUsdPerMtok: 0.1, cacheWriteUsdPerMtok: 1.25, outputUsdPerMtok: 5 },
  ...{ observedOn: "2026-11-28", source: "test" },
};

/** A prompt as the fake vendor sees it. */
type Seen = (call: Call) => AnsweredPrompt;
const answerOf = ({ answer }: Call) => Int32Array.from(words(answer.text));

const chat =
  (vendor: {
    render(
      messages: [],
      tools?: [],
    ): {
      readonly tokens: readonly number[];
      readonly messages: readonly { readonly role: string; readonly endTokens: number }[];
    };
  }): Seen =>
  (call) => {
    const { messages, tools } = JSON.parse(call.requestBody);
    const { tokens, messages: ends } = vendor.render(messages, tools);
    const blockEnds = ends.filter(({ role }) => role !== "assistant").map(({ endTokens }) => endTokens);
    return { prompt: { tokens: Int32Array.from(tokens), blockEnds }, answer: answerOf(call) };
  };

const anthropicSees: Seen = (call) => {
  const { messages, tools, system } = JSON.parse(call.requestBody);
  const { tokens, blocks } = fake.anthropic.render(messages, tools, system);
  const blockEnds = blocks.map(({ endTokens }) => endTokens);
  return {
    prompt: { tokens: Int32Array.from(tokens), blockEnds, breakpoints: [{ endTokens: blockEnds.at(-1)! }] },
    answer: answerOf(call),
  };
};

interface Vendor {
  readonly name: string;
  readonly start: (clock: fake.ManualClock) => Promise<fake.VendorServer>;
  readonly rule: rules.CacheRule;
  readonly sees: Seen;
  readonly protocol?: Protocol;
  readonly omitsZero?: boolean;
  /** What costs most of each breaker, where it is more than a tenth of the prompt. */
  readonly causes: Readonly<Record<string, Cause | ChangeKind | null>>;
}

/** What every vendor loses to a prompt that is changed in front. */
const changed = {
  timestamp: "timestamp",
  "tools-reordered": "tools reordered",
  "message-edited": "message edited",
} as const;
const parts = { "second-branch": "branch", "third-branch": "branch" } as const;
const nothing = { "other-session": null, "idle-400s": null } as const;
const onlyWhole = "vendor's rule";

const vendors: readonly Vendor[] = [
  {
    name: "DeepSeek",
    start: (clock) => fake.deepSeek.start({ clock, storageUnitTokens: 64 }),
    rule: rules.deepSeek(),
    sees: chat(fake.deepSeek),
    causes: { ...changed, ...nothing, compaction: onlyWhole, "second-branch": onlyWhole, "third-branch": "branch" },
  },
  {
    name: "Moonshot",
    start: (clock) => fake.moonshot.start({ clock }),
    rule: rules.kimi(),
    sees: chat(fake.moonshot),
    causes: { ...changed, ...nothing, ...parts, compaction: "compaction", "idle-400s": "expired" },
  },
  {
    name: "OpenAI, automatic",
    start: (clock) => fake.openAiAutomatic.start({ clock }),
    rule: rules.openAiIntervals(),
    sees: chat(fake.openAiAutomatic),
    causes: { ...changed, ...nothing, ...parts, compaction: onlyWhole, "idle-400s": "expired" },
  },
  {
    name: "OpenAI, breakpoints",
    start: (clock) => fake.openAiBreakpoints.start({ clock }),
    rule: rules.openAiBreakpoints(),
    sees: chat(fake.openAiBreakpoints),
    causes: { ...changed, ...nothing, compaction: onlyWhole, "second-branch": onlyWhole, "third-branch": onlyWhole },
  },
  {
    name: "Anthropic",
    start: (clock) => fake.anthropic.start({ clock, minimumTokens: 1_024 }),
    rule: rules.anthropic({ minimumTokens: 1_024 }),
    sees: anthropicSees,
    causes: {
      ...changed,
      compaction: onlyWhole,
      "other-session": null,
      "idle-400s": "expired",
      "second-branch": onlyWhole,
      "third-branch": onlyWhole,
    },
    protocol: "anthropic-messages",
  },
  {
    name: "vLLM with room for one session",
    start: (clock) => fake.vllm.start({ clock, enablePromptTokensDetails: true, capacityTokens: 2_560 }),
    rule: rules.vllm({ capacityTokens: 2_560 }),
    sees: chat(fake.vllm),
    causes: { ...changed, ...parts, compaction: "compaction", "other-session": "another session", "idle-400s": null },
    omitsZero: true,
  },
];

/** The probes at a fake vendor, whose clock the pauses move. */
async function probed({ start, protocol = "openai-chat" }: Vendor) {
  const clock = fake.manualClock();
  const server = await start(clock);
  const scenario = cacheProbes(
    { ...cacheProbesDefaults, seed: "t", contextTokens: 1_600, sessions: 1, idleSeconds: [400] },
    async (ms) => clock.advance(ms),
  );
  const records = await recordsOf(scenario, routeTo(server.baseUrl, { price, protocol }), clock);
  await server.close();
  return records;
}

test.each(vendors)(
  "at $name each breaker costs what the vendor's rule says, and its cause is found",
  async (vendor) => {
    const { rule, sees: promptOf, omitsZero = false, causes } = vendor;
    const turns = loopTurns(await probed(vendor), { price, rule, promptOf, omitsZero });
    expect(turns.map(({ cachedTokens }) => cachedTokens)).toEqual(turns.map(({ expectedTokens }) => expectedTokens));
    const results = probeResults(turns, price);
    expect(Object.fromEntries(results.map((result) => [result.breaker, mainCause(result)]))).toEqual(causes);
    for (const { breaker, lostTokens, expectedLostTokens, lostUsd, causes: found, leftOut } of results) {
      expect([breaker, lostTokens!.mean, leftOut]).toEqual([breaker, expectedLostTokens!.mean, 0]);
      if (causes[breaker] === null) expect(lostUsd!.mean).toBeLessThan(1e-4);
      else expect(lostUsd!.mean).toBeGreaterThan(1e-4);
      const kinds: Readonly<Record<string, ChangeKind>> = { ...changed, ...parts, compaction: "compaction" };
      if (breaker in kinds) expect(found.map(({ change }) => change)).toContain(kinds[breaker]);
    }
  },
);

function mainCause({ causes: [most], treatment }: ProbeResult) {
  return most === undefined || most.lostTokens < treatment.promptTokens!.mean / 10 ? null : (most.change ?? most.cause);
}

// https://api-docs.deepseek.com/guides/kv_cache: A+B is no prefix of A+C; what both share is a unit for the third, A+D.
test("DeepSeek reads nothing of a second question's text, and the text of a third's", async () => {
  const turns = loopTurns(await probed(vendors[0]!), { price, rule: null, promptOf: vendors[0]!.sees });
  const results = probeResults(turns, price);
  const read = (name: string) => results.find(({ breaker }) => breaker === name)!.treatment.cachedTokens!.mean;
  expect(read("second-branch")).toBe(0);
  expect(read("third-branch")).toBeGreaterThanOrEqual(1_600 - 64);
});

// The fake vendors count words between spaces, so that a tool's JSON has few tokens: a tokenizer more uneven than real ones.
test.each([vendors[2]!, vendors[4]!])(
  "where words stand for $name's tokens, what was done is still found",
  async (vendor) => {
    const records = await probed(vendor);
    const exact = loopTurns(records, { price, rule: vendor.rule, promptOf: vendor.sees });
    const estimated = loopTurns(records, { price, rule: vendor.rule });
    for (const [index, { ceilingTokens }] of estimated.entries())
      expect(Math.abs(ceilingTokens - exact[index]!.ceilingTokens) / exact[index]!.promptTokens!).toBeLessThan(0.15);
    const found = (turns: readonly LoopTurn[]) =>
      probeResults(turns, price).map(({ breaker, lostTokens, causes }) => [
        breaker,
        lostTokens!.mean,
        causes.map(({ change }) => change).filter((change) => change !== null),
        causes.some(({ cause }) => cause === "expired"),
      ]);
    expect(found(estimated)).toEqual(found(exact));
  },
);

describe("on the embedded engine with one slot", () => {
  let engine: Engine;
  beforeAll(async () => {
    const path = await ensureSpecimen("reader-mha");
    const model = { id: "reader-mha", path, kind: "specimen", notice: null };
    engine = await startEngine({ models: [model], contextTokens: 1_024, sequences: 1 });
    await engine.describe("reader-mha");
  });
  afterAll(() => engine.close());

  test("another session in between takes the place of the first", async () => {
    const scenario = cacheProbes({
      ...cacheProbesDefaults,
      ...{ seed: "t", contextTokens: 240, sessions: 1, toolsPlace: "system prompt" },
    });
    const cells = scenario.cells.filter(({ breaker }) => breaker === "other-session");
    const route = engineRoute(engine, "reader-mha", 1);
    const records = await recordsOf({ ...scenario, cells }, route);
    const turns = loopTurns(records, { price, rule: llamaRule });
    expect(turns.map(({ ceilingTokens }) => ceilingTokens)).toEqual(await longestPrefixes(records, route));
    const [result] = probeResults(turns, price);
    expect(result!.treatment.cachedTokens!.mean).toBe(result!.treatment.expectedTokens!.mean);
    expect(result!.lostTokens!.mean).toBeGreaterThan(240);
    expect(mainCause(result!)).toBe("another session");
  });
});

/** Of each call's own tokens, with any call before it. */
async function longestPrefixes(records: readonly TrialRecord[], { tokenize }: rules.Route): Promise<number[]> {
  const prompts: Int32Array[] = [];
  for (const { requestBody } of records.flatMap(({ calls }) => calls))
    prompts.push(await tokenize!(JSON.parse(requestBody)));
  return prompts.map((tokens, index) =>
    Math.max(0, ...prompts.slice(0, index).map((before) => commonPrefix(before, tokens))),
  );
}

const llamaRule = rules.llamaCpp({ sequences: 1 });
