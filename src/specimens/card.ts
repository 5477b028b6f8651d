/** The card beside a reading specimen's weights: `specimens/reader-mla.json` describes `specimens/reader-mla.gguf`. */
import { z } from "zod";

/** What is read here; a card may say more, such as how it was trained. */
export const SpecimenCard = z.object({
  kind: z.literal("trained specimen").describe("Trained by this project from random weights"),
  attention: z.string().min(1).describe("The attention design, e.g. `MLA`"),
  architecture: z.string().min(1).optional().describe("llama.cpp's name of the architecture, e.g. `qwen2`"),
  summary: z.string().min(1).describe("What it is, in one line without a full stop"),
  trainedContextTokens: z.int().positive().describe("The longest context it was trained on, tokens"),
});
export type SpecimenCard = z.infer<typeof SpecimenCard>;
