import fc from "fast-check";
import { expect, test } from "vitest";
import { answer, sample } from "../../../test/fixtures/scored.ts";
import { type ToolCallTrial, toolCallMetrics, toolCallTrial } from "./tool-call-metrics.ts";

const trials = (count: number, trial: ToolCallTrial) => Array.from({ length: count }, () => trial);

// README.md of MoonshotAI/K2-Vendor-Verifier, table of 2025-11-15 for kimi-k2-thinking: tool calls, valid ones, accuracy.
test.each([
  ["InfiniAI", 1827, 1825, 99.89],
  ["SiliconFlow", 2119, 2097, 98.96],
  ["vLLM", 2128, 1856, 87.22],
  ["Chutes", 3657, 3037, 83.05],
])("the schema accuracy of %s is the published one", (_vendor, triggered, valid, percent) => {
  const { schemaAccuracy } = toolCallMetrics([
    ...trials(valid, { triggered: true, referenceTriggered: null, schemaValid: true }),
    ...trials(triggered - valid, { triggered: true, referenceTriggered: null, schemaValid: false }),
    ...trials(100, { triggered: false, referenceTriggered: null, schemaValid: null }),
  ]);
  expect(schemaAccuracy!.n).toBe(triggered);
  expect(100 * schemaAccuracy!.share).toBeCloseTo(percent, 2);
});

test("precision, recall and F1 follow K2-Vendor-Verifier's formulas, and intervals hold their values", () => {
  const count = fc.nat(60);
  fc.assert(
    fc.property(count, count, count, count, (tp, fp, fn, tn) => {
      const trial = (triggered: boolean, referenceTriggered: boolean) => ({
        triggered,
        referenceTriggered,
        schemaValid: null,
      });
      const metrics = toolCallMetrics([
        ...trials(tp, trial(true, true)),
        ...trials(fp, trial(true, false)),
        ...trials(fn, trial(false, true)),
        ...trials(tn, trial(false, false)),
      ]);
      expect(metrics).toMatchObject({ n: tp + fp + fn + tn, truePositives: tp, trueNegatives: tn });
      const { precision, recall, f1 } = metrics;
      expect(precision?.share ?? null).toBe(tp + fp === 0 ? null : tp / (tp + fp));
      expect(recall?.share ?? null).toBe(tp + fn === 0 ? null : tp / (tp + fn));
      if (tp > 0)
        expect(f1!.value).toBeCloseTo((2 * precision!.share * recall!.share) / (precision!.share + recall!.share), 12);
      expect(f1 === null).toBe(tp + fp + fn === 0);
      if (f1 !== null) {
        expect(f1.interval.low).toBeLessThanOrEqual(f1.value);
        expect(f1.interval.high).toBeGreaterThanOrEqual(f1.value);
      }
    }),
  );
});

test("a trial's part in the metrics is read from its answer", async () => {
  const tools = [{ name: "now", parameters: { type: "object", additionalProperties: false } }];
  const call = (given: string) => ({ id: "functions.now:0", name: "now", arguments: given });
  const read = (finishReason: string, calls: readonly ReturnType<typeof call>[], own = tools) =>
    toolCallTrial(sample({ tools: own }), answer("", { finishReason, toolCalls: calls }), true);
  expect(await read("tool_calls", [call("{}")])).toEqual({
    triggered: true,
    referenceTriggered: true,
    schemaValid: true,
  });
  expect(await read("tool_use", [call('{"a": 1}')])).toMatchObject({ triggered: true, schemaValid: false });
  // A server that says so and sends none has failed, by K2-Vendor-Verifier's count too.
  expect(await read("tool_calls", [])).toMatchObject({ triggered: true, schemaValid: false });
  expect(await read("stop", [call("{}")])).toMatchObject({ triggered: false });
  const broken = [{ name: "now", parameters: { type: "strnig", additionalProperties: false } }];
  expect(await read("tool_calls", [call("{}")], broken)).toMatchObject({ schemaValid: null });
});
