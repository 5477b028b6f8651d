/**
 * Conversations as agents and chats have them: they grow, branch off, are edited early or cut short, their tools change
 * places. Few words in few paragraphs: chance alone makes prompts share beginnings, also inside a message.
 */
import type { Random } from "../../src/stats/index.ts";

export interface Part {
  text: string;
  /** Marked as the end of a prefix, with the lifetime that is asked for; "" asks for none. */
  mark: string | null;
}

export interface Turn {
  readonly role: "system" | "developer" | "user" | "assistant" | "tool";
  readonly parts: Part[];
  thinking?: string;
  calls?: { readonly id: string; readonly name: string; readonly text: string }[];
  image?: string;
}

export interface Conversation {
  tools: string[];
  turns: Turn[];
}

export interface Shape {
  /** Of most paragraphs, words. */
  readonly paragraphWords: readonly number[];
  readonly marks: readonly string[];
  /** A longer conversation is not continued, tokens; where the server cannot hold more, it is not begun either. */
  readonly mostTokens: number;
}

export interface Sent {
  readonly conversation: Conversation;
  readonly promptTokens: number;
  /** What the model said. */
  readonly answer: string;
}

/** The next conversation of a history: mostly one of the earlier ones, changed. */
export function nextConversation(sent: readonly Sent[], shape: Shape, random: Random): Conversation {
  const short = sent.filter(({ promptTokens }) => promptTokens <= shape.mostTokens);
  const base =
    random.uniform() < 0.7 ? short.at(-1) : random.uniform() < 0.6 ? random.pick([...short, undefined]) : undefined;
  const conversation = base === undefined ? opened(shape, random) : copyOf(base.conversation);
  if (base !== undefined) change(conversation, base.answer, shape, random);
  const [marksOthers, marksAgain] = [random.uniform() < 0.6, random.uniform() < 0.5];
  for (const part of conversation.turns.flatMap(({ parts }) => parts)) {
    if (marksOthers && random.uniform() < 0.15) part.mark = part.mark === null ? "" : null;
    if (marksAgain && part.mark !== null) part.mark = random.pick(shape.marks);
  }
  return conversation;
}

/** Makes a prompt longer by so many words, at its end. */
export function pad({ turns }: Conversation, words: number): void {
  const last = turns.at(-1)!.parts.at(-1)!;
  last.text = `${last.text}${" w".repeat(words)}`;
}

const copyOf = ({ tools, turns }: Conversation): Conversation => ({
  tools,
  turns: turns.map((turn) => ({ ...turn, parts: turn.parts.map((one) => ({ ...one })) })),
});

const part = (text: string): Part => ({ text, mark: null });

/** `a a a a b`: the beginning of a longer one of the same word. */
function paragraph({ paragraphWords }: Shape, random: Random): string {
  const word = random.pick(["a", "b", "c"]);
  const end = random.uniform() < 0.5 ? random.pick(["x", "y"]) : "";
  return `${`${word} `.repeat(random.pick(paragraphWords))}${end}`;
}

function opened(shape: Shape, random: Random): Conversation {
  const system = ["", "You read.", `You read. ${"a ".repeat(shape.paragraphWords[0]!)}`];
  const opening = Array.from(
    { length: random.integer(3) },
    (): Turn => ({
      role: random.uniform() < 0.8 ? "system" : "developer",
      parts: [part(random.pick(system.slice(1))), ...(random.uniform() < 0.2 ? [part(paragraph(shape, random))] : [])],
    }),
  );
  const tools = random.uniform() < 0.5 ? random.shuffle(["look", "count", "write"]).slice(random.integer(2)) : [];
  return { tools, turns: [...opening, said("user", shape, random)] };
}

function said(role: Turn["role"], shape: Shape, random: Random): Turn {
  const parts = Array.from({ length: random.uniform() < 0.2 ? 3 : 1 }, () => part(paragraph(shape, random)));
  if (random.uniform() < 0.7) parts.at(-1)!.mark = random.pick(shape.marks);
  return { role, parts, ...(role === "user" && random.uniform() < 0.05 && { image: random.pick(["cat", "dog"]) }) };
}

/** Vendors look back over 20 blocks or messages, and over 50 breakpoints. */
const aboutTwenty = [3, 10, 18, 19, 20, 21, 22];
const aboutFifty = [5, 30, 48, 49, 50, 51, 52];

function change(conversation: Conversation, answer: string, shape: Shape, random: Random): void {
  const { turns } = conversation;
  const chance = random.uniform();
  if (chance < 0.5) grow(conversation, answer, shape, random);
  else if (chance < 0.6) random.pick(random.pick(turns).parts).text = paragraph(shape, random);
  else if (chance < 0.66) conversation.tools = random.shuffle(["look", "count", "write"]).slice(random.integer(3));
  else if (chance < 0.74) turns.length = 1 + random.integer(turns.length);
  else if (chance < 0.8) pad(conversation, 1 + random.integer(30));
  else if (chance < 0.9)
    for (let count = random.pick(aboutTwenty); count > 0; count--)
      turns.push({
        role: random.uniform() < 0.9 ? "user" : "developer",
        parts: [{ text: random.pick(["a", "b"]), mark: count === 1 ? "" : null }],
      });
  else if (chance < 0.93)
    turns.push({
      role: "user",
      parts: Array.from({ length: random.pick(aboutFifty) }, () => ({ text: "a", mark: "" })),
    });
}

