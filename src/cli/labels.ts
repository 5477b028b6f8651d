/** What people say of a run's answers: a CSV file to fill in, and the reading of one that was filled in. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { z } from "zod";
import { UserError } from "../errors.ts";
import {
  exhibitsIn,
  type JudgedAnswer,
  judgedScores,
  type Rating,
  type Score,
  type TrialRecord,
} from "../evals/index.ts";
import { openRows } from "../jobs/index.ts";
import { csvField, promptOf } from "../report/index.ts";

/** By the score's name, then by the trial's id. */
export type Judged = ReadonlyMap<string, ReadonlyMap<string, JudgedAnswer & Pick<Score, "labels">>>;

/** A trial's id names the candidate, which nobody who judges should know. A letter first, so that no spreadsheet takes it for a number. */
const blindKey = (runId: string, trialId: string) =>
  `t${createHash("sha256").update(`${runId}\n${trialId}`).digest("hex").slice(0, 16)}`;

/**
 * A file to fill in, in lines: a row for each score that a judge gave one of the trials, with what the judge saw of it. Its
 * byte order mark tells a spreadsheet that it is UTF-8.
 *
 * @param records  with the bodies of their calls
 */
export async function* labelTemplate(runId: string, records: AsyncIterable<TrialRecord>): AsyncGenerator<string> {
  yield `\ufeff${["trial", "scorer", "question", "reference", "answer", "values", "value", "rater"].join(",")}\r\n`;
  for await (const { trial, calls } of records) {
    const shown = calls
      .filter(({ purpose }) => purpose === "judge")
      .map((call) =>
        exhibitsIn(
          promptOf(call)
            .map(({ text }) => text)
            .join("\n"),
        ),
      )
      .find((exhibits) => exhibits.some(({ name }) => name === "answer"));
    const textOf = (name: string) => shown?.find((exhibit) => exhibit.name === name)?.text;
    for (const [scorer, { labels }] of judgedScores(trial)) {
      const values = labels === undefined ? "0 to 1" : Object.keys(labels).join(", ");
      const texts = [textOf("question") ?? "", textOf("reference") ?? trial.target ?? "", trial.answer ?? "", values];
      yield `${[blindKey(runId, trial.id), scorer, ...texts].map(csvCell).join(",")},,\r\n`;
    }
  }
}

/** An apostrophe keeps a spreadsheet from running a text as a formula. */
const csvCell = (text: string) => csvField(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

/** The text of a cell that may be guarded, or padded by who filled it in. */
const cell = z
  .string()
  .default("")
  .transform((text) => text.replace(/^'(?=[=+\-@\t\r])/, "").trim());
const LabelRow = z.object({ trial: cell, scorer: cell, value: cell, rater: cell });

export interface Labels {
  /** By the score's name; the unit is the trial's id. */
  readonly ratings: ReadonlyMap<string, readonly Rating[]>;
  /** Rows that nobody filled in. */
  readonly empty: number;
}

/** @throws UserError with the line where a row cannot be used */
export async function readLabels(path: string, runId: string, judged: Judged): Promise<Labels> {
  const name = basename(path);
  if (!existsSync(path))
    throw new UserError({
      happened: `there is no file ${path}`,
      expected: "a CSV file with the columns `trial` and `value`",
      mend: "correct the path; --template writes such a file to fill in",
    });
  const ids = new Map(
    [...judged.values()].flatMap((answers) =>
      [...answers.keys()].flatMap((id) => [[id, id] as const, [blindKey(runId, id), id] as const]),
    ),
  );
  const ratings = new Map<string, Rating[]>();
  const lines = new Map<string, string>();
  let empty = 0;
  for (const { value: given, where } of (await openRows(path, name)).read()) {
    refuseOtherColumns(given, name);
    const row = LabelRow.parse(given);
    if (row.value === "") {
      empty++;
      continue;
    }
    const scorer = scorerOf(row.scorer, judged, where);
    const unit = ids.get(row.trial);
    const answer = judged.get(scorer)!.get(unit ?? "");
    if (unit === undefined || answer === undefined) throw unknownTrial(row.trial, scorer, runId, where);
    const rater = row.rater === "" ? "person" : row.rater;
    const key = JSON.stringify([scorer, unit, rater]);
    const earlier = lines.get(key);
    if (earlier !== undefined)
      throw new UserError({
        happened: `${where}: ${rater} rates ${row.trial} a second time, after ${earlier}`,
        expected: "one row for each answer and rater",
        mend: "take one of the two rows out, or name its `rater`",
      });
    lines.set(key, where.replace(/^.*, (?=line \d+$)/, ""));
    const of = ratings.get(scorer) ?? [];
    ratings.set(scorer, of);
    of.push({ unit, rater, value: valueIn(row.value, answer.labels, where) });
  }
  if (ratings.size > 0) return { ratings, empty };
  throw new UserError({
    happened: `no row of ${name} has a value`,
    expected: "the column `value` filled in where somebody judged an answer",
    mend: "fill in some rows, and try again",
  });
}

function refuseOtherColumns(row: unknown, name: string): void {
  const columns = Object.keys(row as object);
  const missing = ["trial", "value"].find((column) => !columns.includes(column));
  if (missing === undefined) return;
  throw new UserError({
    happened: `${name} has no column \`${missing}\`, but ${columns.map((column) => `\`${column}\``).join(", ")}`,
    expected: "a first row that names the columns `trial` and `value`, separated by commas",
    mend: "save it as CSV with commas; --template writes a file of this form",
  });
}

function scorerOf(given: string, judged: Judged, where: string): string {
  const names = [...judged.keys()];
  if (given === "" && names.length === 1) return names[0]!;
  if (judged.has(given)) return given;
  throw new UserError({
    happened: given === "" ? `${where}: the row names no scorer` : `${where}: no judge gives a score "${given}"`,
    expected: `${names.length === 1 ? "" : "one of "}${names.join(", ")} in the column \`scorer\``,
    mend: "correct that row",
  });
}

const unknownTrial = (trial: string, scorer: string, runId: string, where: string) =>
  new UserError({
    happened: `${where}: run ${runId} has no trial "${trial}" with the score ${scorer}`,
    expected: "a trial's id, or its key in a file that --template wrote for this run",
    mend: "correct that row; `assay show <run> --trials` lists the trials",
  });

/** A label, in capitals or not, or a number. */
function valueIn(text: string, labels: Score["labels"], where: string): number {
  const named = Object.entries(labels ?? {});
  const label =
    named.find(([name]) => name === text) ?? named.find(([name]) => name.toLowerCase() === text.toLowerCase());
  if (label !== undefined) return label[1];
  const value = Number(text);
  if (value >= 0 && value <= 1) return value;
  throw new UserError({
    happened: `${where}: the value is "${text}"`,
    expected: [...named.map(([name]) => name), "a number from 0 to 1"].join(", ").replace(/, (?=[^,]*$)/, " or "),
    mend: "correct that row",
  });
}
