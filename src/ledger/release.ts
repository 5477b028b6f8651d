/** A release: one set of weights, or one closed product, with all that is said of it. */
import { z } from "zod";
import { PartialDate } from "./day.ts";
import { Id } from "./id.ts";
import { type Price, PriceEntry } from "./price.ts";
import { type Source, SourceKey } from "./source.ts";
import { type Subject, sourced, subjectFields, subjectOf } from "./subject.ts";

const copied = {
  source: SourceKey,
  observed: PartialDate.optional().describe("Day, month or year of the page; left out where it has none"),
  values: z.record(z.string(), z.json()).describe("The fields of its config.json"),
  note: z.string().min(1).optional(),
};

/** What is known of the config.json. */
export const ReleaseConfig = z.discriminatedUnion("status", [
  z.strictObject({ status: z.literal("exact"), ...copied }),
  z.strictObject({ status: z.literal("requantised-copy"), ...copied }),
  z.strictObject({ status: z.literal("assembled"), ...copied }),
  z.strictObject({ status: z.literal("partial"), ...copied }),
  z.strictObject({ status: z.literal("inherited"), from: Id, note: z.string().min(1).optional() }),
  z.strictObject({ status: z.literal("unpublished") }),
  z.strictObject({ status: z.literal("unknown") }),
]);
export type ReleaseConfig = z.infer<typeof ReleaseConfig>;

/** Whether a release runs on an accelerator, and who says so. */
export const SupportEntry = z.strictObject({
  hardware: Id,
  status: z.enum(["verified", "documented", "day-0", "community", "in-progress", "unsupported", "training"]),
  detail: z.string().min(1),
  source: SourceKey,
  observed: PartialDate,
  confidence: z.enum(["medium", "low"]).optional(),
});
export type HardwareSupport = Omit<z.infer<typeof SupportEntry>, "source"> & { readonly source: Source };

export const ReleaseFile = z
  .strictObject({
    ...subjectFields,
    org: Id.describe("Who released it"),
    family: z.string().min(1).nullable(),
    openWeights: z.boolean().nullable().describe("null where it is not known"),
    hubId: z
      .string()
      .regex(/^[^/\s]+\/[^/\s]+$/, "expected owner/name")
      .nullable()
      .describe("Repository on the Hugging Face Hub"),
    base: Id.nullable().describe("Release it was trained from"),
    ideas: z.array(Id).default([]).describe("Ideas it is built on"),
    config: ReleaseConfig,
    prices: z.array(PriceEntry).default([]),
    hardware: z.array(SupportEntry).default([]),
  })
  .describe("A release: identity, config, claims, prices, hardware support, links");
export type ReleaseFile = z.infer<typeof ReleaseFile>;

export interface Release extends Subject {
  readonly org: string;
  readonly family: string | null;
  readonly openWeights: boolean | null;
  readonly hubId: string | null;
  readonly base: string | null;
  readonly ideas: readonly string[];
  readonly config: ReleaseConfig;
  readonly configSource: Source | null;
  readonly prices: readonly Price[];
  readonly hardware: readonly HardwareSupport[];
}

export function releaseOf(file: ReleaseFile): Release {
  const { org, family, openWeights, hubId, base, ideas, config, sources } = file;
  return {
    ...subjectOf(file),
    org,
    family,
    openWeights,
    hubId,
    base,
    ideas,
    config,
    configSource: "source" in config ? sourced(config, sources).source : null,
    prices: file.prices.map((price) => ({ ...sourced(price, sources), release: file.id })),
    hardware: file.hardware.map((support) => sourced(support, sources)),
  };
}

/** The day a release became available, as far as its newest claim knows; null where nobody says. */
export function releaseDateOf({ claims }: Pick<Release, "claims">): string | null {
  const dates = claims.filter(({ quantity }) => quantity === "releaseDate");
  const replaced = new Set(dates.map(({ replaces }) => replaces));
  const date = dates.find(({ id }) => !replaced.has(id))?.value ?? null;
  return typeof date === "string" ? date : null;
}
