/**
 * Turns the bytes of a response into an answer and its timings as they arrive. What the body is, is seen from its first
 * character and not from its content type: servers answer a stream with plain JSON, and the other way round.
 */
import { createParser, type EventSourceParser } from "eventsource-parser";
import { messageOf } from "../errors.ts";
import type { Adapter } from "./adapter.ts";
import { type AnswerDraft, emptyDraft } from "./answer-draft.ts";
import { readServerWords } from "./server-words.ts";
import { maxGaps } from "./timings.ts";

/** Moments of the clock, null where they did not come. */
export interface Moments {
  firstEvent: number | null;
  firstReasoning: number | null;
  firstContent: number | null;
  readonly gapsUs: number[];
}

export type BodyKind = "empty" | "json" | "events" | "other";

export class BodyReader {
  readonly draft: AnswerDraft = emptyDraft();
  readonly moments: Moments = { firstEvent: null, firstReasoning: null, firstContent: null, gapsUs: [] };
  kind: BodyKind = "empty";
  /** An event grew beyond the limit. */
  eventTooLarge = false;
  readonly #adapter: Adapter;
  // A replacement character stands for what is not UTF-8; a byte order mark is kept, as the body is recorded exactly.
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #parser: EventSourceParser;
  #pieces: string[] = [];
  bodyCharacters = 0;
  /** When the event that is not yet complete began; null between events. */
  #eventBegan: number | null = null;
  #at = 0;
  #lastTokenAt: number | null = null;
  #flushing = false;

  constructor(adapter: Adapter, maxEventCharacters: number) {
    this.#adapter = adapter;
    this.#parser = createParser({
      maxBufferSize: maxEventCharacters,
      onEvent: ({ data }) => this.#event(data),
      onComment: () => {
        this.#eventBegan = this.#at;
      },
      onError: (error) => {
        if (error.type === "max-buffer-size-exceeded") this.eventTooLarge = true;
      },
    });
  }

  /** All that was decoded so far. */
  get body(): string {
    return this.#pieces.join("");
  }

  /** No more is needed or can be used: the answer is over, or it cannot become a good one. */
  get isSettled(): boolean {
    const { done, malformed, serverError } = this.draft;
    return this.kind === "events" && (done || malformed !== null || serverError !== null || this.eventTooLarge);
  }

  chunk(bytes: Uint8Array, at: number): void {
    const text = this.#decoder.decode(bytes, { stream: true });
    if (text === "") return;
    this.#keep(text);
    if (this.kind === "empty") {
      this.kind = kindOf(text);
      if (this.kind === "json" || this.kind === "other") this.moments.firstEvent = at;
    }
    if (this.kind === "events" && !this.isSettled) this.#feed(text, at);
  }

  /** @param whole  the response came to its own end */
  end(whole: boolean): void {
    const rest = this.#decoder.decode();
    this.#keep(rest);
    if (this.kind === "json" && whole) this.#readWhole();
    // The last event may lack its empty line; what is cut off in the middle of one is left alone.
    this.#flushing = true;
    if (this.kind === "events" && whole && !this.isSettled) this.#feed(`${rest}\n\n`, this.#at);
  }

  /** Forgets the body beyond its start. */
  cutBody(characters: number): void {
    const start: string[] = [];
    let left = characters;
    for (const piece of this.#pieces) {
      if (left <= 0) break;
      start.push(piece.slice(0, left));
      left -= piece.length;
    }
    this.#pieces = start;
  }

  #keep(text: string): void {
    if (text === "") return;
    this.#pieces.push(text);
    this.bodyCharacters += text.length;
  }

  #feed(text: string, at: number): void {
    this.#at = at;
    this.#eventBegan ??= at;
    this.#parser.feed(text);
    if (text.endsWith("\n\n") || text.endsWith("\r\n\r\n") || text.endsWith("\r\r")) this.#eventBegan = null;
  }

  #event(data: string): void {
    this.moments.firstEvent ??= this.#eventBegan ?? this.#at;
    this.#eventBegan = this.#at;
    const { draft } = this;
    if (data === "" || this.isSettled) return;
    if (data.trim() === "[DONE]") {
      draft.done = true;
      return;
    }
    const value = parsed(data);
    if (value === undefined) {
      if (!this.#flushing) draft.malformed ??= "an event is not JSON";
      return;
    }
    draft.serverError ??= readServerWords(value);
    if (draft.serverError) return;
    const carries = this.#read(() => this.#adapter.readEvent(value, draft)) ?? "nothing";
    if (carries !== "nothing") this.#token(carries !== "content", carries !== "reasoning");
  }

  #token(reasoning: boolean, content: boolean): void {
    const { moments } = this;
    if (reasoning) moments.firstReasoning ??= this.#at;
    if (content) moments.firstContent ??= this.#at;
    if (this.#lastTokenAt !== null && moments.gapsUs.length < maxGaps) {
      moments.gapsUs.push(Math.round((this.#at - this.#lastTokenAt) * 1000));
    }
    this.#lastTokenAt = this.#at;
  }

  #readWhole(): void {
    const { draft } = this;
    const value = parsed(this.body.replace(/^\uFEFF/, ""));
    if (value === undefined) {
      draft.malformed ??= "the body is not JSON";
      return;
    }
    draft.serverError ??= readServerWords(value);
    if (!draft.serverError) this.#read(() => this.#adapter.readWhole(value, draft));
  }

  /** Adapters do not throw; what the runtime throws at a value nested too deep is a fault of the value. */
  #read<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      this.draft.malformed ??= messageOf(error);
      return undefined;
    }
  }
}

function kindOf(text: string): BodyKind {
  const first = /[^\s\uFEFF]/.exec(text)?.[0];
  if (first === undefined) return "empty";
  if ("{[".includes(first)) return "json";
  // data, event, id, retry, or a comment
  return "deir:".includes(first) ? "events" : "other";
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
