/** `assay init [file]`: asks what the job is, and writes a first file. Every answer has a flag. */
import { existsSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join, relative, resolve, sep } from "node:path";
import { z } from "zod";
import { messageOf, UserError } from "../../errors.ts";
import { findFiles } from "../../material/index.ts";
import { vendors } from "../../routes/index.ts";
import { formatCount, plain, wrapped } from "../../units/index.ts";
import { defineCommand, type Io, listFlag } from "../command.ts";
import { type FirstJob, firstJob, type Kind, kinds, linesToEdit } from "../init/first-job.ts";
import {
  contentsOf,
  type FolderContents,
  patternFor,
  type QuestionFile,
  questionFile,
} from "../init/folder-contents.ts";
import { refuseUnknownModel } from "../reach.ts";

const kindNames = Object.keys(kinds) as [Kind, ...Kind[]];

const flags = z.object({
  kind: z.enum(kindNames).optional().describe("What the job is; docs/jobs.md describes each"),
  import: z.string().optional().describe("A file of questions to take: promptfooconfig.yaml, .jsonl, .csv"),
  name: z.string().optional().describe("The job's name [the folder's]"),
  material: z.string().optional().describe("Documents: a path or glob relative to the job's file [what lies there]"),
  model: listFlag("Candidates: <vendor>/<model>, engine/<specimen> [vendors whose key is set, else embedded readers]"),
  volume: z.coerce.number().positive().optional().describe("Calls a month"),
  force: z.boolean().default(false).describe("Write over files that are there"),
});
type Flags = z.infer<typeof flags>;

export const initCommand = defineCommand({
  name: "init",
  summary: "Write a first job file for what you need a model for",
  args: [{ name: "[file]", describe: "Where to write the job (default: job.yaml)" }],
  flags,
  examples: [
    "assay init  # asks; looks for documents and questions in the folder",
    "assay init --kind example  # ten questions that run offline",
    "assay init support.yaml --kind documents --material 'handbook/*.md' --model deepseek/deepseek-chat",
    "assay init --import promptfooconfig.yaml",
  ],
  async run({ args: [given = "job.yaml"], flags, io }) {
    const path = resolve(io.cwd, given);
    refuseOtherEndings(path);
    if (!flags.force) refuseExisting([path]);
    const job = await answers(flags, dirname(path), io);
    const files = firstJob(job, basename(path));
    const paths = [...files.keys()].map((name) => join(dirname(path), name));
    if (!flags.force) refuseExisting(paths);
    for (const [index, text] of [...files.values()].entries()) write(paths[index]!, text);
    const shown = relative(io.cwd, path).split(sep).join("/");
    for (const line of ending(job, files.values().next().value!, paths, shown, io)) io.print(line);
    return 0;
  },
});

async function answers(flags: Flags, folder: string, io: Io): Promise<FirstJob> {
  refuseKindOfImport(flags);
  const contents = contentsIn(folder);
  const questions = await questionsFor(flags, contents, folder, io);
  const kind = questions === null ? await kindOf(flags, contents, io) : "documents";
  const name = await answered(io, {
    given: flags.name,
    question: "The job's name",
    suggestion: kind === "example" ? kind : nameFrom(folder),
    check: checkName,
  });
  const isWithMaterial = questions === null ? withMaterial.includes(kind) : flags.material !== undefined;
  if (!isWithMaterial) refuseMaterial(kind, flags);
  const material = isWithMaterial ? await materialOf(flags, contents, folder, io) : null;
  const model = await answered(io, {
    given: flags.model.length > 0 ? flags.model.join(",") : undefined,
    question: "Candidates, with commas between them",
    suggestion: questions?.from === "promptfoo" ? ofTheFile : suggestedModels(kind, io).join(","),
    check: (text) => {
      for (const one of modelsIn(text)) refuseUnknownModel(one, io);
    },
  });
  const volume = await answered(io, {
    given: flags.volume?.toString(),
    question: "Calls a month",
    suggestion: "unknown",
    check: checkVolume,
  });
  return {
    kind,
    name,
    material,
    questions,
    model: modelsIn(model),
    callsPerMonth: volume === "unknown" ? null : Number(volume),
  };
}

const ofTheFile = "those of the file";

const modelsIn = (answer: string) => (answer === ofTheFile ? [] : answer.split(",").map((one) => one.trim()));

interface Question {
  /** By a flag. */
  readonly given: string | undefined;
  readonly question: string;
  /** What is taken at Enter, and where nobody can answer. */
  readonly suggestion: string | null;
  /** @throws UserError for an answer that will not do */
  readonly check?: (answer: string) => unknown;
}

