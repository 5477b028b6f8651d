/** A sample as a user writes it, and as a run asks it. */
import { z } from "zod";
import { type Document, ScorerSpec } from "../evals/index.ts";
import type { CallRequest, Message, Tool } from "../wire/index.ts";

const text = z.string("expected text; numbers and dates in quotes");
const some = text.regex(/\S/, "expected some text");
const jsonObject = z.record(z.string(), z.unknown());

const Part = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("text"), text }),
  z
    .strictObject({
      type: z.literal("image"),
      path: z.string().optional().describe("A PNG, JPEG, GIF or WebP file, relative to the file that names it"),
      url: z
        .string()
        .regex(/^(https?|data):/, "expected an https: or data: address")
        .optional(),
    })
    .refine(({ path, url }) => (path === undefined) !== (url === undefined), "expected a `path` or a `url`"),
]);

const ToolCall = z.strictObject({
  id: z.string(),
  name: z.string(),
  arguments: z.string().describe("As the model wrote them"),
});

/** One turn of a conversation. */
export const MessageSpec = z.strictObject({
  role: z.enum(["system", "user", "assistant", "tool"]),
  content: z.union([text, z.array(Part)]),
  reasoning: z.string().optional().describe("What the model reasoned in this turn"),
  toolCalls: z.array(ToolCall).optional(),
  toolCallId: z.string().optional().describe("With role `tool`: the call that this answers"),
});
export type MessageSpec = z.infer<typeof MessageSpec>;

const ToolSpec = z.strictObject({
  name: z.string().min(1),
  description: z.string().optional(),
  parameters: jsonObject.describe("JSON Schema of the arguments"),
});

const ResponseFormat = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("json_object") }),
  z.strictObject({ type: z.literal("json_schema"), name: z.string(), schema: jsonObject }),
]);

/** How an answer is sampled; what is not set is left to the vendor. */
export const Settings = z.strictObject({
  temperature: z.number().min(0).max(2).optional(),
  topP: z.number().gt(0).max(1).optional(),
  maxTokens: z.int().positive().optional().describe("Longest answer, tokens"),
  seed: z.int().optional(),
  stop: z.array(z.string().min(1)).min(1).optional().describe("Texts that end the answer"),
  reasoningEffort: z.string().optional().describe("In the vendor's words: low, medium, high"),
  extraBody: jsonObject.optional().describe("Merged into the request's body last, for what a vendor has of its own"),
});
export type Settings = z.infer<typeof Settings>;

const simpleScorers = [
  "exact",
  "contains",
  "number",
  "choice",
  "json-schema",
  "tool-calls",
  "citations",
  "abstention",
] as const;

/** A scorer, or only its name where the rest is as it is by default. */
export const ScorerEntry = z.union([
  z.enum(simpleScorers).transform((type): ScorerSpec => ScorerSpec.parse({ type })),
  ScorerSpec,
]);

/** A text of its own, or paths and globs of files. */
export const MaterialEntry = z.union([
  some,
  z.strictObject({ id: z.string().min(1).describe("How the text is cited"), text }),
]);
export type MaterialEntry = z.infer<typeof MaterialEntry>;

export const SampleSpec = z.strictObject({
  id: z.string().min(1).optional().describe("Unique in the job [its place in the list]"),
  input: z
    .union([some, z.array(MessageSpec).min(1)])
    .optional()
    .describe("The question, or a conversation up to it [the job's `input`]"),
  vars: z.record(z.string(), text).optional().describe("What {{placeholders}} in the job's texts stand for"),
  target: z
    .union([text, z.array(text).min(1)])
    .optional()
    .describe("The right answer, or several that are as good"),
  answerable: z.boolean().default(true).describe("False where saying that one does not know is right"),
  material: z
    .union([MaterialEntry, z.array(MaterialEntry)])
    .optional()
    .describe("What this sample rests on [the job's material]"),
  document: z
    .string()
    .min(1)
    .optional()
    .describe("What the sample is about: intervals take samples about one document together [its first own material]"),
  tools: z.array(ToolSpec).optional().describe("Tools that the model may call"),
  toolChoice: z.union([z.enum(["auto", "none", "required"]), z.strictObject({ name: z.string() })]).optional(),
  responseFormat: ResponseFormat.optional(),
  settings: Settings.optional().describe("Over the job's settings"),
  scorers: z.array(ScorerEntry).optional().describe("Instead of the job's scorers"),
  metadata: jsonObject.optional().describe("Kept with the results"),
});
export type SampleSpec = z.infer<typeof SampleSpec>;
export type SampleInput = z.input<typeof SampleSpec>;

/** A sample with all that a run needs, the job's defaults filled in. `promptOf` makes its messages. */
export interface JobSample {
  readonly id: string;
  readonly document: string;
  /** The job's, with its placeholders; null where there are none. */
  readonly instructions: string | null;
  /** The job's, with its placeholders; null where the sample has messages of its own. */
  readonly input: string | null;
  /** What the placeholders stand for, {{material}} apart. */
  readonly vars: Readonly<Record<string, string>>;
  /** The sample's own, to be sent as they are; none where it has the job's input. */
  readonly messages: readonly Message[];
  /** Null where nothing is known to be right: a judge may score it, or a schema. */
  readonly target: string | null;
  readonly alternatives: readonly string[];
  readonly answerable: boolean;
  readonly material: readonly Document[];
  readonly tools: readonly Tool[];
  readonly toolChoice: CallRequest["toolChoice"] | null;
  readonly responseFormat: CallRequest["responseFormat"] | null;
  readonly settings: Settings;
  readonly scorers: readonly ScorerSpec[];
  readonly metadata: Readonly<Record<string, unknown>>;
}
