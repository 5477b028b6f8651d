/** promptfoo's prompts: in the config, in text files that hold several, as chats in JSON or YAML. */
import { basename, extname } from "node:path";
import { parse } from "yaml";
import { UserError } from "../../../errors.ts";
import { openRows } from "../../rows.ts";
import { isObject, textOf } from "../json-value.ts";
import { existing, type Folder, filesAt, isProgram, pathOf, readDataFile, readTextFile } from "./references.ts";

export interface Prompt {
  readonly label: string;
  readonly id: string | null;
  /** A template: plain text, or a chat as JSON. */
  readonly raw: string;
}

/** @param given the config's `prompts`; without any, a test's variable `prompt` is the prompt */
export async function readPrompts(given: unknown, folder: Folder, where: string): Promise<Prompt[]> {
  if (given === undefined || given === null) return [{ label: "{{prompt}}", id: null, raw: "{{prompt}}" }];
  const entries = isObject(given) ? Object.entries(given).map(([raw, label]) => ({ raw, label })) : [given].flat();
  const prompts: Prompt[] = [];
  for (const entry of entries) prompts.push(...(await promptsOf(entry, folder, where)));
  return prompts;
}

async function promptsOf(entry: unknown, folder: Folder, where: string): Promise<Prompt[]> {
  const raw = isObject(entry) ? (textOf(entry.raw) ?? textOf(entry.id)) : textOf(entry);
  const label = isObject(entry) ? textOf(entry.label) : null;
  const id = isObject(entry) ? textOf(entry.id) : null;
  if (raw === null) return lost("a prompt that is a program", folder, where);
  if (isObject(entry) && entry.config !== undefined) folder.unsupported.add("config of a prompt", where);
  if (/^(exec:|package:)/.test(raw)) return lost("a prompt that a program makes", folder, where);
  if (/^(langfuse|portkey|helicone):\/\//.test(raw)) return lost("a prompt that another service keeps", folder, where);
  const read = await fromFile(raw, folder, where);
  if (read === null) return [{ label: label ?? raw, id, raw }];
  return read.map((text) => ({ label: label ?? `${pathOf(raw)}: ${text}`, id, raw: text }));
}

/** Null where the text is the prompt itself: a path is one that leads to a file. */
async function fromFile(raw: string, folder: Folder, where: string): Promise<string[] | null> {
  if (raw.includes("\n")) return null;
  const path = pathOf(raw);
  const isFile = raw.startsWith("file://") || existing(folder, path) !== null;
  if (isFile && isProgram(path)) {
    folder.unsupported.add(`a prompt that a program makes (${extname(path)})`, where);
    return [];
  }
  const isPattern = /[*?[{]/.test(path) && /\.\w+$/.test(path) && !path.includes("{{");
  if (!isFile && !isPattern) return null;
  const files = await filesAt(folder, path).catch((error) => {
    if (isFile) throw error;
    return null;
  });
  if (files === null) return null;
  const texts: string[] = [];
  for (const file of files) texts.push(...(await promptsIn(file, folder, where)));
  return texts;
}

async function promptsIn(file: string, folder: Folder, where: string): Promise<string[]> {
  if (isProgram(file)) {
    folder.unsupported.add(`a prompt that a program makes (${extname(file)})`, where);
    return [];
  }
  switch (extname(file)) {
    case ".json":
    case ".yaml":
    case ".yml":
      return [chatIn(file, folder)];
    case ".jsonl":
      return readTextFile(folder, file)
        .split("\n")
        .filter((line) => line.trim() !== "");
    case ".csv":
      return promptColumn(file, folder);
    case ".txt":
      return readTextFile(folder, file)
        .split(/^\s*---\s*$/m)
        .map((text) => text.trim())
        .filter((text) => text !== "");
    default:
      return [readTextFile(folder, file)];
  }
}

/** A chat, as JSON. What is no JSON before its template is rendered is taken as the text it is. */
function chatIn(file: string, folder: Folder): string {
  const text = readTextFile(folder, file);
  try {
    return JSON.stringify(withFiles(parse(text), folder));
  } catch (error) {
    if (error instanceof UserError) throw error;
    return text;
  }
}

/** A chat may take a message's content from a file. */
function withFiles(value: unknown, folder: Folder): unknown {
  if (Array.isArray(value)) return value.map((one) => withFiles(one, folder));
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withFiles(one, folder)]));
  if (typeof value !== "string" || !value.startsWith("file://") || isProgram(pathOf(value))) return value;
  const path = pathOf(value);
  return /\.(ya?ml|json)$/.test(path) ? readDataFile(folder, path) : readTextFile(folder, path);
}

/** A column `prompt`, or each line where there is only one column. */
async function promptColumn(file: string, folder: Folder): Promise<string[]> {
  const lines = readTextFile(folder, file)
    .split("\n")
    .filter((line) => line.trim() !== "");
  if (!lines.some((line) => line.includes(",")))
    return lines[0]?.trim().toLowerCase() === "prompt" ? lines.slice(1) : lines;
  const rows = await openRows(`${folder.path}/${file}`, basename(file));
  return Array.from(rows.read(), ({ value }) => (value as Record<string, string>).prompt ?? "").filter(
    (text) => text !== "",
  );
}

function lost(what: string, folder: Folder, where: string): [] {
  folder.unsupported.add(what, where);
  return [];
}

/** Whether a test's or a provider's `prompts` name this one: by label, id, or the beginning of a label. */
export const isAllowed = (prompt: Prompt, allowed: unknown): boolean =>
  !Array.isArray(allowed) ||
  allowed.some(
    (name: unknown) =>
      typeof name === "string" &&
      (prompt.label === name ||
        prompt.id === name ||
        prompt.label.startsWith(`${name}:`) ||
        matches(name, prompt.label)),
  );

const matches = (pattern: string, label: string) => pattern.endsWith("*") && label.startsWith(pattern.slice(0, -1));
