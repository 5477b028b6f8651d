/** Scorers that users write: a TypeScript or JavaScript file whose default export is a scorer. */
import { z } from "zod";
import { messageOf, UserError } from "../../errors.ts";
import { defaultExportOf } from "../../user-module.ts";
import type { AskJudge, Scorer } from "../scenario.ts";
import type { Score } from "../trial.ts";
import { scoreName } from "./score-name.ts";

export const Module = z.strictObject({
  type: z.literal("module"),
  name: scoreName,
  path: z.string().min(1).describe("A file whose default export is a scorer: see `defineScorer`"),
});

/** A scorer, checked as it is written: `export default defineScorer({ name: "short", version: 1, score: … })`. */
export const defineScorer = (scorer: Scorer): Scorer => scorer;

const Exported = z.object({
  name: z.string().min(1),
  version: z.int().positive(),
  score: z.custom<Scorer["score"]>((value) => typeof value === "function", "expected a function"),
});

const Given = z.object({ value: z.number().min(0).max(1), explanation: z.string() }).nullable();

/** One score may take so long, without what it waits for the judge. */
const mostMs = 60_000;

/**
 * The scorer that a file exports.
 *
 * @throws UserError naming the file, where it cannot be loaded or exports no scorer. Its `score` throws one where a score is
 *   not from 0 to 1 with an explanation, and where none has come after a minute.
 */
export async function loadScorer(path: string, limitMs = mostMs): Promise<Scorer> {
  const read = Exported.safeParse(await defaultExport(path));
  if (!read.success)
    throw new UserError({ happened: `${path}: ${complaintOf(read.error, "the default export")}`, ...scorerForm });
  const { name, version, score } = read.data;
  return {
    name,
    version,
    score: async (sample, answer, judge) => {
      const given = await inTime(judge, limitMs, path, (ask) => score(sample, answer, ask));
      return checkedScore(given, path);
    },
  };
}

/**
 * What the scoring gives, or a UserError when it has worked for too long: a promise that nothing settles would end the whole
 * program. While the judge is asked, which has limits of its own, the time stands still.
 */
async function inTime<Given>(
  judge: AskJudge,
  limitMs: number,
  path: string,
  scoring: (ask: AskJudge) => Given,
): Promise<Awaited<Given>> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  let asking = 0;
  let isOver = false;
  const run = () => {
    if (!isOver && asking === 0) timer = setTimeout(() => reject(tooLong(path, limitMs)), limitMs);
  };
  const ask: AskJudge = async (request) => {
    asking += 1;
    clearTimeout(timer);
    try {
      return await judge(request);
    } finally {
      asking -= 1;
      run();
    }
  };
  run();
  try {
    return await Promise.race([late, scoring(ask)]);
  } finally {
    isOver = true;
    clearTimeout(timer);
  }
}

const tooLong = (path: string, limitMs: number) =>
  new UserError({
    happened: `${path}: no score came within ${limitMs / 1_000} s`,
    expected: "a score within a minute, without the time that the judge takes",
    mend: "see what `score` waits for: a promise that is never settled, a server that does not answer",
  });

async function defaultExport(path: string): Promise<unknown> {
  try {
    return await defaultExportOf(path);
  } catch (error) {
    throw new UserError({ happened: `${path} cannot be loaded: ${messageOf(error)}`, ...scorerForm }, { cause: error });
  }
}

const scorerForm = {
  expected: "a file whose default export is { name, version, score }, in TypeScript that only needs its types stripped",
  mend: 'begin it with: import { defineScorer } from "assay"; export default defineScorer({ … })',
};

function checkedScore(given: unknown, path: string): Score | null {
  const read = Given.safeParse(given);
  if (read.success) return read.data;
  throw new UserError({
    happened: `${path}: ${complaintOf(read.error, "the score")}`,
    expected: "{ value, explanation } with a value from 0 to 1, or null where there is nothing to say",
    mend: "correct what `score` returns; what it throws ends the trial as failed",
  });
}

function complaintOf({ issues: [issue] }: z.ZodError, whole: string): string {
  return `${issue!.path.join(".") || whole}: ${issue!.message}`;
}
