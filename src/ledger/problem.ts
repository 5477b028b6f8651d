/** What is wrong in a file of the ledger, and how to mend it. */
import type { z } from "zod";

export interface Problem {
  /** Path in the data folder. */
  readonly file: string;
  /** Where in the file: `claims.3 (v2-kv).source`; empty for the whole file. */
  readonly field: string;
  readonly happened: string;
  readonly mend: string;
}

type Path = readonly PropertyKey[];

/** Entries of a list are found by their id, not by counting: `claims.3 (v2-kv).source`. */
export function fieldOf(json: unknown, path: Path): string {
  let at: unknown = json;
  return path
    .map((key) => {
      at = (at as Record<PropertyKey, unknown> | undefined)?.[key];
      const id = typeof key === "number" ? (at as { id?: unknown } | undefined)?.id : undefined;
      return typeof id === "string" ? `${String(key)} (${id})` : String(key);
    })
    .join(".");
}

/** A schema's complaint, in words that say what to do. */
export function problemOf(file: string, json: unknown, issue: z.core.$ZodIssue): Problem {
  const { happened, mend } = words(issue, valueAt(json, issue.path));
  return { file, field: fieldOf(json, issue.path), happened, mend };
}

function words(issue: z.core.$ZodIssue, value: unknown): { happened: string; mend: string } {
  const is = value === undefined ? "it is missing" : `it is ${short(value)}`;
  switch (issue.code) {
    case "unrecognized_keys":
      return {
        happened: `unknown field${issue.keys.length > 1 ? "s" : ""} ${issue.keys.join(", ")}`,
        mend: "correct the spelling or take it out: docs/ledger.md lists the fields",
      };
    case "invalid_value":
      return { happened: is, mend: `use one of ${listed(issue.values.map(String))}` };
    case "invalid_union":
      return { happened: is, mend: unionMend(issue) };
    default: {
      const expected = issue.message.replace(/^Invalid input: /, "").replace(/, received .*$/, "");
      return { happened: is, mend: `${value === undefined ? "add it: " : ""}${expected}` };
    }
  }
}

function unionMend({ errors, path, ...issue }: z.core.$ZodIssueInvalidUnion): string {
  const options = "options" in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
  if (options.length > 0) return `use one of ${listed(options)}`;
  if (errors.length === 0) return `set ${String(path.at(-1) ?? "it")} to a known kind: docs/ledger.md lists them`;
  const expected = errors.flat().map(({ message }) => message.replace(/^Invalid input: /, ""));
  return [...new Set(expected)].join(", or ");
}

const listed = (values: readonly string[]) =>
  values.length > 16 ? `${values.slice(0, 16).join(", ")}, … (docs/ledger.md lists all)` : values.join(", ");

function short(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

const valueAt = (json: unknown, path: Path): unknown =>
  path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | null | undefined)?.[key], json);
