/** What all files about one thing share: its id and name, sources, claims, links, and where its sources disagree. */
import { z } from "zod";
import { type Claim, ClaimEntry } from "./claim.ts";
import { Id } from "./id.ts";
import { type Link, LinkEntry } from "./link.ts";
import { type Source, Sources } from "./source.ts";

/** Sources that disagree, in one sentence; the claims stand side by side and none is averaged away. */
export const Contradiction = z.strictObject({
  id: Id,
  says: z.string().min(1),
  claims: z.array(Id).describe("Claims that it is about, here or in another file"),
});
export type Contradiction = z.infer<typeof Contradiction>;

export const subjectFields = {
  $schema: z.string().optional().describe("For editors"),
  id: Id.describe("The file's name without .json"),
  name: z.string().min(1),
  note: z.string().min(1).optional(),
  sources: Sources.default({}),
  claims: z.array(ClaimEntry).default([]),
  links: z.array(LinkEntry).default([]),
  contradictions: z.array(Contradiction).default([]),
};
const SubjectFile = z.strictObject(subjectFields);
type SubjectFile = z.infer<typeof SubjectFile>;

export interface Subject {
  readonly id: string;
  readonly name: string;
  readonly note?: string | undefined;
  readonly claims: readonly Claim[];
  readonly links: readonly Link[];
  readonly contradictions: readonly Contradiction[];
}

type Sourced<T> = Omit<T, "source"> & { readonly source: Source };

/** Puts the source in the place of its key. @throws TypeError where the file has no such key: validation comes first */
export function sourced<T extends { readonly source: string }>(entry: T, sources: Sources): Sourced<T> {
  const source = sources[entry.source];
  if (source === undefined) throw new TypeError(`there is no source ${entry.source}`);
  return { ...entry, source };
}

/** A file's shared fields, as everything else reads them. */
export const subjectOf = ({ id, name, note, sources, claims, links, contradictions }: SubjectFile): Subject => ({
  id,
  name,
  note,
  claims: claims.map((claim) => ({ ...sourced(claim, sources), subject: id })),
  links: links.map((link) => ({ ...sourced(link, sources), from: id })),
  contradictions,
});
