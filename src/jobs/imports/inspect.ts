/**
 * Samples of Inspect AI, as `json_dataset` and `csv_dataset` read them: `input`, `target`, `choices`, `id`, `metadata`,
 * `files`. What a task's solver and scorer do stands in its Python and is not here.
 *
 * @see https://inspect.aisi.org.uk/datasets.html, and inspect_ai/dataset/_util.py
 */
import { extname } from "node:path";
import type { SampleInput } from "../sample.ts";
import { chatMessages, leftOut } from "./chat-messages.ts";
import { choiceQuestion } from "./choice-question.ts";
import { importRows } from "./import-rows.ts";
import type { ImportSpec } from "./import-spec.ts";
import type { Imported, ImportSource, UnsupportedList } from "./imported.ts";
import { isObject, type JsonObject } from "./json-value.ts";

type Spec = Extract<ImportSpec, { from: "inspect" }>;

interface Fields {
  readonly input: string;
  readonly target: string;
  readonly choices: string;
  readonly id: string;
  /** Null where they stand in the column `metadata`. */
  readonly metadata: readonly string[] | null;
}

const inspectFields: Fields = { input: "input", target: "target", choices: "choices", id: "id", metadata: null };

export function importInspect(source: ImportSource, spec: Spec): Promise<Imported> {
  const fields: Fields = { ...inspectFields, ...spec.fields };
  const isTable = extname(source.path).toLowerCase() === ".csv";
  return importRows(source, (row, where, unsupported) => {
    if (!isObject(row)) return leftOut("no object", where, unsupported);
    return sampleOf(isTable ? emptyAsAbsent(row) : row, fields, where, unsupported);
  });
}

const emptyAsAbsent = (row: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== ""));

/** For agents in a sandbox. */
const sandboxed = ["sandbox", "files", "setup"];

function sampleOf(row: JsonObject, names: Fields, where: string, unsupported: UnsupportedList): SampleInput | null {
  const given = row[names.input];
  const choices = choicesOf(row[names.choices]);
  const input = typeof given === "string" ? given : chatMessages(given, where, unsupported);
  if (choices === null) return leftOut("choices of no known form", where, unsupported);
  if (input === null || input === "") return input === null ? null : leftOut("no input", where, unsupported);
  if (choices.length > 0 && typeof input !== "string")
    return leftOut("choices behind a conversation", where, unsupported);
  for (const key of sandboxed)
    if (row[key] !== undefined && row[key] !== null) unsupported.add(`${key}: there is no sandbox`, where);
  const id = row[names.id];
  const target = targetOf(row[names.target]);
  if (choices.length > 0 && wantsSeveral(target, choices.length))
    return leftOut("several choices that are right only together", where, unsupported);
  const metadata = metadataOf(row, names.metadata);
  const columns = new Set([
    names.input,
    names.target,
    names.choices,
    names.id,
    ...(names.metadata ?? ["metadata"]),
    ...sandboxed,
  ]);
  for (const key of Object.keys(row))
    if (!columns.has(key)) unsupported.add(`column ${key}: name it under \`fields.metadata\``, where);
  return {
    ...(id !== undefined && id !== null && { id: String(id) }),
    input: choices.length > 0 ? choiceQuestion(input as string, choices) : input,
    ...(target !== null && { target }),
    ...(choices.length > 1 && { scorers: [{ type: "choice" as const, choices: choices.length }] }),
    ...(metadata !== null && { metadata }),
  };
}

function targetOf(given: unknown): string | string[] | null {
  if (given === undefined || given === null || given === "") return null;
  if (!Array.isArray(given)) return String(given);
  return given.length === 0 ? null : given.map(String);
}

/** Inspect's `choice` wants all letters of a target, be it a list or one text, `AB`; here several are as good as each other. */
function wantsSeveral(target: string | string[] | null, choices: number): boolean {
  if (Array.isArray(target)) return target.length > 1;
  const last = String.fromCharCode("A".charCodeAt(0) + choices - 1);
  return target !== null && target.length > 1 && [...target].every((letter) => letter >= "A" && letter <= last);
}

/** Null where they are neither a text nor a list of texts. A text is split at commas, or where there are none at white space: Inspect's `read_choices`. */
function choicesOf(given: unknown): string[] | null {
  if (given === undefined || given === null) return [];
  if ([given].flat().some((choice) => typeof choice === "object")) return null;
  const found = Array.isArray(given) ? given.map(String) : splitted(String(given));
  return found.map((choice) => choice.trim()).filter((choice) => choice !== "");
}

const splitted = (text: string) => (text.includes(",") ? text.split(",") : text.split(/\s+/));

function metadataOf(row: JsonObject, columns: readonly string[] | null): Record<string, unknown> | null {
  if (columns !== null) return Object.fromEntries(columns.map((column) => [column, row[column] ?? null]));
  const given = typeof row.metadata === "string" ? parsed(row.metadata) : row.metadata;
  return isObject(given) ? { ...given } : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
