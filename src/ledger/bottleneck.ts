/** A bottleneck that comes back from release to release, and the ideas that attack it. */
import { z } from "zod";
import { Id } from "./id.ts";

export const BottleneckFile = z
  .strictObject({
    $schema: z.string().optional().describe("For editors"),
    id: Id.describe("The file's name without .json"),
    name: z.string().min(1),
    says: z.string().min(1).describe("What runs out, and when"),
    attackedBy: z.array(z.strictObject({ idea: Id, how: z.string().min(1) })).min(1),
    evidence: z.array(Id).min(1).describe("Claims that show it, or what an idea did about it"),
    probedBy: z.array(z.string().min(1)).describe("Commands and scenarios of Assay that measure or compute it"),
  })
  .describe("A bottleneck: what runs out, which ideas attack it, which claims show it");
export type Bottleneck = z.infer<typeof BottleneckFile>;
