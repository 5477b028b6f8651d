/** Tool calls that are well formed, and the ones that were expected. */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { Answer, ToolCall } from "../../wire/index.ts";
import type { Scorer } from "../scenario.ts";
import type { Score } from "../trial.ts";
import { jsonAnswer } from "./json-answer.ts";
import { scoreName } from "./score-name.ts";
import { excerpt, verdict } from "./verdict.ts";

const ExpectedCall = z.strictObject({
  name: z.string().min(1).describe("The tool to be called"),
  arguments: z.record(z.string(), z.unknown()).optional().describe("Its arguments [any]"),
});
type ExpectedCall = z.infer<typeof ExpectedCall>;

export const ToolCalls = z.strictObject({
  type: z.literal("tool-calls"),
  name: scoreName,
  trigger: z.boolean().optional().describe("Whether the answer has to call a tool at all, as a reference model did"),
  expect: z
    .array(ExpectedCall)
    .min(1)
    .optional()
    .describe("The calls that the answer has to make, in any order, and no others"),
  extraArguments: z.boolean().default(false).describe("Arguments beyond the expected ones are no mistake"),
});
type Spec = z.infer<typeof ToolCalls>;

/**
 * 1 where every call is well formed (valid JSON, a tool's name, its schema) and the calls are the expected ones. Without
 * an expectation it has nothing to say about answers that call no tool, so that its mean is K2-Vendor-Verifier's
 * `schema_accuracy`. The explanation of an ill-formed call begins with its class.
 *
 * @see https://github.com/MoonshotAI/K2-Vendor-Verifier, "Evaluation Metrics"
 */
export async function toolCalls(spec: Spec): Promise<Scorer> {
  const { toolCallErrors } = await import("./tool-call-errors.ts");
  return {
    name: spec.name ?? spec.type,
    version: 1,
    score: ({ tools = [] }, answer) => {
      if (spec.expect === undefined && spec.trigger === undefined && answer.toolCalls.length === 0) return null;
      const errors = toolCallErrors(answer.toolCalls, tools);
      if (errors.length === 0) return asExpected(answer, spec);
      const listed = errors.map((error) => `${error.class}: ${error.tool}, ${error.detail}`).join("; ");
      return { value: 0, explanation: excerpt(listed) };
    },
  };
}

function asExpected({ toolCalls: calls, text }: Answer, { trigger, expect, extraArguments }: Spec): Score {
  const made = calls.map(({ name, arguments: given }) => `${name}(${given})`).join(", ");
  if (trigger !== undefined && trigger !== calls.length > 0)
    return verdict(false, trigger ? "a tool call" : "no tool call", made || `none: ${text.trim()}`);
  if (expect === undefined) return verdict(true, made || "no tool call", "");
  const wanted = expect.map(({ name, arguments: given }) => `${name}(${given ? JSON.stringify(given) : "…"})`);
  const right = calls.length === expect.length && allPaired(expect, calls, extraArguments);
  return verdict(right, wanted.join(", "), made || `no tool call: ${text.trim()}`);
}

/** Whether each expectation can have a call of its own: a bipartite matching by augmenting paths (Kuhn 1955). */
function allPaired(expected: readonly ExpectedCall[], calls: readonly ToolCall[], extraArguments: boolean): boolean {
  const takenBy = new Map<number, number>();
  const place = (index: number, tried: Set<number>): boolean =>
    calls.some((call, at) => {
      if (tried.has(at) || !isCall(call, expected[index]!, extraArguments)) return false;
      tried.add(at);
      const other = takenBy.get(at);
      if (other !== undefined && !place(other, tried)) return false;
      takenBy.set(at, index);
      return true;
    });
  return expected.every((_, index) => place(index, new Set()));
}

function isCall(call: ToolCall, expected: ExpectedCall, extraArguments: boolean): boolean {
  if (call.name !== expected.name) return false;
  if (expected.arguments === undefined) return true;
  const read = jsonAnswer(call.arguments, false);
  if (read.problem !== null || typeof read.value !== "object" || read.value === null) return false;
  const given = read.value as Readonly<Record<string, unknown>>;
  return extraArguments
    ? Object.entries(expected.arguments).every(([key, value]) => isDeepStrictEqual(given[key], value))
    : isDeepStrictEqual(given, expected.arguments);
}
