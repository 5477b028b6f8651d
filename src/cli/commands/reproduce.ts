/** `assay reproduce`: the smallest honest experiment for a claim, trained here. */
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import { UserError } from "../../errors.ts";
import {
  type Experiment,
  experimentDocument,
  findingText,
  ruleText,
  verdictSentence,
} from "../../report/experiments/index.ts";
import { tablesMarkdown, tablesPage } from "../../report/index.ts";
import {
  type Analysis,
  analyse,
  devices,
  type Ending,
  type ExperimentProgress,
  type Form,
  openRecords,
  openTrials,
  type Preregistration,
  preregistrationOf,
  protocols,
  runExperiment,
  type TrialPlan,
  trialCount,
} from "../../reproduce/index.ts";
import { formatMs, formatShare, formatSignificant, wrapped } from "../../units/index.ts";
import { defineCommand, type ExitCode, type Io, jsonFlag } from "../command.ts";
import { experimentOf } from "../experiment-choice.ts";
import { progressBar } from "../progress.ts";
import { writeOutput } from "../result.ts";
import { table } from "../table.ts";

/** More trainings side by side than this mostly fight for the memory bus, so it takes a wish to have them. */
const usualJobs = 4;
const mostJobs = 64;

export const reproduceCommand = defineCommand({
  name: "reproduce",
  summary: "The smallest honest experiment for a claim: trained here, with seeds, intervals and a verdict",
  args: [{ name: "[experiment]", describe: "Which: its name, or the id of a claim or an idea that it is about" }],
  flags: z.object({
    list: z.boolean().default(false).describe("List the experiments and stop"),
    quick: z.boolean().default(false).describe("The shorter form: fewer seeds, sizes and steps"),
    plan: z.boolean().default(false).describe("Print what would be trained and stop"),
    jobs: z.coerce
      .number()
      .int()
      .min(1)
      .max(mostJobs)
      .optional()
      .describe(`Trainings side by side, 1 to ${mostJobs}, a core each [as many as cores, up to ${usualJobs}]`),
    device: z
      .enum(devices)
      .default("cpu")
      .describe("Where graphs run: webgpu is in the package, cuda needs onnxruntime's CUDA provider"),
    maxCpuMinutes: z.coerce
      .number()
      .positive()
      .optional()
      .describe("Stop after so much CPU time; what is done is kept [no limit]"),
    output: z
      .string()
      .optional()
      .describe("Folder of trials and page; it goes on where it stopped [.assay/reproduce/<experiment>]"),
    json: jsonFlag,
  }),
  examples: [
    "assay reproduce --list",
    "assay reproduce muon --quick",
    "assay reproduce moonlight-muon#muon-52 --plan",
    "assay reproduce muon --output repro/muon --jobs 2",
  ],
  async run({ args: [id], flags, io }) {
    if (id === undefined || flags.list) {
      if (!flags.list) refuseWithoutExperiment(flags);
      if (flags.json) io.print(JSON.stringify(protocols, null, 2));
      else io.print(listText(io));
      return 0;
    }
    const protocol = experimentOf(id);
    const registered = preregistrationOf(protocol, flags.quick);
    const ownFolder = flags.quick ? `${protocol.name}-quick` : protocol.name;
    const folder = resolve(io.cwd, flags.output ?? join(".assay", "reproduce", ownFolder));
    if (!flags.json) io.print(planText(registered, io));
    if (flags.plan) {
      if (flags.json) io.print(JSON.stringify(registered, null, 2));
      return 0;
    }
    using records = openRecords(folder, registered, flags.device);
    const kept = records.trials.length;
    const bar = progressBar(io, protocol.title);
    let last = null as ExperimentProgress | null;
    const ending = await runExperiment(registered.form, records, {
      device: flags.device,
      jobs: flags.jobs ?? Math.min(usualJobs, availableParallelism()),
      maxCpuMinutes: flags.maxCpuMinutes ?? Number.POSITIVE_INFINITY,
      stopping: io.interrupts.stopping,
      onProgress: (progress) => {
        last = progress;
        bar.update(progress.share, progressText(progress).join(" · "));
        if (io.progress === null && progress.finished !== null)
          io.note([...progressText(progress), trialText(progress.finished)].join(" · "));
      },
    }).finally(bar.done);
    const analysis = analyse(registered.form, records.trials);
    const page = writeResults(folder, { registered, trials: records.trials, analysis });
    if (flags.json) io.print(JSON.stringify({ experiment: registered.protocol.name, ending, ...analysis }, null, 2));
    else io.print(resultText(registered, analysis, io));
    if (ending === "out of CPU time" && records.trials.length === kept && last !== null)
      io.note(nothingFinishedText(last));
    io.note(endingText[ending](openTrials(registered.form, records.trials).length, folder));
    io.note(`page: ${page}`);
    return (ending === "complete" ? 0 : 3) satisfies ExitCode;
  },
});

