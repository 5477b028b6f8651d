/** A link: what one release or organisation did with an idea or a release. It lives in the file of its `from`. */
import { z } from "zod";
import { PartialDate } from "./day.ts";
import { Id } from "./id.ts";
import { type Source, SourceKey } from "./source.ts";

export const linkKinds = ["introduces", "reuses", "validates-at-scale", "cites", "supersedes", "contradicts"] as const;
export type LinkKind = (typeof linkKinds)[number];

export const LinkEntry = z.strictObject({
  kind: z.enum(linkKinds),
  to: Id.describe("A release or an idea"),
  evidence: z.string().min(1).describe("What shows it, in a sentence"),
  on: PartialDate.optional().describe("The day it happened, where that is not the release's own"),
  source: SourceKey,
  observed: PartialDate.describe("Day, month or year of the source"),
  confidence: z.enum(["medium", "low"]).optional(),
  nuance: z.string().min(1).optional().describe("What the link must not be read as"),
  confirmedByVendor: z.string().min(1).optional(),
});
export type LinkEntry = z.infer<typeof LinkEntry>;

export type Link = Omit<LinkEntry, "source"> & { readonly from: string; readonly source: Source };
