/** The turns of a session in blocks: its prompts as conversations, with the answers that the trace had. */
import type { Message } from "../../../../wire/index.ts";
import type { Turn } from "../../../solver.ts";
import { type BlockRequest, sharedTokens, textOf } from "./block-request.ts";
import { syntheticWords } from "./synthetic-text.ts";

export interface BlockLayout {
  readonly blockTokens: number;
  /** The ids of one scope mean the same blocks. */
  readonly scope: string;
  /** Tool definitions and system text at the beginning, both as the system message. */
  readonly systemTokens: number;
}

/** A message, and where it ends in the prompt. */
interface Stretch {
  readonly message: Message;
  readonly endTokens: number;
}

/**
 * Of requests that hold their whole prompt. Messages that two prompts in a row share are the same; where one goes on
 * behind the other, the first of what is new is the answer in between, as long as the trace says, and the rest the user's.
 * Where an answer would leave nothing to the user, it is not told apart.
 */
export function* cumulativeTurns(requests: readonly BlockRequest[], layout: BlockLayout): Generator<Turn> {
  let before: { readonly request: BlockRequest; readonly stretches: readonly Stretch[] } | null = null;
  for (const request of requests) {
    const stretches: readonly Stretch[] =
      before === null ? opened(request, layout) : continued(before.request, before.stretches, request, layout);
    before = { request, stretches };
    yield { messages: stretches.map(({ message }) => message) };
  }
}

function opened(request: BlockRequest, layout: BlockLayout): Stretch[] {
  // A prompt needs something that is asked.
  const system = Math.min(layout.systemTokens, request.inputTokens - 1);
  const stretch = stretchesOf(request, layout);
  return system > 0
    ? [stretch("system", 0, system), stretch("user", system, request.inputTokens)]
    : [stretch("user", 0, request.inputTokens)];
}

function continued(
  before: BlockRequest,
  stretches: readonly Stretch[],
  request: BlockRequest,
  layout: BlockLayout,
): Stretch[] {
  const stretch = stretchesOf(request, layout);
  const shared = sharedTokens(before, request, layout.blockTokens);
  const kept = stretches.filter(({ endTokens }) => endTokens <= shared);
  const cut = stretches[kept.length];
  if (kept.length === 0) return opened(request, layout);
  let at = kept.at(-1)!.endTokens;
  const add = (role: Message["role"], end: number) => {
    kept.push(stretch(role, at, end));
    at = end;
  };
  if (cut?.message.role === "assistant" && shared > at) add("assistant", shared);
  const { outputTokens } = before;
  if (at === before.inputTokens && outputTokens > 0 && at + outputTokens < request.inputTokens)
    add("assistant", at + outputTokens);
  if (at < request.inputTokens) add("user", request.inputTokens);
  else if (kept.at(-1)!.message.role !== "user") {
    kept.pop();
    at = kept.at(-1)?.endTokens ?? 0;
    add("user", request.inputTokens);
  }
  return kept;
}

const stretchesOf =
  (request: BlockRequest, layout: BlockLayout) =>
  (role: Message["role"], from: number, to: number): Stretch => ({
    message: { role, content: textOf(request, from, to, layout) },
    endTokens: to,
  });

/** Of requests that hold only what is new: the prompts before and the answers to them stand in front of it. */
export function* deltaTurns(
  session: string,
  requests: readonly BlockRequest[],
  layout: Omit<BlockLayout, "systemTokens">,
): Generator<Turn> {
  const messages: Message[] = [];
  for (const [index, request] of requests.entries()) {
    messages.push({ role: "user", content: textOf(request, 0, request.inputTokens, layout) });
    yield { messages: [...messages] };
    const answer = syntheticWords(`${layout.scope} answers in ${session}`, index, request.outputTokens).join("");
    if (answer !== "") messages.push({ role: "assistant", content: answer });
  }
}