/** A wrong answer is asked for again; a wrong flag is an error. */
async function answered(io: Io, { given, question, suggestion, check = () => {} }: Question): Promise<string> {
  if (given !== undefined || io.ask === null) {
    const answer = given ?? suggestion ?? "";
    await check(answer);
    return answer;
  }
  for (;;) {
    const answer =
      (await io.ask(`${question}${suggestion === null ? "" : ` [${suggestion}]`}: `)) || (suggestion ?? "");
    try {
      await check(answer);
      return answer;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      io.note(wrapped(`! ${error.mistake.happened}; expected ${error.mistake.expected}`, io.width, "  ").join("\n"));
    }
  }
}

/** A flag that says what the job is leaves no question open; nobody to ask takes what there is. */
async function questionsFor(
  flags: Flags,
  { questions: [found] }: FolderContents,
  folder: string,
  io: Io,
): Promise<QuestionFile | null> {
  if (flags.import !== undefined) return importedFile(flags.import, folder);
  if (flags.kind !== undefined || found === undefined) return null;
  const answer = await answered(io, {
    given: undefined,
    question: `Take the questions of ${plain(found.path)} (${found.from})?`,
    suggestion: "yes",
    check: (text) => checkOneOf(text, ["yes", "y", "no", "n"]),
  });
  return answer.startsWith("y") ? found : null;
}

function importedFile(given: string, folder: string): QuestionFile {
  const path = relative(folder, resolve(folder, given)).split(sep).join("/");
  const found = existsSync(join(folder, path)) ? questionFile(folder, path) : null;
  if (found !== null) return found;
  throw new UserError({
    happened: `--import is "${given}", ${existsSync(join(folder, path)) ? "which holds no questions in a known form" : "and there is no such file"}`,
    expected: "promptfooconfig.yaml, JSON Lines of chats, requests, batches or samples, or a CSV with input and target",
    mend: "name such a file, relative to the job's; docs/jobs.md has every form, and how a job names it",
  });
}

async function kindOf(flags: Flags, { documents }: FolderContents, io: Io): Promise<Kind> {
  if (flags.kind === undefined && io.ask !== null)
    for (const [kind, what] of Object.entries(kinds))
      io.note(wrapped(`  ${kind.padEnd(10)} ${what}`, io.width, " ".repeat(13)).join("\n"));
  const kind = await answered(io, {
    given: flags.kind,
    question: "What is the job",
    suggestion: documents.length > 0 ? "documents" : "example",
    check: (text) => checkOneOf(text, kindNames),
  });
  return kind as Kind;
}

const withMaterial: readonly Kind[] = ["documents", "extract"];

async function materialOf(flags: Flags, { documents }: FolderContents, folder: string, io: Io) {
  const suggestion = patternFor(documents);
  if (suggestion === null && flags.material === undefined && io.ask === null)
    throw new UserError({
      happened: `there are no documents in ${folder}`,
      expected: "Markdown, PDF, Word, HTML, text or CSV files there, or in folders below",
      mend: "put some there, name them with --material, or try `assay init --kind example`",
    });
  const pattern = await answered(io, {
    given: flags.material,
    question: "The documents, a path or pattern",
    suggestion,
    check: (text) => findFiles([text], folder),
  });
  return { pattern, files: await findFiles([pattern], folder) };
}

/** Of each vendor an open-weight model, or a small one, to begin with. */
const firstModels: Readonly<Record<string, string>> = {
  deepseek: "deepseek-chat",
  moonshot: "kimi-k2",
  openrouter: "moonshotai/kimi-k2",
  together: "moonshotai/Kimi-K2-Instruct",
  fireworks: "accounts/fireworks/models/kimi-k2-instruct",
  groq: "openai/gpt-oss-120b",
  mistral: "mistral-small-latest",
  openai: "gpt-5-mini",
  anthropic: "claude-haiku-4-5",
  xai: "grok-4",
};

function suggestedModels(kind: Kind, io: Io): string[] {
  const withKey = vendors.filter(({ name, keyEnvs }) => name in firstModels && keyEnvs.some((key) => io.env[key]));
  return kind === "example" || withKey.length === 0
    ? ["engine/reader-gqa", "engine/reader-mla"]
    : withKey.map(({ name }) => `${name}/${firstModels[name]}`);
}

const nameFrom = (folder: string) =>
  basename(folder)
    .replaceAll(/[^a-z0-9._-]+/gi, "-")
    .replace(/^[^a-z0-9]+/i, "") || "job";

function checkName(name: string): void {
  if (/^[a-z0-9][a-z0-9._-]*$/i.test(name)) return;
  throw new UserError({
    happened: `the name is "${name}"`,
    expected: "letters, digits, dots and dashes",
    mend: "give another with --name",
  });
}

