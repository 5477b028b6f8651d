/** Where a value comes from. Sources stand once in a file, under a key; claims, links and prices name the key. */
import { z } from "zod";

/** What kind of page a published value was read on. A vendor's number on another site is an article or a report. */
export const publishers = [
  "official-report",
  "official-model-card",
  "official-docs",
  "official-repo",
  "third-party-benchmark",
  "third-party-article",
  "community-report",
] as const;

const title = z.string().min(1).describe("What it is, in words that find it again");

export const Source = z.discriminatedUnion("provenance", [
  z.strictObject({
    provenance: z.enum(publishers),
    title,
    url: z
      .url({ protocol: /^https?$/ })
      .nullable()
      .describe("null where the page was not recorded"),
    seen: z.boolean().describe("The page, or a stored copy or excerpt of it, was read"),
  }),
  z.strictObject({
    provenance: z.literal("measured"),
    title,
    runId: z.string().min(1).describe("The run whose record holds the measurement"),
  }),
  z.strictObject({
    provenance: z.literal("computed"),
    title,
    from: z.string().min(1).describe("What it was computed from, and how"),
  }),
]);
export type Source = z.infer<typeof Source>;

/** The sources of one file, by key. */
export const Sources = z.record(z.string().regex(/^[a-z0-9-]+$/), Source);
export type Sources = z.infer<typeof Sources>;

/** How an entry names its source. */
export const SourceKey = z
  .string("expected a key of this file's `sources`")
  .min(1)
  .describe("A key of this file's `sources`");
