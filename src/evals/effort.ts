/** What a sample takes that is not one call: calls, tokens, pauses, before anything is sent. */
import type { Effort } from "./scenario.ts";

export const effortTogether = (efforts: readonly Effort[]): Effort => ({
  calls: efforts.reduce((sum, { calls }) => sum + calls, 0),
  inputTokens: sumOf(efforts.map(({ inputTokens }) => inputTokens)),
  mostInputTokens: sumOf(efforts.map(({ mostInputTokens }) => mostInputTokens)),
  pauseMs: efforts.reduce((sum, { pauseMs }) => sum + pauseMs, 0),
});

/** Null where one is not known. */
const sumOf = (values: readonly (number | null)[]) =>
  values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0);
