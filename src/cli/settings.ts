/** How a run is made: from flags, from a YAML file, or from an earlier run that goes on. One schema for all. */
import { readFileSync } from "node:fs";
import { basename, dirname, extname, resolve } from "node:path";
import { type Document, parseDocument } from "yaml";
import { z } from "zod";
import { messageOf, UserError } from "../errors.ts";
import { agentLoops } from "../evals/index.ts";
import { parseTokens } from "../units/index.ts";
import { expectationOf } from "./command.ts";
import { isPrice, priceForm, retrievalPrice, retrievalPriceForm } from "./given-prices.ts";

/** No model reads more, and a document of this length is still made in seconds. */
const longestContext = 16 * 1_024 ** 2;
const lengthForm = "expected numbers of tokens up to 16M, like 2048, 32K or 1M";

const tokens = z.union([z.number(), z.string()], lengthForm).transform((given, context) => {
  const count = typeof given === "number" ? given : parseTokens(given);
  if (count !== null && Number.isInteger(count) && count > 0 && count <= longestContext) return count;
  context.addIssue(lengthForm);
  return z.NEVER;
});

/** A list in a file, or the words of a flag that is given several times or with commas. */
const listOf = <Item extends z.ZodType>(item: Item) =>
  z.preprocess(
    (given) =>
      (Array.isArray(given) ? given : [given])
        .flatMap((one) => (typeof one === "string" ? one.split(",") : [one]))
        .filter((one) => one !== ""),
    z.array(item).min(1, "expected at least one"),
  );

/** A number in a file, or the text of a flag; nothing else becomes one. */
const number = z
  .union([z.number(), z.string().trim().min(1, "expected a number")], "expected a number")
  .pipe(z.coerce.number("expected a number"));
const positive = number.pipe(z.number().int("expected a whole number").positive("expected a number above 0"));
const wholeFrom0 = number.pipe(z.number().int("expected a whole number").min(0, "expected a number from 0 up"));
const from0 = number.pipe(z.number().min(0, "expected a number from 0 up"));
const above0 = number.pipe(z.number().positive("expected a number above 0"));

const scenarios = ["grounding", "replay", "cache-probes", "preference", "job"] as const;

