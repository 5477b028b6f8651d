/** A trace: sessions of requests as some agent made them, to be sent again. */
import type { Turn } from "../../../solver.ts";

export interface Trace {
  readonly name: string;
  /** SHA-256 of what was read. */
  readonly sha256: string;
  readonly sessions: readonly Session[];
  /** What was left out, or taken otherwise than it was written; a sentence each. */
  readonly notes: readonly string[];
}

export interface Session {
  /** Unique in its trace. */
  readonly id: string;
  /** What it is a part of: an agent and its subagents share one. */
  readonly document: string;
  readonly requests: readonly TracedRequest[];
  /**
   * What is asked, request by request, made as it is taken. Another seed gives other words, so that what one run left in a
   * cache is a stranger to the next.
   */
  readonly turns: (seed: string) => Iterable<Turn>;
}

export interface TracedRequest {
  /** Since the request before, ms, as the trace has it; 0 for the first. */
  readonly pauseMs: number;
  /** Null where only a tokenizer knows. */
  readonly inputTokens: number | null;
}