function grow({ turns, tools }: Conversation, answer: string, shape: Shape, random: Random): void {
  const assistant: Turn = { role: "assistant", parts: [part(random.uniform() < 0.85 ? answer : `${answer} indeed`)] };
  if (random.uniform() < 0.15) assistant.thinking = random.pick(["so it is", "so it is not"]);
  turns.push(assistant);
  if (tools.length > 0 && random.uniform() < 0.6) {
    const isLong = random.uniform() < 0.3;
    const ids = Array.from(
      { length: 1 + random.integer(isLong ? 24 : 4) },
      (_, index) => `call-${turns.length}-${index}`,
    );
    assistant.calls = ids.map((id) => ({ id, name: tools[0]!, text: random.pick(["a", "b"]) }));
    const result = () => part(isLong ? random.pick(["a", "b"]) : paragraph(shape, random));
    for (const _ of ids)
      turns.push({
        role: "tool",
        parts: [{ ...result(), mark: random.uniform() < 0.3 ? random.pick(shape.marks) : null }],
      });
  }
  if (turns.at(-1)!.role !== "tool" || random.uniform() < 0.3) turns.push(said("user", shape, random));
}

/** As a body for `POST /chat/completions`, with OpenAI's marks where the vendor takes them. */
export function chatBody({ tools, turns }: Conversation, takesMarks: boolean): object {
  const content = ({ parts, image }: Turn) => [
    ...parts.map(({ text, mark }) => ({
      type: "text",
      text,
      ...(takesMarks &&
        mark !== null && { prompt_cache_breakpoint: { mode: "explicit", ...(mark !== "" && { ttl: mark }) } }),
    })),
    ...(image === undefined ? [] : [{ type: "image_url", image_url: { url: image } }]),
  ];
  const messages = turns.map((turn) => {
    const isPlain =
      turn.parts.length === 1 && turn.image === undefined && !(takesMarks && turn.parts[0]!.mark !== null);
    return {
      role: turn.role,
      content: isPlain ? turn.parts[0]!.text : content(turn),
      ...(turn.thinking !== undefined && { reasoning_content: turn.thinking }),
      ...(turn.calls && {
        tool_calls: turn.calls.map(({ id, name, text }) => ({
          id,
          type: "function",
          function: { name, arguments: JSON.stringify({ text }) },
        })),
      }),
      ...(turn.role === "tool" && { tool_call_id: "call" }),
    };
  });
  const definitions = tools.map((name) => ({ type: "function", function: { name, description: `to ${name}` } }));
  return { messages, ...(tools.length > 0 && { tools: definitions }) };
}

/**
 * As a body for `POST /messages`: marks are on the last four marked blocks, those of an hour first.
 *
 * @param automatic the lifetime that automatic caching asks for, "" for none; it takes one of the four
 */
export function messagesBody({ tools, turns }: Conversation, automatic: string | null): object {
  const marked: { cache_control?: object; readonly mark: string }[] = [];
  const block = <Block extends object>(of: Block, mark: string | null) => {
    if (mark !== null) marked.push(Object.assign(of, { mark }));
    return of;
  };
  const opening = turns.findIndex(({ role }) => role !== "system" && role !== "developer");
  const definitions = tools.map((name, index) =>
    block({ name, input_schema: { type: "object" } }, index === tools.length - 1 && tools.length > 2 ? "" : null),
  );
  const texts = ({ parts }: Turn) => parts.map(({ text, mark }) => block({ type: "text", text }, mark));
  const system = turns.slice(0, Math.max(0, opening)).flatMap(texts);
  const messages: { role: string; content: object[] }[] = [];
  for (const turn of turns.slice(Math.max(0, opening))) {
    const last = messages.at(-1);
    if (turn.role === "tool") {
      const [{ text, mark }] = turn.parts as [Part];
      const result = block({ type: "tool_result", tool_use_id: "call", content: text }, mark);
      if (last?.role === "user" && (last.content.at(-1) as { type: string }).type === "tool_result")
        last.content.push(result);
      else messages.push({ role: "user", content: [result] });
      continue;
    }
    const thinking = turn.thinking === undefined ? [] : [{ type: "thinking", thinking: turn.thinking, signature: "s" }];
    const image = turn.image === undefined ? [] : [{ type: "image", source: { type: "url", url: turn.image } }];
    const calls = (turn.calls ?? []).map(({ id, name, text }) => ({ type: "tool_use", id, name, input: { text } }));
    const role = turn.role === "assistant" ? "assistant" : "user";
    messages.push({ role, content: [...thinking, ...texts(turn), ...image, ...calls] });
  }
  const kept = marked.slice(automatic === null ? -4 : -3);
  const lastHour = kept.findLastIndex(({ mark }) => mark === "1h");
  for (const [index, one] of kept.entries())
    one.cache_control = {
      type: "ephemeral",
      ...(index <= lastHour ? { ttl: "1h" } : one.mark !== "" && { ttl: one.mark }),
    };
  for (const one of marked) Reflect.deleteProperty(one, "mark");
  // The last block may be marked already: then both have to ask for the same.
  const marks = [...messages.flatMap(({ content }) => content), ...(messages.length > 0 ? [] : system)].at(-1) as {
    cache_control?: { readonly ttl?: string };
  };
  const ttl =
    marks.cache_control === undefined
      ? kept.length > 0 || automatic !== "1h"
        ? "5m"
        : "1h"
      : (marks.cache_control.ttl ?? "5m");
  return {
    ...(automatic !== null && { cache_control: { type: "ephemeral", ttl } }),
    ...(tools.length > 0 && { tools: definitions }),
    ...(system.length > 0 && { system }),
    messages,
  };
}
