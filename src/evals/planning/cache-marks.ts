/**
 * Marks in requests, for vendors that keep a prefix only where it is marked (a rule's `takesMarks`): at the places where the
 * prompts of a plan part, so that each finds in the cache what it shares with any other. What nobody shares is not marked,
 * because writing costs more than reading anew: 1.25 times at Anthropic and at OpenAI from GPT-5.6 on.
 */
import { isDeepStrictEqual } from "node:util";
import type { Route } from "../../routes/index.ts";
import type { ContentPart, Message } from "../../wire/index.ts";
import type { Plan, PlannedTrial } from "../plan.ts";
import { openingOf, type Turn } from "../solver.ts";

/** Behind so many characters of a message, whose number is from 0; `Infinity` for all of it. */
export interface PromptPlace {
  readonly message: number;
  readonly characters: number;
}

/** The last ones. Anthropic takes four marks, of which a turn's own end may be one; OpenAI writes three. */
const mostMarks = 3;

/**
 * The trials of one call each with their marks; a solver that asks more often marks what its requests share itself.
 *
 * @param order  of the trials, in which prompts that begin alike stand side by side
 */
export function markedTrials(
  trials: readonly PlannedTrial[],
  order: Int32Array,
  route: Route,
  { scenario }: Plan,
): readonly PlannedTrial[] {
  if (!route.cacheRule?.takesMarks || trials.length === 0) return trials;
  const isOneCall = ({ cell, sample }: PlannedTrial) => (scenario.effort?.(cell, sample, route) ?? null) === null;
  const turnAt = (place: number) => openingOf(trials[order[place]!]!.sample);
  const shared: (PromptPlace | null)[] = [];
  for (let place = 1, before = turnAt(0); place < order.length; place++) {
    const turn = turnAt(place);
    shared.push(sharedUpTo(before, turn));
    before = turn;
  }
  const onwards = partings(shared);
  const backwards = partings(shared.toReversed()).reverse();
  const marked = [...trials];
  for (const [place, trial] of order.entries()) {
    if (!isOneCall(trials[trial]!)) continue;
    const marks = [...onwards[place]!, ...backwards[place]!].sort(inPrompt);
    const distinct = marks.filter((mark, at) => at === 0 || inPrompt(mark, marks[at - 1]!) > 0);
    marked[trial] = { ...trials[trial]!, marks: distinct.slice(-mostMarks) };
  }
  return marked;
}

/**
 * For each place, where its prompt parts from those in front of it, rising: what two prompts share is the least that
 * neighbours between them share.
 */
function partings(shared: readonly (PromptPlace | null)[]): PromptPlace[][] {
  let open: PromptPlace[] = [];
  const found = [open];
  for (const next of shared) {
    open = next === null ? [] : [...open.filter((one) => inPrompt(one, next) < 0), next];
    found.push(open.slice(-mostMarks));
  }
  return found;
}

const inPrompt = (one: PromptPlace, other: PromptPlace) =>
  one.message - other.message || (one.characters === other.characters ? 0 : one.characters - other.characters);

/** Whole lines of whole messages; null where nothing is shared. The assistant's messages take no marks. */
function sharedUpTo(one: Turn, other: Turn): PromptPlace | null {
  if (!isDeepStrictEqual(one.tools, other.tools)) return null;
  const parting = one.messages.findIndex((message, index) => !isDeepStrictEqual(message, other.messages[index]));
  const [left, right] = [one.messages[parting], other.messages[parting]];
  if (left?.role === right?.role && left?.role !== "assistant") {
    const characters = sharedLines(left?.content, right?.content);
    if (characters > 0) return { message: parting, characters };
  }
  const whole = one.messages.slice(0, parting < 0 ? undefined : parting);
  const message = whole.findLastIndex(({ role }) => role !== "assistant");
  return message < 0 ? null : { message, characters: Number.POSITIVE_INFINITY };
}

/** Characters of two texts up to the end of the last line that both have, without what is blank there; 0 where one says no more. */
function sharedLines(one: Message["content"] | undefined, other: Message["content"] | undefined): number {
  if (typeof one !== "string" || typeof other !== "string") return 0;
  let length = 0;
  while (length < one.length && one.charCodeAt(length) === other.charCodeAt(length)) length++;
  const end = one.slice(0, Math.max(0, one.lastIndexOf("\n", length - 1))).trimEnd().length;
  return [one, other].some((text) => text.slice(end).trim() === "") ? 0 : end;
}

/** @param marks  rising */
export function withMarks(messages: readonly Message[], marks: readonly PromptPlace[]): readonly Message[] {
  return messages.map((message, index) => {
    const ends = marks.filter((mark) => mark.message === index).map(({ characters }) => characters);
    return ends.length === 0 ? message : { ...message, content: cutAt(message.content, ends) };
  });
}

export const endOf = (messages: readonly Message[]): PromptPlace => ({
  message: messages.length - 1,
  characters: Number.POSITIVE_INFINITY,
});

/** In parts, each of which says something: vendors refuse blank ones. */
function cutAt(content: Message["content"], ends: readonly number[]): Message["content"] {
  const last = content.at(-1);
  if (typeof last === "object" && typeof content === "object") return content.with(-1, { ...last, endsPrefix: true });
  if (typeof content !== "string" || content.trim() === "") return content;
  const inside = ends.filter((end) => content.slice(end).trim() !== "");
  const edges = [0, ...inside, content.length];
  return edges.slice(1).map((end, index): ContentPart => {
    const part = { type: "text", text: content.slice(edges[index], end) } as const;
    return index < inside.length || inside.length < ends.length ? { ...part, endsPrefix: true } : part;
  });
}
