/** What is kept of a trial, a line of `trials.jsonl`: as a schema, since a file can be cut off, mended by hand or another's. */
import { z } from "zod";
import { devices } from "../graph/session.ts";
import { type Measure, measures } from "./protocol.ts";

export const TrialPlan = z
  .object({
    arm: z.string(),
    phase: z.enum(["tuning", "final"]).describe("`tuning` chooses the arm's rate; only `final` trials are reported"),
    rate: z.number(),
    seed: z.number(),
  })
  .readonly();
export type TrialPlan = z.infer<typeof TrialPlan>;

/** Null where the training diverged, so that there is no such number; what the task does not measure is left out. */
const Value = z.number().nullable();

export const Measures = z.partialRecord(z.enum(Object.keys(measures) as [Measure, ...Measure[]]), Value).readonly();
export type Measures = z.infer<typeof Measures>;

/** Of a point of the training's curve, what is drawn. */
const CurvePoint = z
  .object({
    step: z.number(),
    heldOutLoss: Value.exactOptional(),
    recall: Value.exactOptional(),
    largestLogit: Value.exactOptional(),
    loadExcess: Value.exactOptional(),
  })
  .readonly();

const Bin = z.object({ from: z.number(), to: z.number(), n: z.number(), right: z.number() }).readonly();
/** Recall by how far back the value stood, examined at one length of sequence. */
const RecallByDistance = z.object({ tokens: z.number(), bins: z.array(Bin).readonly() }).readonly();
export type RecallByDistance = z.infer<typeof RecallByDistance>;

export const Machine = z
  .object({
    device: z.enum(devices).exactOptional().describe("Where the graphs ran; not written down for the CPU"),
    processor: z.string(),
    node: z.string(),
    onnxruntime: z.string(),
    assay: z.string().exactOptional().describe("Assay's own version; older records are without"),
  })
  .readonly();
export type Machine = z.infer<typeof Machine>;

export const TrialRecord = TrialPlan.unwrap()
  .extend({
    measures: Measures,
    curve: z.array(CurvePoint).readonly(),
    byDistance: z.array(RecallByDistance).readonly(),
    totalCpuSeconds: z
      .number()
      .exactOptional()
      .describe("Of the process, building graphs and judging included; older records are without"),
    machine: Machine,
  })
  .readonly();
export type TrialRecord = z.infer<typeof TrialRecord>;

/** Whether the training ended without numbers. */
export const hasDiverged = ({ measures: found }: Pick<TrialRecord, "measures">): boolean =>
  Object.values(found).some((value) => value === null);
