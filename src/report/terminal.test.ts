import { expect, test } from "vitest";
import { syntheticRecords, syntheticRunInfo } from "../../test/synthetic-run.ts";
import { summarize } from "./summary.ts";
import { terminalSummary } from "./terminal.ts";

const run = syntheticRunInfo(10);
const options = { colour: false, width: 60 };

test("nothing of the heading and of failures is cut: why a call failed stands at the end", async () => {
  const summary = await summarize({ ...run, status: "interrupted" }, []);
  const message =
    "the server answered 400: 'messages' must alternate between user and assistant, and end with a user's";
  const failure = {
    outcome: "failed",
    class: "invalid-request",
    candidate: "custom/a-model",
    message,
    count: 3,
  } as const;
  const question = "How much of a repeated agent loop is read from the cache, turn by turn, and what do misses cost?";
  const said = { ...summary, run: { ...summary.run, scenario: { ...run.scenario, question } }, failures: [failure] };
  const text = terminalSummary(said, options);
  for (const line of text.split("\n")) expect([...line].length).toBeLessThanOrEqual(60);
  const whole = text.replaceAll(/\s+/g, " ");
  for (const part of [question, message, "interrupted"]) expect(whole).toContain(part);
});

test("where there is no room a column of which nothing is known goes before the cost", async () => {
  const records = [...syntheticRecords(run)].map(({ trial, calls }) => ({
    calls,
    trial: { ...trial, kvCacheBytes: null },
  }));
  const summary = await summarize(run, records);
  const heading = (width: number) =>
    terminalSummary(summary, { colour: false, width })
      .split("\n")
      .find((line) => line.startsWith("Candidate"))!;
  expect(heading(120)).toContain("KV cache");
  const narrow = [110, 100, 90, 80, 70, 60].map(heading);
  for (const line of narrow.filter((line) => line.includes("KV cache"))) expect(line).toContain("Cost");
  expect(narrow.at(-1)).not.toContain("KV cache");
});
