/**
 * A model server for tests and benchmarks: a real socket, three protocols, an answer at any pace, every fault, and its
 * own log of when it sent what. What it does with a request is told by the request (see `script.ts`).
 *
 * - `plain`: a short ready-made answer, the fast path for measuring a client.
 * - `answer?tokens=50&reasoning=5&paceMs=10&ttftMs=30&usage=deepseek&tool=lookup&pieceBytes=7`: see {@link answerWith}.
 * - `429?retryAfter=2` and any other status; and the names in `faults.ts`.
 * - Any other model name: what `options.answer` says, with the prompt cached as llama.cpp does.
 */
import { type Counts, type FakeAnswer, type ServedProtocol } from "./chat-shapes.ts";
export interface FakeRequest {
  readonly protocol: ServedProtocol;
  readonly model: string;
  /** All messages as one text, a line for each role. */
  readonly prompt: string;
  /** The content of the last message. */
  readonly lastMessage: string;
  readonly body: Readonly<Record<string, unknown>>;
}
export interface FakeServerOptions {
  /** 0 takes a free one. */
  readonly port?: number;
  readonly host?: string;
  /** What the model answers where the script does not say. */
  readonly answer?: (request: FakeRequest) => string | FakeAnswer;
  /** The script of model names that are none. */
  readonly defaultScript?: string;
  /** Sequences that the prompt cache keeps; 0 caches nothing. */
  readonly cacheSlots?: number;
  /** Pretended prefill, ms for each token that was not cached. */
  readonly prefillMsPerToken?: number;
  /** Requests kept in the log. */
  readonly logSize?: number;
}
/** What the server knows of one request; times are its own `performance.now()`, ms. */
export interface LogEntry {
  /** Counts from 0. */
  readonly request: number;
  readonly path: string;
  readonly model: string;
  readonly script: string;
  /** When the last byte of the request was there. */
  readonly receivedAt: number;
  /** When each event that carries tokens was written. */
  readonly tokensSentAt: number[];
  endedAt: number | null;
  counts: Counts | null;
}
export interface FakeServer {
  /** With the version part: `http://127.0.0.1:1234/v1`. */
  readonly baseUrl: string;
  readonly port: number;
  readonly log: readonly LogEntry[];
  close(): Promise<void>;
}
export declare function startFakeServer(options?: FakeServerOptions): Promise<FakeServer>;