export const Settings = z.strictObject({
  scenario: z
    .enum(
      scenarios,
      'expected "grounding", "replay", "cache-probes", "preference", or a file that ends in .yaml, .json or .ts',
    )
    .default("grounding")
    .describe("The question to put"),
  job: z.string().optional().describe("The job's file, where the scenario is a job"),
  model: listOf(z.string())
    .optional()
    .describe("Candidates: engine/<specimen>, <vendor>/<model>, or a model behind --base-url"),
  gguf: listOf(z.string()).optional().describe("GGUF files to run on the embedded engine"),
  baseUrl: z.string().optional().describe("An OpenAI-compatible or Anthropic server, with its version part"),
  apiKeyEnv: z.string().optional().describe("Name of the environment variable that holds the key"),
  protocol: z
    .enum(["openai-chat", "openai-completions", "anthropic-messages"])
    .optional()
    .describe("Wire format behind --base-url [openai-chat]"),
  price: z
    .string()
    .refine((text) => isPrice(text), `expected ${priceForm}`)
    .optional()
    .describe("USD per million tokens: input=1,cached=0.1,output=2"),
  judgePrice: z
    .string()
    .refine((text) => isPrice(text), `expected ${priceForm}`)
    .optional()
    .describe("The judge's, likewise [what the ledger has of its vendor]"),
  retrievalPrice: listOf(z.string().regex(retrievalPrice, `expected ${retrievalPriceForm}`))
    .optional()
    .describe("Price of a model that embeds or reranks: openai/e=0.02/Mtok, cohere/r=2/Ksearch"),
  context: listOf(tokens)
    .optional()
    .describe(
      "Context lengths, tokens [512,1K,2K,4K,8K; cache-probes: 4K; replay: sessions end before a longer prompt]",
    ),
  needles: listOf(positive).optional().describe("Facts asked for in one question [1]"),
  documents: positive.optional().describe("Documents a context length; six questions each [8]"),
  distractors: wholeFrom0.optional().describe("Near misses around each fact [4]"),
  unanswerable: number
    .pipe(z.number().min(0, "expected a number from 0 to 0.9").max(0.9, "expected a number from 0 to 0.9"))
    .optional()
    .describe("Share of questions that no line answers [0.17]"),
  haystack: listOf(z.string()).optional().describe("Your own text files to hide the facts in"),
  trace: z.string().optional().describe("replay: the trace to send again, from Mooncake, Weka or a recording"),
  traceFormat: z
    .enum(agentLoops.traceFormats)
    .optional()
    .describe("replay: the trace's format [told by its first line]"),
  traceRows: z
    .enum(["cumulative", "delta"])
    .optional()
    .describe("replay: what a row of Mooncake's sessions holds, its whole prompt or only what is new"),
  longestPause: from0.optional().describe("replay: the trace's pauses are kept up to this, seconds [0]"),
  mostRequests: positive.optional().describe("replay: a session ends after so many requests"),
  idle: listOf(above0).optional().describe("cache-probes: pauses to try, seconds: 60,360"),
  otherSessions: positive.optional().describe("cache-probes: sessions that speak in between [1]"),
  sessions: positive.optional().describe("cache-probes: sessions with, and as many without, what breaks the cache [5]"),
  answersOf: listOf(z.string()).optional().describe("preference: the runs whose answers are judged: ids, or `latest`"),
  baseline: z
    .string()
    .optional()
    .describe("preference: hold all others against this one: an option, candidate, arm or run [the first]"),
  rubric: z
    .string()
    .regex(/\S/, "expected some text")
    .optional()
    .describe("preference: what makes an answer the better one"),
  repeats: positive.optional().describe("Times each question is asked [1]"),
  limit: positive.optional().describe("At most this many questions a cell"),
  seed: wholeFrom0
    .optional()
    .describe("Seed of the questions, and of sampling [1; replay, cache-probes: another one in each run]"),
  temperature: number
    .pipe(z.number().min(0, "expected a number from 0 to 2").max(2, "expected a number from 0 to 2"))
    .optional()
    .describe("Sampling temperature [0; a job's own, else the vendor's]"),
  maxTokens: positive
    .optional()
    .describe("Longest answer, tokens [32 on the engine, 1024 elsewhere; replay, cache-probes: 1]"),
  concurrency: positive.optional().describe("Calls at a time on one route [1 on the engine, 8 elsewhere]"),
  retries: wholeFrom0.optional().describe("Further attempts after a failure that may pass [3]"),
  timeout: above0.optional().describe("Longest call, seconds; its first byte may take half of it [600]"),
  until: number
    .pipe(z.number().gt(0, "expected a number above 0 and below 1").lt(1, "expected a number above 0 and below 1"))
    .optional()
    .describe("Stop once it is clear who is better, or that nobody is by this much of quality: 0.05"),
  volume: above0.optional().describe("Calls a month: what makes cost a call into cost a month"),
  maxCost: above0.optional().describe("Cap on what the run may spend, USD"),
  allowUnknownPrice: z.boolean().optional().describe("Run under --max-cost although a price is unknown"),
  kvType: z.enum(["f16", "q8_0", "q4_0"]).optional().describe("KV-cache precision of the embedded engine [f16]"),
});
export type Settings = z.infer<typeof Settings>;

/** Settings that only these scenarios have; all others say how anything is asked. */
const scenariosWith = {
  context: ["grounding", "replay", "cache-probes"],
  needles: ["grounding"],
  documents: ["grounding"],
  distractors: ["grounding"],
  unanswerable: ["grounding"],
  haystack: ["grounding"],
  trace: ["replay"],
  traceFormat: ["replay"],
  traceRows: ["replay"],
  longestPause: ["replay"],
  mostRequests: ["replay"],
  idle: ["cache-probes"],
  otherSessions: ["cache-probes"],
  sessions: ["cache-probes"],
  judgePrice: ["job"],
  retrievalPrice: ["job"],
  answersOf: ["preference"],
  baseline: ["preference"],
  rubric: ["preference"],
  repeats: ["grounding", "replay", "cache-probes", "job"],
  until: ["grounding", "job"],
} as const satisfies Partial<Record<keyof Settings, readonly Settings["scenario"][]>>;

/** @throws UserError for a setting of other scenarios */
export function refuseForeignKeys(settings: Settings): void {
  const { scenario, job } = settings;
  const foreign = Object.entries(scenariosWith).find(
    ([key, owners]) =>
      settings[key as keyof Settings] !== undefined && !(owners as readonly string[]).includes(scenario),
  );
  if (foreign === undefined) return;
  const [key, owners] = foreign;
  throw new UserError({
    happened: `${flagName(key)} is given, and ${job === undefined ? `the scenario is ${scenario}` : `${basename(job)} is a job`}`,
    expected:
      scenario === "job"
        ? "settings of how questions are asked; which ones they are, the job says"
        : `${flagName(key)} with ${owners.join(" or ")} alone`,
    mend: `leave ${flagName(key)} out`,
  });
}

