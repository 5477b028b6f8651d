/** `assay validate <job>`: what a job would ask, and what would stop it. Nothing is sent. */
import { dirname, relative, resolve, sep } from "node:path";
import { z } from "zod";
import { type Mistake, UserError } from "../../errors.ts";
import { oneCall, type Sample, type Solver, type Turn } from "../../evals/index.ts";
import { jobScenario, overviewOf } from "../../jobs/index.ts";
import { formatCount, printable } from "../../units/index.ts";
import type { Message } from "../../wire/index.ts";
import { candidatesOf, refuseUnknownPrices } from "../candidates.ts";
import { defineCommand, type ExitCode, type Io, jsonFlag, printMistake } from "../command.ts";
import { refuseUnusedRetrievalPrices } from "../given-prices.ts";
import { jobNotes, jobText } from "../job-text.ts";
import { progressBar } from "../progress.ts";
import { type JobQuestion, jobQuestion } from "../question.ts";
import { reachOf } from "../reach.ts";
import { parseSettings, Settings } from "../settings.ts";

const settingsFlags = Settings.pick({
  model: true,
  gguf: true,
  baseUrl: true,
  apiKeyEnv: true,
  protocol: true,
  price: true,
  retrievalPrice: true,
  maxCost: true,
  allowUnknownPrice: true,
});
const flags = settingsFlags.extend({
  text: z.string().optional().describe("Print the text that was extracted from this file of the job's material"),
  prompt: z.string().optional().describe("Print what a model would get, by arm: a sample's id, or `first`"),
  json: jsonFlag,
});
type Flags = z.infer<typeof flags>;

export const validateCommand = defineCommand({
  name: "validate",
  summary: "Say what a job would ask and what would stop it, and send nothing",
  args: [{ name: "<job>", describe: "The job's file: YAML, JSON or TypeScript" }],
  flags,
  examples: [
    "assay validate job.yaml",
    "assay validate job.yaml --text handbook/refunds.pdf",
    "assay validate job.yaml --prompt first",
  ],
  async run({ args: [given], flags, io }) {
    const path = resolve(io.cwd, given!);
    const question = await readJob(path, flags, io);
    if (flags.text !== undefined) return printText(flags.text, question, dirname(path), flags.json, io);
    if (flags.prompt !== undefined) return printPrompts(flags.prompt, question, dirname(path), flags.json, io);
    return printOverview(question, dirname(path), flags.json, io);
  },
});

async function readJob(path: string, flags: Flags, io: Io): Promise<JobQuestion> {
  const given = Object.fromEntries(Object.entries(flags).filter(([key]) => key in settingsFlags.shape));
  const settings = parseSettings({ ...given, scenario: "job", job: path }, "the command line", io.cwd);
  let read = 0;
  const onSample = () => {
    read += 1;
    if (read % 1_000 === 0) io.progress?.(`reading samples: ${formatCount(read)}`);
  };
  const question = await jobQuestion(settings, path, onSample).finally(() => io.progress?.(null));
  refuseUnusedRetrievalPrices(settings, question.needs);
  return question;
}

async function printOverview(question: JobQuestion, folder: string, json: boolean, io: Io): Promise<ExitCode> {
  const { loaded, settings } = question;
  const bar = progressBar(io, "measuring prompts");
  const overview = await overviewOf(loaded, { folder, onProgress: bar.update }).finally(bar.done);
  const candidates = reachOf(question, io);
  const found = [
    ...overview.problems,
    ...candidates.flatMap(({ problem }) => problem ?? []),
    ...(candidates.every(({ problem }) => problem === null) ? await problemTogether(question, io) : []),
  ];
  // A candidate that judges too has one problem.
  const problems = [...new Map(found.map((problem) => [problem.happened, problem])).values()];
  const view = {
    job: loaded.job.job,
    question: loaded.job.question ?? null,
    ...overview,
    imports: loaded.imports,
    candidates: candidates.map(({ problem, specimen, ...reach }) => reach),
    repeats: settings.repeats ?? 1,
    notes: jobNotes(question, overview, candidates),
    problems,
  };
  if (json) io.print(JSON.stringify(view, null, 2));
  else io.print(jobText(view, io.width));
  for (const problem of problems) printMistake(problem, io);
  return problems.length > 0 ? 1 : 0;
}

