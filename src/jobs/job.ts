/** A job: what somebody needs a model for. One schema for YAML, JSON, TypeScript and editors. */
import { z } from "zod";
import { agentLoops } from "../evals/index.ts";
import { defaultPassageWords } from "../retrieval/index.ts";
import { CandidateEntry } from "./candidate.ts";
import { ImportSpec } from "./imports/import-spec.ts";
import { MaterialEntry, SampleSpec, ScorerEntry, Settings } from "./sample.ts";

const listOf = <Item extends z.ZodType>(item: Item) => z.union([item, z.array(item).min(1)]);

/** Passages that a model is given where neither a number nor a budget is set. */
export const defaultTopK = 8;

const retrieval = {
  topK: z
    .int()
    .positive()
    .optional()
    .describe(`Passages that the model is given [${defaultTopK}, or as many as the budget holds]`),
  budgetTokens: z
    .int()
    .positive()
    .optional()
    .describe("Passages are given while they hold no more tokens than this, counted as words, numbers and marks"),
  passageWords: z.int().min(20).default(defaultPassageWords).describe("Most words of a passage"),
  rerank: z.string().min(1).optional().describe("A model that puts the first passages in order, `<vendor>/<model>`"),
};

const AgentArm = z.strictObject({
  agent: z
    .strictObject({
      maxTurns: z
        .int()
        .positive()
        .default(agentLoops.agentLoopDefaults.maxTurns)
        .describe("Requests of a sample; the last answer counts"),
    })
    .describe("The model looks into the material itself, with tools that list, read and search it"),
});

/** How a sample's material comes to the model. */
export const Arm = z.union([
  z.literal("whole"),
  z.literal("agent"),
  AgentArm,
  z.discriminatedUnion("retrieval", [
    z.strictObject({ retrieval: z.literal("bm25").describe("Passages are found by words"), ...retrieval }),
    z.strictObject({
      retrieval: z.enum(["embeddings", "hybrid"]).describe("Passages are found by meaning, or by words and meaning"),
      embeddings: z.string().min(1).describe("The model that embeds, `<vendor>/<model>`"),
      ...retrieval,
    }),
  ]),
]);
export type Arm = z.infer<typeof Arm>;

export const Job = z.strictObject({
  $schema: z.string().optional().describe("For editors"),
  job: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]*$/i, "expected a name of letters, digits, dots and dashes")
    .describe("The job's name"),
  question: z.string().optional().describe("What is to be found out, in a sentence"),
  material: listOf(MaterialEntry)
    .optional()
    .describe("Files that answers rest on: paths and globs relative to this file, or texts of their own"),
  instructions: z
    .string()
    .optional()
    .describe("The system prompt. {{material}} is where the material goes, {{name}} a sample's `vars.name`"),
  input: z.string().optional().describe("The question where samples differ only in their vars: `Translate: {{text}}`"),
  samples: z
    .union([z.string().min(1), z.array(SampleSpec).min(1)])
    .optional()
    .describe("The questions: a list, or a file of them (.jsonl, .json, .csv, .tsv, .yaml)"),
  import: listOf(ImportSpec).optional().describe("Questions that stand in another tool's files"),
  scorers: z.array(ScorerEntry).default([]).describe("How answers are judged, where a sample does not say"),
  arms: z
    .array(Arm)
    .min(1)
    .default(["whole"])
    .describe("How material comes to the model: `whole`, by retrieval, or by an agent's tools; each is measured"),
  model: listOf(CandidateEntry)
    .optional()
    .describe(
      "Candidates: <vendor>/<model>, or engine/<specimen>, or { model, baseUrl, price } [what is given on the command line]",
    ),
  settings: Settings.default({}).describe("How answers are sampled"),
  repeats: z.int().positive().default(1).describe("Times each question is asked"),
  seed: z.int().min(0).default(1).describe("Of sampling, and of every random choice"),
  maxCost: z.number().positive().optional().describe("Cap on what a run may spend, USD"),
  volume: z
    .strictObject({ callsPerMonth: z.number().positive() })
    .optional()
    .describe("How much of this there is: what turns cost per call into cost per month"),
});
export type Job = z.infer<typeof Job>;
export type JobInput = z.input<typeof Job>;

/** A job in TypeScript: `export default defineJob({ … })`. Checked when it is loaded, like any other file. */
export const defineJob = (job: JobInput): JobInput => job;