function checkVolume(volume: string): void {
  if (volume === "unknown" || Number(volume) > 0) return;
  throw new UserError({ happened: `"${volume}" calls`, expected: "a number above 0", mend: "give it with --volume" });
}

function checkOneOf(answer: string, words: readonly string[]): void {
  if (words.includes(answer)) return;
  throw new UserError({ happened: `"${answer}"`, expected: `one of ${words.join(", ")}`, mend: "give one of these" });
}

function contentsIn(folder: string): FolderContents {
  try {
    return contentsOf(folder);
  } catch (error) {
    throw cannotWrite(folder, error);
  }
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

const cannotWrite = (path: string, error: unknown) =>
  new UserError(
    {
      happened: `${path} cannot be written: ${messageOf(error)}`,
      expected: "a folder that is there and can be written, on a disk with room",
      mend: "make the folder, or name a file in another",
    },
    { cause: error },
  );

function refuseOtherEndings(path: string): void {
  if (/^\.ya?ml$/.test(extname(path))) return;
  throw new UserError({
    happened: `the job's file is to be ${basename(path)}`,
    expected: "a name that ends in .yaml: that is what is written",
    mend: `name it ${basename(path, extname(path))}.yaml`,
  });
}

function refuseExisting(paths: readonly string[]): void {
  const path = paths.find((one) => existsSync(one));
  if (path === undefined) return;
  throw new UserError({
    happened: `${path} is there already`,
    expected: "a name that is not taken",
    mend: "name another file, or write over it with --force",
  });
}

function refuseKindOfImport({ kind, import: path }: Flags): void {
  if (kind === undefined || path === undefined) return;
  throw new UserError({
    happened: `--kind ${kind} is given together with --import ${path}`,
    expected: "one of them: imported questions say themselves what they are",
    mend: "leave one out",
  });
}

function refuseMaterial(kind: Kind, { material }: Flags): void {
  if (material === undefined) return;
  throw new UserError({
    happened: `--material ${material} is given, and a job of kind ${kind} begins without documents`,
    expected: `--material with --kind ${withMaterial.join(" or ")}, or with questions from a file`,
    mend: "leave it out, and add `material:` to the file that is written; docs/jobs.md describes it",
  });
}

/** What was written, and what to do next. */
function ending(job: FirstJob, text: string, paths: readonly string[], path: string, io: Io): string[] {
  const { kind, questions, material, model } = job;
  const say = (line: string) => wrapped(line, io.width, "  ").join("\n");
  const about = questions === null ? kinds[kind] : `the questions of ${plain(questions.path)} (${questions.from})`;
  const files =
    material === null
      ? ""
      : `; ${plain(material.pattern)}: ${formatCount(material.files.length)} file${material.files.length === 1 ? "" : "s"}`;
  const lines = linesToEdit(text);
  const commands = [
    [`assay validate ${path}`, "what would be asked; sends nothing"],
    [`assay run ${path} --dry-run`, "calls, tokens, money, minutes; sends nothing"],
    [`assay run ${path}`, "asks, scores, writes a report"],
  ] as const;
  const numbering = "1. ".length;
  const width = Math.max(...commands.map(([command]) => command.length));
  const steps = [
    ...(lines.length === 0
      ? []
      : [
          wrapped(
            `Edit ${path}, ${ranges(lines)}: examples of what only you know.`,
            io.width - numbering,
            " ".repeat(numbering),
          ).join("\n"),
        ]),
    ...commands.map(([command, what]) =>
      numbering + width + 2 + what.length <= io.width
        ? `${command.padEnd(width)}  ${what}`
        : `${command}\n     ${what}`,
    ),
  ];
  return [
    say(`Wrote ${paths.map((one) => relative(io.cwd, one)).join(" and ")}: ${about}${files}.`),
    ...(kind !== "example" && model.length > 0 && model.every((one) => one.startsWith("engine/"))
      ? [
          say(
            "The candidates are embedded readers: they run offline, and cannot read your texts. Name others in `model:`.",
          ),
        ]
      : []),
    "",
    "Next:",
    ...steps.map((step, index) => `${index + 1}. ${step}`),
  ];
}

/** `lines 3, 7 to 9` */
function ranges(lines: readonly number[]): string {
  const parts: [number, number][] = [];
  for (const line of lines) {
    const last = parts.at(-1);
    if (last !== undefined && last[1] === line - 1) last[1] = line;
    else parts.push([line, line]);
  }
  const named = parts.map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`));
  return `line${lines.length === 1 ? "" : "s"} ${named.join(", ")}`;
}
