/** When things happened in one call: milliseconds on a monotonic clock, counted from the moment the request was sent. */
export interface Timings {
  /** Wall-clock time of sending, ISO 8601. */
  readonly sentAt: string;
  /** Time spent on getting a connection before sending; about 0 where one was open. Not part of the other times. */
  readonly connectMs?: number | null;
  readonly headersMs: number | null;
  /** TTFT: the first byte of the first event, or of the body when the answer is not streamed. */
  readonly firstEventMs: number | null;
  readonly firstReasoningMs: number | null;
  /** The first event that carries answer text or a tool call. */
  readonly firstContentMs: number | null;
  /**
   * ITL: the time between one event that carries tokens and the next, in order, microseconds. An event counts from the
   * arrival of its last byte; events that arrive in one packet are 0 apart. At most {@link maxGaps} are kept.
   */
  readonly gapsUs: readonly number[];
  readonly endMs: number;
}

/** Gaps kept of one call: longer than any answer of today, and 8 MiB at most. */
export const maxGaps = 2 ** 20;
