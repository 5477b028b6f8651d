/** Which file holds what: the layout of the data folder, and the schema of each kind of file. */
import type { z } from "zod";
import { ApiNamesFile } from "./api-name.ts";
import { BottleneckFile } from "./bottleneck.ts";
import { HardwareFile } from "./hardware.ts";
import { IdeaFile } from "./idea.ts";
import { OpenQuestionsFile } from "./open-questions.ts";
import { OrgFile } from "./org.ts";
import { ReleaseFile } from "./release.ts";

/** Folders with a file for each subject. */
export const folders = {
  releases: ReleaseFile,
  ideas: IdeaFile,
  orgs: OrgFile,
  hardware: HardwareFile,
  bottlenecks: BottleneckFile,
} as const;
export type Folder = keyof typeof folders;

/** Files that stand alone. */
export const singleFiles = { "api-names": ApiNamesFile, "open-questions": OpenQuestionsFile } as const;

export const schemaNames: readonly string[] = [...Object.keys(folders), ...Object.keys(singleFiles)];

/** The schema of a file by its path in the data folder, with `/`. @returns null for a file that has no place there */
export function schemaOf(path: string): { readonly name: string; readonly schema: z.ZodType } | null {
  const name = path.includes("/") ? path.split("/")[0]! : path.replace(/\.json$/, "");
  if (!path.endsWith(".json")) return null;
  if (path.includes("/")) return name in folders ? { name, schema: folders[name as Folder] } : null;
  return name in singleFiles ? { name, schema: singleFiles[name as keyof typeof singleFiles] } : null;
}
