/** How a run's result reaches the user: the summary on the screen, the report as a file, the exit code. */
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { type Preferences, preferencesOf } from "../decision/index.ts";
import { messageOf, UserError } from "../errors.ts";
import type { RunInfo } from "../evals/index.ts";
import { documentText } from "../report/decision/index.ts";
import {
  preferencesDocument,
  type RunSummary,
  reportOf,
  tablesPage,
  terminalSummary,
  wasNothingAsked,
} from "../report/index.ts";
import { openStore, type Store } from "../store/index.ts";
import type { ExitCode, Io } from "./command.ts";

export const storeFlag = {
  store: z.string().optional().describe("SQLite file that holds the runs [.assay/runs.db, or ASSAY_STORE]"),
};
export const reportFlags = {
  output: z.string().optional().describe("Where to write the HTML report [.assay/reports/<run>.html]"),
};

export function storePath(flags: { store?: string | undefined }, io: Io): string {
  return resolve(io.cwd, flags.store ?? io.env.ASSAY_STORE ?? join(".assay", "runs.db"));
}

/** The store to write to, made where there is none. */
export function openOwnStore(flags: { store?: string | undefined }, io: Io): Promise<Store> {
  const path = storePath(flags, io);
  try {
    makeFolder(dirname(path));
  } catch (error) {
    throw new UserError(
      {
        happened: `the store ${path} cannot be used: ${messageOf(error)}`,
        expected: "a folder that can be written, on a disk with room",
        mend: "name another file with --store",
      },
      { cause: error },
    );
  }
  return openStore(path);
}

/** The store to read from. Looking for a run that is not there must not leave a file behind. */
export async function openEarlierStore(flags: { store?: string | undefined }, io: Io): Promise<Store> {
  const path = storePath(flags, io);
  if (hasStore(flags, io)) return openStore(path);
  throw new UserError({
    happened: `there is no store at ${path}`,
    expected: "the file in which `assay run` kept its runs",
    mend: "name it with --store, or measure something first: `assay run grounding`",
  });
}

/** An empty file is none: opening it would make a store of it. */
export function hasStore(flags: { store?: string | undefined }, io: Io): boolean {
  const path = storePath(flags, io);
  return existsSync(path) && statSync(path).size > 0;
}

export interface ResultFlags {
  readonly output?: string | undefined;
  readonly require?: number | undefined;
  readonly json: boolean;
}

/** @param exitCode what the run itself ended with; failed trials and `--require` may raise it */
export async function printResult(
  run: RunInfo,
  store: Store,
  flags: ResultFlags,
  io: Io,
  exitCode: ExitCode,
): Promise<ExitCode> {
  if (run.preference !== undefined) return printPreferences(run, store, flags, io, exitCode);
  const { summary, html } = await reportOf(run, store.records(run.id, "withoutBodies"), {
    withBodies: (chosen) => store.withBodies(run.id, chosen),
  });
  const path = reportPath(run, flags, io);
  writeOutput(path, html, reportIsMadeAgain);
  if (flags.json) io.print(JSON.stringify({ ...summary, report: path }, null, 2));
  else io.print(terminalSummary(summary, { colour: io.colour, width: io.width, reportPath: path }));
  if (wasNothingAsked(summary)) return exitCode === 0 ? 1 : exitCode;
  const isShort = flags.require !== undefined && fallsShort(summary, flags.require, exitCode === 0, io);
  if (exitCode !== 0) return exitCode;
  if (isShort) return 100;
  return summary.failed > 0 ? 4 : 0;
}

/** Says who does. Where nothing could be judged since trials failed, that is no measurement. */
function fallsShort({ candidates }: RunSummary, required: number, isComplete: boolean, io: Io): boolean {
  let isShort = false;
  for (const { candidate, total } of candidates) {
    if (total.quality !== null && total.quality.share >= required) continue;
    const isUnmeasured = total.quality === null && total.failed > 0;
    isShort ||= !isUnmeasured;
    if (isUnmeasured)
      io.note(`all that was asked of ${candidate.id} failed: whether it reaches --require ${required} is not known`);
    else {
      const why = total.quality === null ? ": nothing of it was judged" : isComplete ? "" : " so far";
      io.note(`${candidate.id} falls short of --require ${required}${why}`);
    }
  }
  return isShort;
}

async function printPreferences(
  run: RunInfo,
  store: Store,
  flags: ResultFlags,
  io: Io,
  exitCode: ExitCode,
): Promise<ExitCode> {
  const preferences = await preferencesIn(run, store);
  const path = reportPath(run, flags, io);
  writeOutput(path, tablesPage(preferencesDocument(preferences)), reportIsMadeAgain);
  if (flags.json) io.print(JSON.stringify({ ...preferences, report: path }, null, 2));
  else io.print(`${preferencesText(preferences, io)}\n\nReport: ${path}`);
  if (exitCode !== 0) return exitCode;
  return preferences.pairs.some(({ failed }) => failed > 0) ? 4 : 0;
}

export const preferencesIn = async (run: RunInfo, store: Store): Promise<Preferences> =>
  preferencesOf(run, await Array.fromAsync(store.records(run.id, "withoutBodies"), ({ trial }) => trial));

export const preferencesText = (preferences: Preferences, { width, colour }: Pick<Io, "width" | "colour">): string =>
  documentText(preferencesDocument(preferences), { width, colour });

const reportPath = ({ id }: RunInfo, { output }: ResultFlags, io: Io) =>
  resolve(io.cwd, output ?? join(".assay", "reports", `${id}.html`));
const reportIsMadeAgain = "the run itself is kept, `assay report` makes its report again";

/**
 * @param besides  what a user should know beside that another file may do
 * @param flag  that names the file
 */
export function writeOutput(path: string, text: string, besides = "", flag = "--output"): void {
  try {
    makeFolder(dirname(path));
    writeFileSync(path, text);
  } catch (error) {
    throw new UserError(
      {
        happened: `${path} cannot be written: ${messageOf(error)}`,
        expected: "a folder that can be written, on a disk with room",
        mend: [`name another file with ${flag}`, besides].filter((part) => part !== "").join("; "),
      },
      { cause: error },
    );
  }
}

/** A folder with those above it. Not Node's `recursive`, which never returns where nothing can be made, as under /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if (!existsSync(path)) throw error;
  }
}

/** Opens the store, finds the run, and closes the store again whatever happens. */
export async function withRun<Result>(
  id: string,
  flags: { store?: string | undefined },
  io: Io,
  use: (run: RunInfo, store: Store) => Promise<Result>,
): Promise<Result> {
  const store = await openEarlierStore(flags, io);
  try {
    return await use(await store.findRun(id), store);
  } finally {
    await store.close();
  }
}
