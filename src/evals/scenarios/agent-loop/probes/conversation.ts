/** The conversation that the probes break: tools, a system prompt and a history, all of it new words in every session. */
import type { Message, Tool } from "../../../../wire/index.ts";
import type { Turn } from "../../../solver.ts";
import { syntheticWords } from "../replay/synthetic-text.ts";

export interface ProbeConversation {
  readonly tools: readonly Tool[];
  readonly system: string;
  /** User and assistant in turn. */
  readonly history: readonly Message[];
  /** The n-th question, from 1, and the answer that stands behind it in longer prompts. */
  readonly question: (number: number, tokens?: number) => Message;
  readonly answer: (number: number) => Message;
}

/** Where tool definitions go: the embedded engine takes none, so there they are a part of the system prompt. */
export type ToolsPlace = "request" | "system prompt";

const toolNames = ["list_files", "read_file", "search", "calculate"];
const exchanges = 4;
/** Of a question, and of an answer. */
const sayingTokens = 24;

/** @param session another one, other words: nothing of one session is found by another */
export function probeConversation(session: string, contextTokens: number): ProbeConversation {
  let texts = 0;
  const text = (tokens: number) => syntheticWords(session, texts++, Math.max(1, Math.round(tokens))).join("");
  const tools = toolNames.map((name) => ({
    name,
    description: text(0.05 * contextTokens).trim(),
    parameters: { type: "object", properties: { of: { type: "string" } } },
  }));
  const system = text(0.2 * contextTokens);
  const said = (0.6 * contextTokens) / (2 * exchanges);
  const history = Array.from({ length: 2 * exchanges }, (_, index): Message => {
    return { role: index % 2 === 0 ? "user" : "assistant", content: text(said) };
  });
  const saying =
    (role: Message["role"]) =>
    (number: number, tokens = sayingTokens) => ({
      role,
      content: syntheticWords(`${session} ${role}`, number, tokens).join(""),
    });
  return { tools, system, history, question: saying("user"), answer: saying("assistant") };
}

/** The conversation as a request. */
export function asked(
  { tools, system, history }: Pick<ProbeConversation, "tools" | "system" | "history">,
  behind: readonly Message[],
  toolsPlace: ToolsPlace,
): Turn {
  const inSystem = toolsPlace === "system prompt" ? `${tools.map((tool) => JSON.stringify(tool)).join("\n")}\n` : "";
  return {
    messages: [{ role: "system", content: `${inSystem}${system}` }, ...history, ...behind],
    ...(toolsPlace === "request" && { tools }),
  };
}
