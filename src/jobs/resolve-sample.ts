/** From what a user wrote to what a run asks: the job's defaults filled in, images read, scorers and material at hand. */
import type { Document } from "../evals/index.ts";
import type { ReadImage } from "../material/index.ts";
import type { ContentPart, Message } from "../wire/index.ts";
import type { Job } from "./job.ts";
import type { JobSample, MessageSpec, SampleSpec } from "./sample.ts";

export interface Surroundings {
  readonly job: Job;
  /** The job's, or those that an imported set brings along. */
  readonly instructions: string | null;
  readonly material: readonly Document[];
  /** The folder that paths of images start from. */
  readonly folder: string;
  readonly readImage: ReadImage;
}

/** @param id unique in the job */
export function resolvedSample(spec: SampleSpec, id: string, around: Surroundings): JobSample {
  const { job, instructions, material } = around;
  const [target = null, ...alternatives] = spec.target === undefined ? [] : [spec.target].flat();
  return {
    id,
    // Material that all samples share does not set them apart: then each question stands for itself.
    document: spec.document ?? (spec.material === undefined ? id : (material[0]?.id ?? id)),
    instructions,
    input: spec.input === undefined ? (job.input ?? null) : null,
    vars: spec.vars ?? {},
    messages: messagesOf(spec.input, around),
    target,
    alternatives,
    answerable: spec.answerable,
    material,
    tools: (spec.tools ?? []).map(({ description, ...rest }) => ({
      ...rest,
      ...(description !== undefined && { description }),
    })),
    toolChoice: spec.toolChoice ?? null,
    responseFormat: spec.responseFormat ?? null,
    settings: { ...job.settings, ...spec.settings },
    scorers: spec.scorers ?? job.scorers,
    metadata: spec.metadata ?? {},
  };
}

function messagesOf(input: SampleSpec["input"], around: Surroundings): Message[] {
  if (input === undefined) return [];
  if (typeof input === "string") return [{ role: "user", content: input }];
  return input.map((message) => messageOf(message, around));
}

function messageOf({ content, reasoning, toolCalls, toolCallId, role }: MessageSpec, around: Surroundings): Message {
  return {
    role,
    content: typeof content === "string" ? content : content.map((part) => partOf(part, around)),
    ...(reasoning !== undefined && { reasoning }),
    ...(toolCalls !== undefined && { toolCalls }),
    ...(toolCallId !== undefined && { toolCallId }),
  };
}

type Part = Exclude<MessageSpec["content"], string>[number];

function partOf(part: Part, { folder, readImage }: Surroundings): ContentPart {
  if (part.type === "text") return part;
  return { type: "image", url: part.url ?? readImage(part.path!, folder).dataUrl };
}
