/**
 * How well a route's tool calls agree with a reference's, over a whole run: K2-Vendor-Verifier's two metrics, with the
 * intervals that it leaves out.
 *
 * @see https://github.com/MoonshotAI/K2-Vendor-Verifier, "Evaluation Metrics"
 */

import { UserError } from "../../errors.ts";
import { type Interval, type Proportion, proportion, wilsonInterval } from "../../stats/index.ts";
import type { Answer } from "../../wire/index.ts";
import type { Sample } from "../scenario.ts";

export interface ToolCallTrial {
  /** Ended in a tool call. */
  readonly triggered: boolean;
  /** Whether the reference's answer to the same request did; null where there is none. */
  readonly referenceTriggered: boolean | null;
  /** There are calls, and every one is well formed; null where a tool's schema is none, so that nobody can say. */
  readonly schemaValid: boolean | null;
}

export interface ToolCallMetrics {
  /** Trials with a reference. */
  readonly n: number;
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly trueNegatives: number;
  /** Of the calls triggered, those that the reference triggered too: `tool_call_precision`. */
  readonly precision: Proportion | null;
  /** Of the calls that the reference triggered, those that were triggered: `tool_call_recall`. */
  readonly recall: Proportion | null;
  /** `tool_call_f1`; null where neither side triggered a call. */
  readonly f1: { readonly value: number; readonly interval: Interval } | null;
  /** Of the triggered answers, those whose calls are well formed: `schema_accuracy`. */
  readonly schemaAccuracy: Proportion | null;
}

/** What one answer adds to the metrics; that it ends in tool calls is what the server says, as in K2-Vendor-Verifier. */
export async function toolCallTrial(
  { tools = [] }: Sample,
  answer: Answer,
  referenceTriggered: boolean | null,
): Promise<ToolCallTrial> {
  const { toolCallErrors } = await import("./tool-call-errors.ts");
  // OpenAI's word for it, and Anthropic's.
  const triggered = answer.finishReason === "tool_calls" || answer.finishReason === "tool_use";
  try {
    const schemaValid = answer.toolCalls.length > 0 && toolCallErrors(answer.toolCalls, tools).length === 0;
    return { triggered, referenceTriggered, schemaValid };
  } catch (error) {
    if (error instanceof UserError) return { triggered, referenceTriggered, schemaValid: null };
    throw error;
  }
}

/**
 * Precision, recall, F1 and schema accuracy. Shares have Wilson's 95 % interval, which takes trials as independent. F1 is
 * 2·J / (1 + J), rising, with J = TP / (TP + FP + FN): its interval is Wilson's for J, put through the same formula.
 */
export function toolCallMetrics(trials: Iterable<ToolCallTrial>): ToolCallMetrics {
  const all = [...trials];
  const count = (triggered: boolean, reference: boolean) =>
    all.filter((trial) => trial.triggered === triggered && trial.referenceTriggered === reference).length;
  const truePositives = count(true, true);
  const falsePositives = count(true, false);
  const falseNegatives = count(false, true);
  const trueNegatives = count(false, false);
  const checked = all.filter(({ triggered, schemaValid }) => triggered && schemaValid !== null);
  return {
    n: truePositives + falsePositives + falseNegatives + trueNegatives,
    truePositives,
    falsePositives,
    falseNegatives,
    trueNegatives,
    precision: proportion(truePositives, truePositives + falsePositives),
    recall: proportion(truePositives, truePositives + falseNegatives),
    f1: f1Of(truePositives, truePositives + falsePositives + falseNegatives),
    schemaAccuracy: proportion(checked.filter(({ schemaValid }) => schemaValid).length, checked.length),
  };
}

function f1Of(truePositives: number, either: number): ToolCallMetrics["f1"] {
  const interval = wilsonInterval(truePositives, either);
  if (interval === null) return null;
  const f1 = (share: number) => (2 * share) / (1 + share);
  return { value: f1(truePositives / either), interval: { low: f1(interval.low), high: f1(interval.high) } };
}
