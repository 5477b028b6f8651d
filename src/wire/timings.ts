/** When things happened in one call: milliseconds on a monotonic clock, counted from the moment the request was sent. */
export interface Timings {
  /** Wall-clock time of sending, ISO 8601. */
  readonly sentAt: string;
  readonly headersMs: number | null;
  /** TTFT: the first byte of the first event, or of the body when the answer is not streamed. */
  readonly firstEventMs: number | null;
  readonly firstReasoningMs: number | null;
  /** The first event that carries answer text or a tool call. */
  readonly firstContentMs: number | null;
  /** ITL: the time between one event that carries tokens and the next, in order, microseconds. */
  readonly gapsUs: readonly number[];
  readonly endMs: number;
}
