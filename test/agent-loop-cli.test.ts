/** Loops through the real `assay`: a trace that is sent again, probes of a cache, and an agent as the arm of a job. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CandidateLoops } from "../src/report/loops/loops.ts";
import { ensureSpecimen } from "../src/specimens/index.ts";
import { runCli, temporaryFolder } from "./cli-process.ts";
import { type FakeRequest, startFakeServer } from "./fake-server/index.ts";
import * as fake from "./fake-vendors/index.ts";

const folder = temporaryFolder();
const model = "engine/reader-mha";
beforeAll(async () => {
  await ensureSpecimen("reader-mha");
  const rows = [
    { session_id: "a", timestamp: 0, input_length: 300, output_length: 40, hash_ids: [1] },
    { session_id: "a", timestamp: 1, input_length: 400, output_length: 40, hash_ids: [1] },
    { session_id: "a", timestamp: 2, input_length: 400, output_length: 40, hash_ids: [1] },
  ];
  const asked = [{ role: "user", content: "What do apples cost in the morning?" }];
  const tools = [{ type: "function", function: { name: "look", parameters: { type: "object" } } }];
  const bodies = [
    { messages: asked, tools },
    {
      messages: [...asked, { role: "assistant", content: "Three." }, { role: "user", content: "And pears?" }],
      tools,
    },
  ];
  const job = {
    job: "prices",
    material: ["prices.txt"],
    samples: [{ id: "pears", input: "What do pears cost?", target: "4" }],
    scorers: ["contains"],
    arms: ["whole", { agent: { maxTurns: 4 } }],
  };
  write("mooncake.jsonl", rows.map((row) => JSON.stringify(row)).join("\n"));
  write("bodies.jsonl", bodies.map((body) => JSON.stringify(body)).join("\n"));
  write("prices.txt", "apples 3\npears 4\n");
  write("job.json", JSON.stringify(job));
});
afterAll(() => folder.remove());

const write = (name: string, text: string) => writeFileSync(join(folder.path, name), text);
const assay = (args: string) => runCli(args.split(" "), { cwd: folder.path });

interface Printed {
  readonly run: { readonly id: string; readonly notes: readonly string[]; readonly seed: number };
  readonly loops: readonly CandidateLoops[];
  readonly candidates: readonly { readonly cells: readonly { readonly label: string; readonly quality: unknown }[] }[];
}

async function measured(args: string): Promise<Printed> {
  const { code, stdout, stderr } = await assay(`${args} --json`);
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  return JSON.parse(stdout);
}

const turnsOf = ({ loops }: Printed) => loops[0]!.summary.turns;

describe.concurrent("on the embedded engine", () => {
  test("a replayed loop reads all of the prompt before, and of the same prompt all but its last token", async () => {
    const result = await measured(
      `run replay --trace mooncake.jsonl --trace-rows cumulative --model ${model} --store replay.db`,
    );
    const [first, second, third] = turnsOf(result);
    expect([first!.cachedTokens, second!.cachedTokens]).toEqual([0, first!.promptTokens]);
    expect([third!.promptTokens, third!.cachedTokens]).toEqual([second!.promptTokens, second!.promptTokens - 1]);
    // A word is a token; the marks of the chat template come on top.
    expect(first!.promptTokens).toBeGreaterThanOrEqual(300);
    expect(first!.promptTokens).toBeLessThan(320);
    for (const { cachedTokens, expectedTokens } of turnsOf(result)) expect(cachedTokens).toBe(expectedTokens);
    const shown = await assay("show latest --store replay.db");
    expect(shown.stdout).toContain("1 answered · 1 planned");
    expect(shown.stdout).toContain(`Turn by turn: ${model}. 1 session, 3 calls.`);
    expect(shown.stdout).not.toMatch(/Quality|judged/);
  });

  test("a transcript is sent with its own answers, and without the tools that the engine does not take", async () => {
    const result = await measured(`run replay --trace bodies.jsonl --model ${model} --store bodies.db`);
    expect(result.run.notes).toEqual([expect.stringContaining("The embedded engine takes no tools")]);
    const [first, second] = turnsOf(result);
    expect([second!.cachedTokens, second!.expectedTokens]).toEqual([first!.promptTokens, first!.promptTokens]);
  });

  test("probes find what breaks a cache, as llama.cpp's rule has it", async () => {
    const result = await measured(
      `run cache-probes --model ${model} --context 256 --sessions 1 --idle 0.1 --store probes.db`,
    );
    const probes = new Map(result.loops[0]!.probes.map((probe) => [probe.breaker, probe]));
    expect([...probes.keys()]).toContain("idle-0.1s");
    for (const { lostTokens, expectedLostTokens } of probes.values())
      expect(lostTokens!.mean).toBe(expectedLostTokens!.mean);
    const lost = (name: string) => probes.get(name)!.lostTokens!.mean;
    // The tools are a tenth of the conversation, and stand in front of the rest.
    expect(lost("tools-reordered")).toBeGreaterThan(256 * 0.8);
    expect(Math.abs(lost("idle-0.1s"))).toBeLessThan(8);
    expect(lost("tools-reordered")).toBeGreaterThan(lost("message-edited"));
  });
});

test("a vendor's own words for its cache are kept, and its units are found", async () => {
  const server = await fake.deepSeek.start({ storageUnitTokens: 64 });
  try {
    const result = await measured(
      `run replay --trace mooncake.jsonl --trace-rows cumulative --base-url ${server.baseUrl} --model deepseek/v4 --price input=1,cached=0.1,output=1`,
    );
    const record = JSON.parse((await assay("show latest 1 --json")).stdout);
    const calls: { requestBody: string; responseBody: string }[] = record.calls;
    for (const { responseBody } of calls) expect(responseBody).toContain('"prompt_cache_hit_tokens"');
    // A unit ends with the input of each request: what is cached of the next is that, in whole 64s.
    const units = calls.map(({ requestBody }) => {
      const { inputTokens } = fake.deepSeek.render(JSON.parse(requestBody).messages);
      return Math.floor(inputTokens / 64) * 64;
    });
    expect(turnsOf(result).map(({ cachedTokens }) => cachedTokens)).toEqual([0, units[0], units[1]]);
    // At an address of the user's nobody knows the rule.
    expect(turnsOf(result).map(({ expectedTokens }) => expectedTokens)).toEqual([null, null, null]);
    const [, { promptTokens, costUsd }] = turnsOf(result) as [unknown, { promptTokens: number; costUsd: number }];
    expect(costUsd).toBeCloseTo((promptTokens - units[0]! + 0.1 * units[0]! + 1) / 1e6, 12);
  } finally {
    await server.close();
  }
});

test("an agent answers beside the arm that reads all, and its turns and tools are counted", async () => {
  const answer = ({ body, prompt, lastMessage }: FakeRequest) => {
    if (body.tools === undefined) return prompt.includes("pears 4") ? "They cost 4." : "unknown";
    return lastMessage.includes("pears 4")
      ? "They cost 4."
      : { text: "", toolCalls: [{ id: "one", name: "search", arguments: '{"query":"pears"}' }] };
  };
  const server = await startFakeServer({ answer });
  try {
    const args = `run job.json --base-url ${server.baseUrl} --model reader`;
    expect((await assay(`${args} --dry-run --price input=1,output=1`)).stdout).toContain("5 calls");
    const result = await measured(args);
    expect(result.candidates[0]!.cells.map(({ label, quality }) => [label, quality])).toEqual([
      ["agent of 4 turns", expect.objectContaining({ share: 1, n: 1 })],
      ["whole", expect.objectContaining({ share: 1, n: 1 })],
    ]);
    expect(turnsOf(result).map(({ calls }) => calls)).toEqual([1, 1]);
    expect(result.loops[0]!.tools).toMatchObject({ toolCalls: 1, errors: { Failed: 0, UnknownName: 0 } });
  } finally {
    await server.close();
  }
});
