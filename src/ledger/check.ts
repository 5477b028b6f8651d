/** How a claim can be computed: from the release's config, or from numbers that its source prints. */
import { z } from "zod";
import { evaluate } from "./arithmetic.ts";
import { Comparison } from "./comparison.ts";
import { Id } from "./id.ts";

/** What anatomy answers. */
export const checkedQuantities = [
  "totalParameters",
  "scopeParameters",
  "activeParameters",
  "prefillActiveParameters",
  "cacheBytes",
  "cacheBytesPerToken",
  "fixedCacheLayerShare",
  "decodeFlops",
  "trainingFlopsPerToken",
  "weightBytes",
  "partBytes",
] as const;

function isSum(expression: string): boolean {
  try {
    return Number.isFinite(evaluate(expression));
  } catch {
    return false;
  }
}

const positive = z.number().positive();

/** The conditions under which the quantity is taken; what is left out is as anatomy has it by default. */
export const CheckAt = z.strictObject({
  scope: z.string().optional().describe("Part of the checkpoint, e.g. `backbone`, `engram`"),
  part: z.string().optional().describe("What the weights do, e.g. `routed experts`"),
  contextTokens: z.int().positive().optional(),
  cacheFormat: z.string().optional().describe("Name of a cache format of anatomy"),
  cacheBitsPerElement: positive.optional().describe("A plain cache of so many bits, in place of a format"),
  counting: z
    .enum(["withEmbeddingAndHead", "withoutInputEmbedding", "withoutEmbeddingAndHead"])
    .optional()
    .describe("Which vocabulary tables a count of parameters includes"),
  copiedTables: z
    .boolean()
    .optional()
    .describe("Modules that predict further tokens store embedding and head once more"),
  bitsPerWeight: positive.optional().describe("Bits of one stored weight, scales included"),
  flopWeights: z
    .enum(["plain", "fp8-equivalent"])
    .optional()
    .describe("fp8-equivalent: BF16 counts twice, FP8 once, FP4 half"),
});
export type CheckAt = z.infer<typeof CheckAt>;

export const Tolerance = z.union([
  z.literal("exact"),
  z.strictObject({ relative: positive.describe("Of the published value, e.g. 0.02") }),
  z.strictObject({ absolute: positive.describe("In the claim's unit; 0.01 is one point of a share") }),
]);
export type Tolerance = z.infer<typeof Tolerance>;

const Rule = z
  .strictObject({ name: z.string().min(1), says: z.string().min(1) })
  .describe("Set where the number only comes out under it");

export const AnatomyCheck = z.strictObject({
  kind: z.literal("anatomy"),
  quantity: z.enum(checkedQuantities),
  at: CheckAt.optional(),
  relativeTo: z.strictObject({ release: Id, at: CheckAt.optional(), as: Comparison }).optional(),
  tolerance: Tolerance,
  rule: Rule.optional(),
});
export type AnatomyCheck = z.infer<typeof AnatomyCheck>;

export const ArithmeticCheck = z.strictObject({
  kind: z.literal("arithmetic"),
  expression: z
    .string()
    .regex(/^[\d\s.+\-*/()]+$/, "expected numbers, + - * / and brackets")
    .max(200)
    .refine(isSum, "expected a sum that comes out as a number"),
  inputs: z
    .array(z.strictObject({ value: z.number(), is: z.string().min(1) }))
    .min(1)
    .describe("What each number of the expression is"),
  tolerance: Tolerance,
  rule: Rule.optional(),
});
export type ArithmeticCheck = z.infer<typeof ArithmeticCheck>;

export const Check = z.discriminatedUnion("kind", [AnatomyCheck, ArithmeticCheck]);
export type Check = z.infer<typeof Check>;
