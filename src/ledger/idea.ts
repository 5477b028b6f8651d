/** An idea: a method that releases introduce, take over, prove at scale or argue with. */
import { z } from "zod";
import { PartialDate } from "./day.ts";
import { Id } from "./id.ts";
import { type Source, SourceKey } from "./source.ts";
import { type Subject, sourced, subjectFields, subjectOf } from "./subject.ts";

export const IdeaFile = z
  .strictObject({
    ...subjectFields,
    area: z.string().min(1),
    summary: z.string().min(1).describe("What it does, in a sentence"),
    introduced: z.strictObject({
      by: z.array(Id).min(1).describe("Organisations; whoever was first comes first"),
      on: PartialDate.nullable(),
      release: Id.nullable().describe("First release in this ledger that has it"),
      source: SourceKey,
      observed: PartialDate,
      note: z.string().min(1).optional(),
    }),
    buildsOn: z.array(Id).default([]).describe("Ideas of this ledger that it develops"),
    precursors: z.array(z.string().min(1)).default([]).describe("Earlier work outside this ledger"),
    calculator: z.string().min(1).optional().describe("What it changes in an estimate"),
  })
  .describe("An idea: who introduced it, what it does, what it builds on");
export type IdeaFile = z.infer<typeof IdeaFile>;

export interface Idea extends Subject {
  readonly area: string;
  readonly summary: string;
  readonly introduced: Omit<IdeaFile["introduced"], "source"> & { readonly source: Source };
  readonly buildsOn: readonly string[];
  readonly precursors: readonly string[];
  readonly calculator?: string | undefined;
}

export const ideaOf = (file: IdeaFile): Idea => ({
  ...subjectOf(file),
  area: file.area,
  summary: file.summary,
  introduced: sourced(file.introduced, file.sources),
  buildsOn: file.buildsOn,
  precursors: file.precursors,
  calculator: file.calculator,
});
