/** `assay agreement <run>`: how far a run's judges agree with themselves and with people. */
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { counted } from "../../decision/index.ts";
import { UserError } from "../../errors.ts";
import {
  agreementWithItself,
  agreementWithPeople,
  type Disagreement,
  type JudgedAnswer,
  judgedAnswer,
  judgedScores,
  type Rating,
  type RunInfo,
  type Score,
  type TrialRecord,
} from "../../evals/index.ts";
import { randomFrom } from "../../stats/index.ts";
import type { Store } from "../../store/index.ts";
import { formatCount, plain } from "../../units/index.ts";
import { agreementText, type JudgeAgreement } from "../agreement-text.ts";
import { defineCommand, type ExitCode, type Io, jsonFlag } from "../command.ts";
import { type Judged, labelTemplate, readLabels } from "../labels.ts";
import { storeFlag, withRun, writeOutput } from "../result.ts";

const csvFile = z.string().regex(/\.csv$/i, "expected a file that ends in .csv");
const flags = z.object({
  labels: csvFile
    .optional()
    .describe("CSV file of what people say: `trial`, `value`, and perhaps `rater` and `scorer`"),
  template: csvFile.optional().describe("CSV file to write, for people to fill in: answers without their candidates"),
  sample: z.coerce.number().int().positive().default(50).describe("With --template: answers to draw"),
  seed: z.coerce.number().int().min(0).default(1).describe("With --template: of the draw"),
  ...storeFlag,
  json: jsonFlag,
});
type Flags = z.infer<typeof flags>;

export const agreementCommand = defineCommand({
  name: "agreement",
  summary: "How far a run's judge agrees with itself and with people: Krippendorff's α",
  args: [{ name: "<run>", describe: "A run's id, the beginning of it, or `latest`" }],
  flags,
  examples: [
    "assay agreement latest",
    "assay agreement latest --template labels.csv --sample 50  # to be filled in",
    "assay agreement latest --labels labels.csv",
  ],
  run: ({ args: [id], flags, io }) =>
    withRun<ExitCode>(id!, flags, io, async (run, store) => {
      const judged = await judgedIn(run, store);
      if (flags.template !== undefined) return writeTemplate(flags.template, judged, run, store, flags, io);
      const labels =
        flags.labels === undefined ? null : await readLabels(resolve(io.cwd, flags.labels), run.id, judged);
      const judges = await withAnswers(
        Array.from(judged, ([scorer, answers]) =>
          agreementOf(scorer, [...answers.values()], labels?.ratings.get(scorer) ?? null),
        ),
        run,
        store,
      );
      if (labels !== null && labels.empty > 0) io.note(`${counted(labels.empty, "row")} without a value: left out`);
      io.print(
        flags.json
          ? JSON.stringify({ run: run.id, level: "interval", judges }, null, 2)
          : agreementText(judges, io.width),
      );
      return 0;
    }),
});

/** @throws UserError where no judge scored an answer */
async function judgedIn(run: RunInfo, store: Store): Promise<Judged> {
  const judged = new Map<string, Map<string, JudgedAnswer & Pick<Score, "labels">>>();
  if (run.preference === undefined)
    for await (const { trial } of store.records(run.id, "withoutBodies"))
      for (const [name, score] of judgedScores(trial)) {
        const { labels } = score;
        const answers = judged.get(name) ?? new Map();
        judged.set(name, answers.set(trial.id, { ...judgedAnswer(trial, score), ...(labels && { labels }) }));
      }
  if (judged.size > 0) return judged;
  throw new UserError({
    happened: `no judge scored an answer in run ${run.id}`,
    expected: "a run of a job with a `judge` among its scorers",
    mend:
      run.preference === undefined
        ? "add one to the job; docs/scorers.md says how"
        : "`assay report` says how often the judge's verdict is the same in both places",
  });
}

/** The draw is over all candidates, and so is the order of the rows. */
async function writeTemplate(
  file: string,
  judged: Judged,
  run: RunInfo,
  store: Store,
  { labels, sample, seed, json }: Flags,
  io: Io,
): Promise<ExitCode> {
  const path = resolve(io.cwd, file);
  if (labels !== undefined) throw twoFiles;
  if (existsSync(path) && statSync(path).size > 0) throw wouldOverwrite(path);
  const ids = [...new Set([...judged.values()].flatMap((answers) => [...answers.keys()]))].sort();
  const drawn = randomFrom(seed).shuffle(ids).slice(0, sample);
  const records = await recordsOf(new Set(drawn), run, store);
  const inOrder = drawn.map((id) => records.get(id)!);
  const lines = await Array.fromAsync(labelTemplate(run.id, store.withBodies(run.id, inOrder)));
  writeOutput(path, lines.join(""), "", "--template");
  if (json) io.print(JSON.stringify({ template: path, answers: drawn.length, of: ids.length, seed }, null, 2));
  else
    io.print(
      `${counted(drawn.length, "answer")} of ${formatCount(ids.length)}, without their candidates: ${path}\nFill in \`value\` by the judge's rubric, then: assay agreement ${run.id} --labels ${plain(file)}`,
    );
  return 0;
}

const twoFiles = new UserError({
  happened: "both --template and --labels are given",
  expected: "one of them: a file to fill in, or one that was filled in",
  mend: "leave one out",
});

/** What people filled in would be lost. */
const wouldOverwrite = (path: string) =>
  new UserError({
    happened: `${path} is there already`,
    expected: "a file that is not there yet, so that no labels are lost",
    mend: "name another file, or move that one away",
  });

async function recordsOf(ids: ReadonlySet<string>, run: RunInfo, store: Store): Promise<Map<string, TrialRecord>> {
  const found = new Map<string, TrialRecord>();
  if (ids.size === 0) return found;
  for await (const record of store.records(run.id, "withoutBodies"))
    if (ids.has(record.trial.id)) found.set(record.trial.id, record);
  return found;
}

const mostDisagreements = 5;

/** @param labels  null where nobody was asked about this judge's answers */
function agreementOf(scorer: string, answers: readonly JudgedAnswer[], labels: readonly Rating[] | null) {
  const people = labels === null ? null : agreementWithPeople(answers, labels);
  return {
    scorer,
    answers: answers.length,
    judgements: answers.reduce((sum, { ratings }) => sum + ratings.length, 0),
    withItself: agreementWithItself(answers),
    withPeople: people && { ...people, disagreements: people.disagreements.slice(0, mostDisagreements) },
  };
}

async function withAnswers(
  judges: readonly ReturnType<typeof agreementOf>[],
  run: RunInfo,
  store: Store,
): Promise<JudgeAgreement[]> {
  const ids = judges.flatMap(({ withPeople }) => withPeople?.disagreements.map(({ trialId }) => trialId) ?? []);
  const records = await recordsOf(new Set(ids), run, store);
  const withAnswer = (one: Disagreement) => ({ ...one, answer: records.get(one.trialId)!.trial.answer ?? "" });
  return judges.map(({ withPeople, ...judge }) => ({
    ...judge,
    withPeople: withPeople && { ...withPeople, disagreements: withPeople.disagreements.map(withAnswer) },
  }));
}
