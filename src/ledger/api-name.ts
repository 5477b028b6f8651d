/** The names that vendors serve models under: one name may stand for one release after another. */
import { z } from "zod";
import { Day, PartialDate } from "./day.ts";
import { Id } from "./id.ts";
import { type Source, SourceKey, Sources } from "./source.ts";
import { Contradiction, sourced } from "./subject.ts";

export const ApiNameEntry = z.strictObject({
  name: z.string().min(1).describe("As requests write it"),
  vendor: Id,
  serves: z
    .array(
      z.strictObject({
        release: Id,
        from: Day.nullable().describe("null where it is not known"),
        mode: z.string().min(1).optional(),
      }),
    )
    .min(1)
    .describe("Oldest first; the last one is served now, or was when the name was retired"),
  status: z.enum(["current", "alias", "retiring", "retired"]),
  aliasOf: z.string().min(1).optional(),
  from: Day.nullable().describe("null where it is not known"),
  retiredOn: Day.nullable().describe("Last day, past or announced; null where none is known"),
  limits: z
    .strictObject({
      contextTokens: z.int().positive(),
      maxOutputTokens: z.int().positive(),
      concurrentRequests: z.int().positive(),
    })
    .optional(),
  source: SourceKey,
  observed: PartialDate,
  note: z.string().min(1).optional(),
});

export const ApiNamesFile = z
  .strictObject({
    $schema: z.string().optional().describe("For editors"),
    sources: Sources,
    names: z.array(ApiNameEntry),
    contradictions: z.array(Contradiction).default([]),
  })
  .describe("API names with what they serve and when they retire");
export type ApiNamesFile = z.infer<typeof ApiNamesFile>;

export type ApiName = Omit<z.infer<typeof ApiNameEntry>, "source"> & { readonly source: Source };

export const apiNamesOf = ({ names, sources }: ApiNamesFile): ApiName[] => names.map((name) => sourced(name, sources));

/** The names under which a release was, is or will be served, those that serve it last first. */
export const apiNamesFor = (names: readonly ApiName[], release: string): ApiName[] =>
  names
    .filter(({ serves }) => serves.some((one) => one.release === release))
    .toSorted((a, b) => Number(b.serves.at(-1)!.release === release) - Number(a.serves.at(-1)!.release === release));

/** Whether a name can still be asked for on a day; null where nobody knows. */
export function isServed({ from, retiredOn, status }: ApiName, day: string): boolean | null {
  if (from !== null && day < from) return false;
  if (retiredOn !== null) return day <= retiredOn;
  return status === "retired" ? null : true;
}
