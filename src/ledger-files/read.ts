/** Reads the ledger from its files: one release alone, or everything. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { messageOf, UserError } from "../errors.ts";
import {
  ApiNamesFile,
  apiNamesOf,
  BottleneckFile,
  type Folder,
  type Hardware,
  HardwareFile,
  hardwareOf,
  IdeaFile,
  ideaOf,
  type Ledger,
  type LedgerText,
  OpenQuestionsFile,
  OrgFile,
  orgOf,
  type Release,
  ReleaseFile,
  releaseOf,
  resolveName,
} from "../ledger/index.ts";
import { ownFolder } from "./folder.ts";

/**
 * One release, by id, name or repository on the Hub. An id costs the reading of one file.
 *
 * @throws UserError where there is none, with the nearest names, or where its file is wrong
 */
export function readRelease(given: string, folder = ownFolder): Release {
  const path = `releases/${given}.json`;
  if (/^[a-z0-9][a-z0-9._-]*$/.test(given) && existsSync(join(folder, path)))
    return releaseOf(parse(ReleaseFile, path, folder));
  return resolveName(given, readReleases(folder), "release");
}

/** @throws UserError where a file is wrong */
export const readReleases = (folder = ownFolder): Release[] =>
  all(ReleaseFile, "releases", folder).map((file) => releaseOf(file));

/** @throws UserError where a file is wrong */
export const readHardware = (folder = ownFolder): Hardware[] =>
  all(HardwareFile, "hardware", folder).map((file) => hardwareOf(file));

/**
 * The config of a release with the release it was written for, which is another one where a release says that it has
 * the same.
 *
 * @returns null where no config was published or found
 */
export function readConfig(release: Release, folder = ownFolder): ReadConfig | null {
  const { config } = release;
  if (config.status === "inherited") return readConfig(readRelease(config.from, folder), folder);
  return "values" in config ? { release, values: config.values } : null;
}

export interface ReadConfig {
  readonly release: Release;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Everything. @throws UserError where a file is wrong */
export function readLedger(folder = ownFolder): Ledger {
  const apiNames = parse(ApiNamesFile, "api-names.json", folder);
  return {
    releases: readReleases(folder),
    ideas: all(IdeaFile, "ideas", folder).map(ideaOf),
    orgs: all(OrgFile, "orgs", folder).map(orgOf),
    hardware: readHardware(folder),
    bottlenecks: all(BottleneckFile, "bottlenecks", folder),
    apiNames: apiNamesOf(apiNames),
    apiNameContradictions: apiNames.contradictions,
    openQuestions: parse(OpenQuestionsFile, "open-questions.json", folder).questions,
  };
}

/** The files as they are, for `validateLedger`. @throws UserError where there is no such folder */
export function readTexts(folder = ownFolder): LedgerText[] {
  if (!existsSync(folder))
    throw new UserError({
      happened: `there is no folder ${folder}`,
      expected: "a folder with releases/, ideas/, orgs/ and the other files of a ledger",
      mend: "name another with --data, or leave it out for the facts that come with Assay",
    });
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((path) => ({ path: path.slice(folder.length + 1).replaceAll("\\", "/"), absolute: path }))
    .filter(({ path }) => !path.startsWith("schema/"))
    .map(({ path, absolute }) => ({ path, text: readFileSync(absolute, "utf8") }));
}

function all<T extends z.ZodType>(schema: T, name: Folder, folder: string): z.output<T>[] {
  const path = join(folder, name);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((file) => file.endsWith(".json"))
    .toSorted()
    .map((file) => parse(schema, `${name}/${file}`, folder));
}

function parse<T extends z.ZodType>(schema: T, path: string, folder: string): z.output<T> {
  try {
    return schema.parse(JSON.parse(readFileSync(join(folder, path), "utf8")));
  } catch (error) {
    throw new UserError(
      {
        happened: `${join(folder, path)} cannot be read: ${reasonOf(error)}`,
        expected: "a file as docs/ledger.md describes it",
        mend: "`assay ledger validate` says what is wrong with it, and how to mend it",
      },
      { cause: error },
    );
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof z.ZodError)) return messageOf(error).slice(0, 200);
  const [issue] = error.issues;
  return `${issue!.path.join(".")}: ${issue!.message}`;
}
