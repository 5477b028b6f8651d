/** What was looked for and not found, so that nobody takes a gap for a zero. */
import { z } from "zod";
import { Id } from "./id.ts";

export const OpenQuestionsFile = z
  .strictObject({
    $schema: z.string().optional().describe("For editors"),
    questions: z.array(z.strictObject({ about: z.array(Id), says: z.string().min(1) })),
  })
  .describe("Values that were looked for and not found");
export type OpenQuestion = z.infer<typeof OpenQuestionsFile>["questions"][number];
