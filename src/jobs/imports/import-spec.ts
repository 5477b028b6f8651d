/** What can be imported, and how a job says so. */
import { z } from "zod";

const path = z.string().min(1).describe("Relative to the job's file");

const Inspect = z.strictObject({
  from: z.literal("inspect"),
  path: path.describe("Samples as JSON, JSON Lines or CSV, relative to the job's file"),
  fields: z
    .strictObject({
      input: z.string().default("input"),
      target: z.string().default("target"),
      choices: z.string().default("choices"),
      id: z.string().default("id"),
      metadata: z
        .array(z.string())
        .nullable()
        .default(null)
        .describe("Columns to keep [what the column `metadata` holds]"),
    })
    .optional()
    .describe("Names of the columns, as Inspect's FieldSpec has them"),
});

const Loft = z.strictObject({
  from: z.literal("loft"),
  path: path.describe("The folder that holds corpus.jsonl and the queries, e.g. rag/nq/128k"),
  split: z.enum(["dev", "test", "few_shot"]).default("dev"),
  task: z
    .enum(["rag", "multi_value_rag", "retrieval"])
    .describe("As LOFT names it: `rag` wants one of the answers, `multi_value_rag` all, `retrieval` the passages' ids"),
});

const Promptfoo = z.strictObject({
  from: z.literal("promptfoo"),
  path: path.describe("A promptfooconfig (.yaml, .json, .js, .ts), relative to the job's file"),
  judge: z
    .string()
    .optional()
    .describe("`<vendor>/<model>` that judges by rubric [the grader that the config names, if its vendor is known]"),
});

export const ImportSpec = z.discriminatedUnion("from", [
  Promptfoo,
  Inspect,
  Loft,
  z.strictObject({ from: z.literal("openai-batch"), path }),
  z.strictObject({ from: z.literal("chat"), path }),
  z.strictObject({ from: z.literal("longbench-v2"), path }),
  z.strictObject({ from: z.literal("k2vv"), path }),
]);
export type ImportSpec = z.infer<typeof ImportSpec>;
