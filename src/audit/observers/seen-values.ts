/** JSON as flat values, and what changed between two days. */
import { messageOf, UserError } from "../../errors.ts";
import type { SeenValues } from "./observer.ts";

/** Lists count as one value. */
export function flat(value: unknown, name: string): SeenValues {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return Object.assign({}, ...Object.entries(value).map(([key, inner]) => flat(inner, `${name}.${key}`)));
  if (Array.isArray(value)) return { [name]: JSON.stringify(value).slice(0, 2_000) };
  const isPlain = value === null || ["string", "number", "boolean"].includes(typeof value);
  return isPlain ? { [name]: value as string | number | boolean | null } : {};
}

/** @throws UserError where the page is no JSON object */
export function jsonObject(text: string | null, url: string): Readonly<Record<string, unknown>> {
  const refuse = (happened: string) =>
    new UserError({
      happened: `${url} ${happened}`,
      expected: "a JSON object, as the documented API answers",
      mend: "open the address in a browser: it may have moved, or want a key",
    });
  if (text === null) throw refuse("is not there (404)");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refuse(`is no JSON: ${messageOf(error).slice(0, 80)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw refuse("is no JSON object");
  return value as Record<string, unknown>;
}

export interface Change {
  readonly field: string;
  /** Undefined where the field was or is not there. */
  readonly before: SeenValues[string] | undefined;
  readonly now: SeenValues[string] | undefined;
}

export const changesBetween = (before: SeenValues, now: SeenValues): Change[] =>
  [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .filter((field) => before[field] !== now[field])
    .toSorted()
    .map((field) => ({ field, before: before[field], now: now[field] }));