/** A list would look as if the flag had been heard. */
function refuseWithoutExperiment(flags: Readonly<Record<string, unknown>>): void {
  const given = ["quick", "plan", "output", "jobs", "max-cpu-minutes"].find((flag) => {
    const value = flags[flag.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())];
    return value !== undefined && value !== false;
  });
  if (given === undefined) return;
  throw new UserError({
    happened: `--${given} is given without an experiment`,
    expected: `one of ${protocols.map(({ name }) => name).join(", ")}`,
    mend: `\`assay reproduce <experiment> --${given} …\`; \`assay reproduce --list\` says what each is about`,
  });
}

function listText(io: Io): string {
  const minutes = (count: number) => `${formatSignificant(count, 2)} min`;
  const rows = protocols.map(({ name, full, quick, question, claims, ideas }) => [
    name,
    minutes(quick.cpuMinutes),
    minutes(full.cpuMinutes),
    `${question} ${claims.length > 0 ? `Claims: ${claims.join(", ")}.` : `Ideas: ${ideas.join(", ")}.`}`,
  ]);
  return [
    table(["experiment", "quick", "full", "question"], rows, io.width),
    "",
    ...wrapped("quick, full: CPU time on a core of an AMD EPYC; trainings run side by side, a core each", io.width),
  ].join("\n");
}

const isTraining = ({ arms }: Form) => arms.some(({ training }) => training.task !== "reading");

/** What is going to be done, before anything is. */
function planText({ protocol, isQuick, form }: Preregistration, io: Io): string {
  const tuned = form.arms.filter(({ rates }) => !("as" in rates) && rates.length > 1);
  const rates = [...new Set(tuned.map((arm) => ("as" in arm.rates ? 0 : arm.rates.length)))];
  const lines = [
    `${protocol.title}${isQuick ? ", quick form" : ""}`,
    protocol.question,
    `Scope: ${protocol.scope}`,
    `${isTraining(form) ? `Trains ${trialCount(form)} models` : `Asks specimens in ${trialCount(form)} rounds`}: ${form.arms.length} arms, ${form.seeds.length} seeds each${tuned.length === 0 ? "" : `, and ${rates.join(" or ")} learning rates for each of the ${tuned.length} arms that choose one`}.`,
    ...form.outcomes.flatMap((outcome) =>
      outcome.isPrimary && outcome.rule ? [`Decides: ${outcome.name}, ${ruleText(outcome)}.`] : [],
    ),
    ...(form.power === null ? [] : [`Power: ${form.power}`]),
    `Expected: about ${formatSignificant(form.cpuMinutes, 2)} CPU minutes on a core of an AMD EPYC.`,
  ];
  return `${lines.flatMap((line) => wrapped(line, io.width, "  ")).join("\n")}\n`;
}

function resultText(registered: Preregistration, analysis: Analysis, io: Io): string {
  const rows = analysis.findings.map((finding) => [
    finding.outcome.rule === null ? "reported" : (finding.verdict ?? "not finished"),
    findingText(finding),
    `${finding.outcome.name}${finding.outcome.rule ? `, rule: ${ruleText(finding.outcome)}` : ""}`,
  ]);
  return [
    table(["verdict", "mean (95 % interval)", "outcome"], rows, io.width),
    "",
    ...wrapped(verdictSentence(registered, analysis), io.width),
  ].join("\n");
}

/** The page, the same as Markdown, and the analysis as JSON, beside the trials. */
function writeResults(folder: string, experiment: Experiment): string {
  const document = experimentDocument(experiment);
  const page = join(folder, "index.html");
  writeOutput(page, tablesPage(document));
  writeOutput(join(folder, "README.md"), tablesMarkdown(document));
  writeOutput(join(folder, "result.json"), `${JSON.stringify(experiment.analysis, null, 2)}\n`);
  return page;
}

const progressText = ({ done, count, totalCpuSeconds }: ExperimentProgress): string[] => [
  `${done} of ${count} trials`,
  `CPU ${formatMs(1000 * totalCpuSeconds)}`,
];

const trialText = ({ arm, phase, rate, seed }: TrialPlan): string =>
  phase === "tuning" ? `${arm}, tuning at ${formatSignificant(rate)}` : `${arm}, seed ${seed}`;

/** The same command would begin the same trials anew, so it helps to know what one takes. */
function nothingFinishedText({ running, totalCpuSeconds }: ExperimentProgress): string {
  const furthest = running.reduce((best, one) => (one.share > best.share ? one : best));
  const spent = formatMs(1000 * totalCpuSeconds);
  const whole = formatMs((1000 * furthest.totalCpuSeconds) / furthest.share);
  return `no trial was finished in ${spent} of CPU time: the furthest is at ${formatShare(furthest.share)}, so that one takes about ${whole}; give more --max-cpu-minutes`;
}

const endingText: Readonly<Record<Ending, (open: number, folder: string) => string>> = {
  complete: (_, folder) => `all trials are in ${folder}`,
  interrupted: (open) => `stopped: ${open} trials or more are left; the same command goes on`,
  "out of CPU time": (open) => `the CPU time is used up: ${open} trials or more are left; the same command goes on`,
};
