/** JSON that somebody else wrote: looked at before it is believed. */

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A text, or null for anything else. */
export const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);
