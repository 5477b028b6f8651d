/** A claim: one dated statement of one value, with its scope and where it comes from. */
import { z } from "zod";
import { Check } from "./check.ts";
import { Comparison } from "./comparison.ts";
import { PartialDate } from "./day.ts";
import { Id } from "./id.ts";
import { type Quantity, quantities, quantityNames, units } from "./quantity.ts";
import { type Source, SourceKey } from "./source.ts";

/**
 * What the value is about: publishers count different things under one name, which is where most contradictions come
 * from. Two values contradict each other only where their scopes are equal.
 */
export const Scope = z
  .strictObject({
    part: z.string().optional().describe("`backbone`, `whole file`, `engram`, `routed experts`"),
    counting: z.string().optional().describe("Which tables a count includes: `without input embedding`"),
    contextTokens: z.int().positive().optional().describe("At which length of context"),
    precision: z.string().optional().describe("In which number format: `bf16`, `fp4`"),
    hardware: z.string().optional().describe("On which machines"),
    setting: z.string().optional().describe("Everything else that it holds for"),
  })
  .refine((scope) => Object.keys(scope).length > 0, "expected at least one of its fields");
export type Scope = z.infer<typeof Scope>;

/** What a comparing value is set against; a share, a multiple or a percentage means nothing without it. */
export const Baseline = z
  .strictObject({
    subject: Id.optional().describe("Release, idea or organisation of the other value"),
    of: z.string().optional().describe("What the other value or the whole is, where it has no id"),
    as: Comparison.optional().describe("Set where the claim's value is a comparison"),
    value: z.number().optional().describe("The other value, in the quantity's own unit"),
  })
  .refine(({ subject, of }) => subject !== undefined || of !== undefined, "expected `subject` or `of`");

/** A claim as a file holds it: its subject is the file's, its source a key of the file's `sources`. */
export const ClaimEntry = z
  .strictObject({
    id: Id,
    quantity: z.enum(quantityNames),
    of: z.string().optional().describe("Which one: the benchmark, the channel"),
    value: z
      .union([z.number(), z.string().min(1)])
      .nullable()
      .describe("null takes an older claim back"),
    unit: z.enum(units),
    printed: z.string().min(1).optional().describe("As the source prints it, where its unit is another: `9.62 GiB`"),
    bound: z.enum(["lower", "upper"]).optional().describe("The value is only a bound"),
    range: z.tuple([z.number(), z.number()]).optional().describe("The range that the source prints"),
    scope: Scope,
    baseline: Baseline.optional(),
    source: SourceKey,
    locator: z.string().optional().describe("Where in the source: a table, a section"),
    observed: PartialDate.describe("Day, month or year of the source, not of our reading"),
    confidence: z.enum(["medium", "low"]).optional(),
    unverified: z.string().min(1).optional().describe("Why it needs a check before it is shown as fact"),
    replaces: Id.optional().describe("The claim that it takes the place of; the old one stays where it is"),
    note: z.string().min(1).optional(),
    check: Check.optional(),
  })
  .superRefine((claim, context) => {
    for (const { field, message } of claimProblems(claim))
      context.addIssue({ code: "custom", path: [field], message, input: claim });
  });
export type ClaimEntry = z.infer<typeof ClaimEntry>;

/** A claim as everything else reads it. */
export type Claim = Omit<ClaimEntry, "source"> & { readonly subject: string; readonly source: Source };

/** A benchmark may be a share of its questions; no other quantity is a share unless it is compared. */
const isShareOf = ({ quantity, unit }: ClaimShape) => unit === "share" && quantity === "benchmarkScore";

interface ClaimShape {
  readonly quantity: Quantity;
  readonly value: number | string | null;
  readonly unit: string;
  readonly baseline?: { readonly as?: Comparison | undefined; readonly of?: string | undefined } | undefined;
  readonly replaces?: string | undefined;
}

function claimProblems(claim: ClaimShape): { field: string; message: string }[] {
  const problems: { field: string; message: string }[] = [];
  const { unit } = quantities[claim.quantity];
  const compares = claim.baseline?.as !== undefined;
  const isRatio = claim.unit === "share" || claim.unit === "times";
  if (isRatio && claim.baseline === undefined)
    problems.push({ field: "baseline", message: "expected what the share or multiple is of: `subject` or `of`" });
  else if (claim.unit !== unit && !(isRatio && compares) && !isShareOf(claim))
    problems.push({ field: "unit", message: `expected ${unit}, the unit of ${claim.quantity}` });
  if (compares && !isRatio) problems.push({ field: "unit", message: "expected share or times for a comparison" });
  if (claim.value === null && claim.replaces === undefined)
    problems.push({ field: "value", message: "expected a value; null only takes back the claim in `replaces`" });
  const isText = unit === "text" || unit === "date";
  if (claim.value !== null && typeof claim.value !== (isText ? "string" : "number"))
    problems.push({ field: "value", message: `expected a ${isText ? "text" : "number"}` });
  if (unit === "date" && typeof claim.value === "string" && !PartialDate.safeParse(claim.value).success)
    problems.push({ field: "value", message: "expected YYYY-MM-DD, YYYY-MM or YYYY" });
  return problems;
}
