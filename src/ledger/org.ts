/** An organisation: a lab, a project, a host or a person that releases, serves or takes over. */
import { z } from "zod";
import { type Subject, subjectFields, subjectOf } from "./subject.ts";

export const OrgFile = z
  .strictObject({ ...subjectFields, kind: z.enum(["lab", "project", "host", "benchmark", "person"]) })
  .describe("An organisation, with what it did that no release of this ledger stands for");
export type OrgFile = z.infer<typeof OrgFile>;

export interface Org extends Subject {
  readonly kind: OrgFile["kind"];
}

export const orgOf = (file: OrgFile): Org => ({ ...subjectOf(file), kind: file.kind });
