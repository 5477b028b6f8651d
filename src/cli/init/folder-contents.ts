/** What lies in a folder that a job could be made of: documents to ask about, and questions that are there already. */
import { closeSync, type Dirent, openSync, readdirSync, readSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { type ImportSpec, SampleSpec } from "../../jobs/index.ts";

/** A file with questions: to be imported, or one of samples as it is. */
export interface QuestionFile {
  readonly from: Exclude<ImportSpec["from"], "loft"> | "samples";
  /** Relative to the folder, with `/`. */
  readonly path: string;
}

export interface FolderContents {
  readonly documents: readonly string[];
  readonly questions: readonly QuestionFile[];
}

const documentFile = /\.(md|markdown|pdf|docx|html?|txt|csv)$/i;
const mostFiles = 2_000;
const deepest = 4;

/** Hidden folders and packages are left out. */
export function contentsOf(folder: string): FolderContents {
  const files = filesIn(folder, "", 0).slice(0, mostFiles);
  const questions = files.flatMap((path) => questionFile(folder, path) ?? []);
  const isQuestions = new Set(questions.map(({ path }) => path));
  return { documents: files.filter((path) => documentFile.test(path) && !isQuestions.has(path)), questions };
}

function filesIn(folder: string, inside: string, depth: number): string[] {
  const entries = entriesOf(join(folder, inside), depth === 0).filter(
    ({ name }) => !name.startsWith(".") && name !== "node_modules",
  );
  const path = (name: string) => (inside === "" ? name : `${inside}/${name}`);
  const found = entries.filter((entry) => entry.isFile()).map(({ name }) => path(name));
  for (const entry of entries)
    if (entry.isDirectory() && depth < deepest && found.length < mostFiles)
      found.push(...filesIn(folder, path(entry.name), depth + 1));
  return found;
}

function entriesOf(folder: string, isNeeded: boolean): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (isNeeded) throw error;
    return [];
  }
}

/** Null where the file's beginning is no form of questions that Assay knows. */
export function questionFile(folder: string, path: string): QuestionFile | null {
  const name = basename(path);
  if (/^promptfooconfig\.(ya?ml|json|[cm]?[jt]s)$/.test(name)) return { from: "promptfoo", path };
  const form = /\.(jsonl|ndjson)$/i.test(name) ? formOfRow : /\.csv$/i.test(name) ? formOfTable : null;
  const from = form?.(firstLine(join(folder, path))) ?? null;
  return from === null ? null : { from, path };
}

function formOfTable(head: string): QuestionFile["from"] | null {
  const columns = head.split(",").map((column) => column.replaceAll('"', "").trim());
  return columns.includes("input") && columns.includes("target") ? "samples" : null;
}

function formOfRow(line: string): QuestionFile["from"] | null {
  const row = parsed(line);
  if (row === null) return null;
  const has = (...keys: readonly string[]) => keys.every((key) => key in row);
  if (has("custom_id", "body")) return "openai-batch";
  if (has("context", "question", "choice_A")) return "longbench-v2";
  if (has("messages")) return has("model") || has("temperature") || has("max_tokens") ? "k2vv" : "chat";
  if (has("input", "ideal")) return "chat";
  if (!has("input")) return null;
  return SampleSpec.safeParse(row).success ? "samples" : "inspect";
}

function parsed(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line.replace(/^\ufeff/, ""));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

const mostOfALine = 2 ** 20;

function firstLine(path: string): string {
  const bytes = Buffer.alloc(mostOfALine);
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return "";
  }
  const length = readSync(file, bytes, 0, mostOfALine, 0);
  closeSync(file);
  return bytes.toString("utf8", 0, length).split("\n", 1)[0]!;
}

/** A pattern for the documents of the folder that has most of them, `handbook/*.{md,pdf}`; null without documents. */
export function patternFor(documents: readonly string[]): string | null {
  const byFolder = Map.groupBy(documents, (path) => (path.includes("/") ? path.slice(0, path.indexOf("/") + 1) : ""));
  const [most] = [...byFolder].sort(
    ([left, ones], [right, others]) => others.length - ones.length || right.length - left.length,
  );
  if (most === undefined) return null;
  const [folder, paths] = most;
  const endings = [...new Set(paths.map((path) => extname(path).slice(1)))].sort();
  const isDeep = paths.some((path) => path.slice(folder.length).includes("/"));
  return `${folder}${isDeep ? "**/" : ""}*.${endings.length === 1 ? endings[0] : `{${endings.join(",")}}`}`;
}
