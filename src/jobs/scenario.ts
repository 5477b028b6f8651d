/** A job as a scenario: its samples, once in each arm. */
import { UserError } from "../errors.ts";
import type { Cell, Document, Sample, SamplingSettings, Scenario } from "../evals/index.ts";
import { passagesVersion } from "../retrieval/index.ts";
import { mean } from "../stats/index.ts";
import { armName, type RetrievalModels, retrieverOpener } from "./arms.ts";
import { excerptsOf, passageIds } from "./excerpts.ts";
import { jobScorers } from "./job-scorers.ts";
import type { LoadedJob } from "./load.ts";
import { type Prepared, prepare } from "./preparation.ts";
import { promptOf } from "./prompt.ts";
import type { JobSample } from "./sample.ts";

export interface JobScenarioOptions {
  /** Of the job's file: where the paths of scorers start. */
  readonly folder: string;
  /** At most so many samples, the first ones: no others are searched for. */
  readonly limit?: number;
  /** Told the share of samples whose passages are found. */
  readonly onProgress?: (share: number) => void;
}

/**
 * The scenario with a cell for each arm, `{ arm: "whole" }`, `{ arm: "bm25 top 8" }`. In all of them the same samples are
 * asked, so that answers can be compared one by one. Passages are found before it is there.
 *
 * All samples are held, without their prompts: these are made each time that they are read.
 *
 * @throws UserError for a scorer or a retriever that cannot be used, two arms that are the same, and arms that retrieve
 *   where there is no material
 */
export async function jobScenario(
  { job, samples, files, extracts }: LoadedJob,
  models: RetrievalModels | null,
  { folder, limit = Number.POSITIVE_INFINITY, onProgress }: JobScenarioOptions,
): Promise<Scenario> {
  const { arms } = job;
  const asked = withSharedMaterial(samples, limit);
  refuseSameArms(arms.map(armName));
  if (arms.some((arm) => arm !== "whole") && asked.every(({ material }) => material.length === 0)) throw nothingToFind;
  const scorers = await jobScorers(asked, folder);
  const { given, retrievers } = await prepare(asked, arms, retrieverOpener(models), onProgress);
  const preparedIn = new Map(arms.map((arm) => [armName(arm), given.get(arm)!]));
  const prepared = ({ arm }: Cell) => preparedIn.get(String(arm))!;
  return {
    name: job.job,
    version: 1,
    question: job.question ?? "Which candidate does this job, how well, and at what cost?",
    source: `the user's own job, ${files[0]!.path}`,
    cells: arms.map((arm) => ({ arm: armName(arm) })),
    samplesPerCell: asked.length,
    samples: (cell) => samplesIn(asked, prepared(cell)),
    isInOrder: false,
    scorers,
    contextTokens: (cell) => Math.round(mean(prepared(cell).map(({ promptTokens }) => promptTokens)) ?? 0),
    options: {
      files,
      material: extracts.map(({ path, sha256 }) => ({ path, sha256 })),
      samples: asked.length,
      arms: arms.map(armName),
      retrievers,
      passages: passagesVersion,
    },
  };
}

function* samplesIn(samples: readonly JobSample[], prepared: readonly Prepared[]): Iterable<Sample> {
  for (const [place, sample] of samples.entries()) yield sampleIn(sample, prepared[place]!);
}

function sampleIn(sample: JobSample, { ranges, holdsAnswer }: Prepared): Sample {
  const { id, document, target, alternatives, answerable, material, tools, toolChoice, responseFormat } = sample;
  const documents = () => (ranges === null ? material : excerptsOf(ranges, material));
  return {
    id,
    document,
    get messages() {
      return promptOf(sample, documents());
    },
    target,
    alternatives,
    get material() {
      return documents();
    },
    get given() {
      return { passages: ranges === null ? null : passageIds(ranges, material), holdsAnswer };
    },
    ...(tools.length > 0 && { tools }),
    ...(toolChoice !== null && { toolChoice }),
    ...(responseFormat !== null && { responseFormat }),
    settings: settingsOf(sample),
    depth: null,
    answerable,
  };
}

/** Without those that are there and not set: they would take the place of the run's. */
const settingsOf = ({ settings }: JobSample): Partial<SamplingSettings> =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));

/** The first samples, with one array of the same documents for all that have the same material. */
function withSharedMaterial(samples: Iterable<JobSample>, limit: number): JobSample[] {
  const numbers = new Map<string, number>();
  const numberOf = (text: string) => {
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  };
  const materials = new Map<string, readonly Document[]>();
  const held: JobSample[] = [];
  for (const sample of samples) {
    if (held.length >= limit) break;
    const key = JSON.stringify(sample.material.map(({ id, text }) => [id, numberOf(text)]));
    const material = materials.get(key) ?? sample.material;
    materials.set(key, material);
    held.push({ ...sample, material });
  }
  return held;
}

function refuseSameArms(names: readonly string[]): void {
  const twice = names.find((name, place) => names.indexOf(name) < place);
  if (twice === undefined) return;
  throw new UserError({
    happened: `two arms are the same: ${twice}`,
    expected: "arms that differ",
    mend: "leave one out, or change it",
  });
}

const nothingToFind = new UserError({
  happened: "an arm retrieves passages, and no sample has material",
  expected: "documents to find them in",
  mend: "add `material:` to the job or to its samples, or leave the arm out",
});