/** As it is typed. */
export const flagName = (key: string) => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/**
 * The scenario by name, a job by its file, or the settings that a file holds; relative paths in a file are relative to
 * the file.
 */
export function readSettings(scenarioOrFile: string, flags: Readonly<Record<string, unknown>>, cwd: string): Settings {
  const given = Object.fromEntries(
    Object.entries(flags).filter(([key, value]) => key in Settings.shape && value !== undefined),
  );
  const path = resolve(cwd, scenarioOrFile);
  const asJob = () => parseSettings({ ...given, scenario: "job", job: path }, "the command line", cwd);
  if (/^\.[cm]?[jt]s$/.test(extname(scenarioOrFile))) return asJob();
  if (!/^\.(ya?ml|json)$/.test(extname(scenarioOrFile)))
    return parseSettings({ ...given, scenario: scenarioOrFile }, "the command line", cwd);
  const held = settingsFile(path);
  if (isJob(held)) return asJob();
  return parseSettings({ ...held, ...definedOnly(inFolder(given, cwd)) }, basename(path), dirname(path));
}

/** A job brings its own questions; a file of settings names a scenario. */
const isJob = (held: Readonly<Record<string, unknown>>) =>
  !("scenario" in held) && ["job", "samples", "import"].some((key) => key in held);

function settingsFile(path: string): Record<string, unknown> {
  const document = parseDocument(readText(path, "a YAML file with a job, or with settings of a run"));
  const [error] = document.errors;
  if (error !== undefined)
    throw new UserError({
      happened: `${path} is not YAML: ${error.message.split("\n")[0]}`,
      expected: "a YAML mapping like {scenario: grounding, model: [engine/reader-mha]}",
      mend: "correct that line",
    });
  const value = valuesIn(document, path);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new UserError({
      happened: `${path} holds ${value === null ? "nothing" : "no mapping"}`,
      expected: "a YAML mapping like {scenario: grounding, model: [engine/reader-mha]}",
      mend: "`assay run --help` lists the keys: they are the flags' names in camelCase",
    });
  return value as Record<string, unknown>;
}

function valuesIn(document: Document.Parsed, path: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new UserError(
      {
        happened: `${path} cannot be read: ${messageOf(error)}`,
        expected: "aliases (*) that name an earlier anchor (&), for at most 100 values in all",
        mend: "write the values out",
      },
      { cause: error },
    );
  }
}

export function parseSettings(given: Readonly<Record<string, unknown>>, where: string, folder: string): Settings {
  const parsed = Settings.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const unknownKeys = issue.code === "unrecognized_keys" ? issue.keys.join(", ") : null;
    const key = String(issue.path[0] ?? "");
    throw new UserError({
      happened: unknownKeys
        ? `${where}: there is no setting "${unknownKeys}"`
        : `${where}: ${key} is ${JSON.stringify(given[key])}`,
      expected: unknownKeys ? `one of ${Object.keys(Settings.shape).join(", ")}` : expectationOf(issue),
      mend: "`assay run --help` describes each setting",
    });
  }
  return definedOnly(inFolder(parsed.data, folder)) as Settings;
}

interface Paths {
  readonly trace?: string | undefined;
  readonly gguf?: readonly string[] | undefined;
  readonly haystack?: readonly string[] | undefined;
}

const inFolder = (settings: Paths, folder: string) => ({
  ...settings,
  trace: settings.trace && resolve(folder, settings.trace),
  gguf: settings.gguf?.map((path) => resolve(folder, path)),
  haystack: settings.haystack?.map((path) => resolve(folder, path)),
});

const definedOnly = (settings: object) =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));

export function readText(path: string, expected: string): string {
  try {
    const text = readFileSync(path, "utf8");
    if (text.includes("\0")) throw new Error("it is a binary file");
    return text;
  } catch (error) {
    throw new UserError(
      {
        happened: `${path} cannot be read: ${messageOf(error)}`,
        expected,
        mend: "correct the path, or the file's permissions",
      },
      { cause: error },
    );
  }
}
