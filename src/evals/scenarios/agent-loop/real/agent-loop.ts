/** A real loop: the model calls tools over the sample's material until it answers. */
import type { Answer, Message, ToolCall } from "../../../../wire/index.ts";
import type { Document, Sample } from "../../../scenario.ts";
import { openingOf, type Solver } from "../../../solver.ts";
import { type FileTool, fileTools, ToolFailure } from "./file-tools.ts";
import { toolError } from "./tool-error.ts";

export interface AgentLoopOptions {
  /** Requests of a sample; the last answer counts, even if it still calls tools. */
  readonly maxTurns: number;
  /** Put in front where the sample has no system message of its own; null for none. */
  readonly instruction: string | null;
}

export const agentLoopDefaults: AgentLoopOptions = {
  maxTurns: 16,
  instruction:
    "Answer from the files alone: look things up with the tools before you answer. Then answer without a tool call.",
};

/**
 * The loop as a solver. A call that cannot be answered (no such tool, arguments that are not its schema's, a file that is
 * not there) is answered with an error, for the model to mend; `toolErrorsOf` counts them.
 */
export function agentLoop(options: AgentLoopOptions = agentLoopDefaults): Solver {
  return {
    name: "agent loop",
    version: 2,
    solve: async (sample, ask) => {
      const opening = openingOf(sample);
      const messages = [...instructed(sample, options.instruction)];
      for (let turn = 1; ; turn++) {
        const { answer } = await ask({
          ...{ ...opening, messages: [...messages], tools: fileTools.map(asTool) },
          ...(turn < options.maxTurns && { goesOn: true }),
        });
        if (answer.toolCalls.length === 0 || turn >= options.maxTurns) return answer;
        messages.push(said(answer));
        for (const call of answer.toolCalls)
          messages.push({ role: "tool", toolCallId: call.id, content: await resultOf(call, sample.material ?? []) });
      }
    },
  };
}

const asTool = ({ run: _run, ...tool }: FileTool) => tool;

const instructed = ({ messages }: Sample, instruction: string | null): readonly Message[] =>
  instruction === null || messages.some(({ role }) => role === "system")
    ? messages
    : [{ role: "system", content: instruction }, ...messages];

const said = ({ text, reasoning, toolCalls }: Answer): Message => ({
  role: "assistant",
  content: text,
  ...(reasoning !== null && { reasoning }),
  toolCalls,
});

async function resultOf(call: ToolCall, material: readonly Document[]): Promise<string> {
  const { toolCallErrors } = await import("../../../scorers/tool-call-errors.ts");
  const [malformed] = toolCallErrors([call], fileTools);
  if (malformed !== undefined) return toolError(malformed.class, malformed.detail);
  const tool = fileTools.find(({ name }) => name === call.name)!;
  try {
    return await tool.run(JSON.parse(call.arguments), material);
  } catch (error) {
    if (error instanceof ToolFailure) return toolError("Failed", error.message);
    throw error;
  }
}