/** What each model alone does not show: two of one name, a cap without prices. */
async function problemTogether(question: JobQuestion, io: Io): Promise<Mistake[]> {
  try {
    refuseUnknownPrices(question, await candidatesOf(question, io, false));
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [error.mistake];
  }
}

function printText(given: string, { loaded }: JobQuestion, folder: string, json: boolean, io: Io): ExitCode {
  const path = relative(folder, resolve(io.cwd, given)).split(sep).join("/");
  const extract = loaded.extracts.find((one) => one.path === given || one.path === path);
  if (extract === undefined)
    throw new UserError({
      happened: `"${given}" is no file of the job's material`,
      expected: expectedOneOf(loaded.extracts.map((one) => one.path)),
      mend: "name one of these, or add the file to `material`",
    });
  io.print(json ? JSON.stringify(extract, null, 2) : printable(extract.text ?? ""));
  for (const note of json ? [] : extract.notes) io.note(`left out: ${note}`);
  return 0;
}

async function printPrompts(
  given: string,
  { loaded }: JobQuestion,
  folder: string,
  json: boolean,
  io: Io,
): Promise<ExitCode> {
  const { sample, ids } = sampleNamed(given, loaded.samples);
  if (sample === undefined)
    throw new UserError({
      happened: `there is no sample "${given}"`,
      expected: expectedOneOf(ids),
      mend: "give a sample's id, or `first`",
    });
  const samples = { count: 1, [Symbol.iterator]: () => [sample][Symbol.iterator]() };
  const scenario = await jobScenario({ ...loaded, samples }, null, { folder });
  const prompts = await Promise.all(
    scenario.cells.map(async (cell): Promise<Prompt> => {
      const [asked] = scenario.samples(cell);
      const turn = await firstTurn(scenario.solver?.(cell, { kind: "vendor" }) ?? oneCall, asked!);
      return { arm: String(cell.arm), sample: sample.id, passages: asked!.given?.passages ?? null, ...turn };
    }),
  );
  if (json) io.print(JSON.stringify(prompts, null, 2));
  else io.print(prompts.map(promptText).join("\n\n"));
  return 0;
}

function sampleNamed(given: string, samples: JobQuestion["loaded"]["samples"]) {
  const ids: string[] = [];
  for (const sample of samples) {
    if (sample.id === given || given === "first") return { sample, ids };
    if (ids.length <= mostListed) ids.push(sample.id);
  }
  return { sample: undefined, ids };
}

const mostListed = 10;

const expectedOneOf = (names: readonly string[]) =>
  names.length === 0
    ? "a file; the job has none"
    : `one of ${names.slice(0, mostListed).join(", ")}${names.length > mostListed ? ", …" : ""}`;

/** What a model is asked first; an agent's loop goes on from there. */
const firstTurn = (solver: Solver, sample: Sample): Promise<Turn> =>
  new Promise((resolve, reject) => {
    const ask = (turn: Turn) => {
      resolve(turn);
      return new Promise<never>(() => {});
    };
    solver.solve(sample, ask).catch(reject);
  });

interface Prompt extends Turn {
  readonly arm: string;
  readonly sample: string;
  /** Null where no passages were sought. */
  readonly passages: readonly string[] | null;
}

function promptText({ arm, sample, messages, tools = [], responseFormat }: Prompt): string {
  const besides = [
    ...(tools.length > 0 ? [["tools", JSON.stringify(tools, null, 2)]] : []),
    ...(responseFormat === undefined ? [] : [["response format", JSON.stringify(responseFormat, null, 2)]]),
  ];
  const parts = [...messages.map((message) => [message.role, contentText(message)]), ...besides];
  return [`━━ ${arm}, sample ${sample}`, ...parts.map(([name, text]) => `── ${name}\n${text}`)]
    .map(printable)
    .join("\n");
}

function contentText({ content, toolCalls = [], toolCallId }: Message): string {
  const text =
    typeof content === "string"
      ? content
      : content.map((part) => (part.type === "text" ? part.text : `[image ${part.url.slice(0, 40)}…]`)).join("\n");
  const calls = toolCalls.map(({ name, arguments: args }) => `calls ${name}(${args})`);
  return [...(toolCallId === undefined ? [] : [`answers call ${toolCallId}`]), text, ...calls]
    .filter((line) => line !== "")
    .join("\n");
}
