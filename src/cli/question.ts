/** What is asked: a scenario by its name, or a user's job with what its file says where the command line is silent. */
import { dirname } from "node:path";
import { UserError } from "../errors.ts";
import {
  type ArmSpent,
  type GroundingOptions,
  grounding,
  groundingDefaults,
  type Plan,
  type PreferenceDesign,
  type Scenario,
} from "../evals/index.ts";
import {
  candidateName,
  type JobCandidate,
  type JobNeeds,
  type LoadedJob,
  loadJob,
  needsOf,
  type OpenJob,
  openJob,
  type PriceOf,
  type RetrievalModels,
} from "../jobs/index.ts";
import { routeId } from "../routes/index.ts";
import type { Io } from "./command.ts";
import { cacheProbesQuestion, replayQuestion } from "./loop-questions.ts";
import { preferenceQuestion, type WithStore } from "./preference-question.ts";
import { progressBar } from "./progress.ts";
import { readText, refuseForeignKeys, type Settings } from "./settings.ts";

export interface Question {
  readonly settings: Settings;
  /** What a job says of single candidates, by their names: address, key, price. */
  readonly own?: ReadonlyMap<string, JobCandidate>;
  readonly needs: JobNeeds;
  /** The longest answer of a model on the embedded engine where nobody says, tokens. */
  readonly answerTokens: number;
  readonly sampling: Pick<Plan, "temperature" | "maxTokens">;
  /** What a reader has to know before believing a number. */
  readonly notes: readonly string[];
  /** Where answers of other runs are held against each other. */
  readonly preference?: PreferenceDesign;
  /**
   * @param aborting  ends the scenario's pauses
   * @throws UserError where a scorer or an arm cannot be used
   */
  readonly open: (aborting: AbortSignal) => Promise<OpenQuestion>;
}

/** What is asked, with what it gives still to be found where it retrieves. */
export type OpenQuestion = Pick<OpenJob, "scenario"> & Partial<OpenJob>;

/** @throws UserError for a job that cannot be read, and settings that contradict each other */
export async function questionOf(settings: Settings, withStore: WithStore): Promise<Question> {
  refuseForeignKeys(settings);
  if (settings.job !== undefined) return jobQuestion(settings, settings.job);
  if (settings.scenario === "preference") return preferenceQuestion(settings, withStore);
  if (settings.scenario === "replay") return replayQuestion(settings);
  return settings.scenario === "cache-probes" ? cacheProbesQuestion(settings) : groundingQuestion(settings);
}

function groundingQuestion(settings: Settings): Question {
  const scenario = groundingScenario(settings);
  return {
    settings,
    needs: {
      judge: null,
      embedders: [],
      rerankers: [],
      longestPromptTokens: Math.max(...(settings.context ?? groundingDefaults.contextTokens)),
    },
    answerTokens: 32 * Math.max(...(settings.needles ?? [1])),
    sampling: { temperature: settings.temperature ?? 0, maxTokens: settings.maxTokens ?? null },
    notes: [],
    open: async () => ({ scenario }),
  };
}

export interface JobQuestion extends Question {
  readonly loaded: LoadedJob;
}

export async function jobQuestion(settings: Settings, path: string, onSample?: () => void): Promise<JobQuestion> {
  const { temperature, maxTokens } = settings;
  const loaded = await loadJob(path, {
    ...(onSample !== undefined && { onSample }),
    settings: { ...(temperature !== undefined && { temperature }), ...(maxTokens !== undefined && { maxTokens }) },
  });
  return {
    loaded,
    settings: withJobs(settings, loaded),
    own: new Map(
      [loaded.job.model ?? []]
        .flat()
        .flatMap((one) =>
          typeof one === "string" ? [] : [candidateName(one), routeId(one)].map((name) => [name, one] as const),
        ),
    ),
    needs: needsOf(loaded),
    answerTokens: 256,
    sampling: { temperature: null, maxTokens: null },
    notes: loaded.notes,
    open: () =>
      openJob(loaded, {
        folder: dirname(path),
        ...(settings.limit !== undefined && { limit: settings.limit }),
      }),
  };
}

/** Finds passages under a bar; nothing where nothing has to be found. @param models null where nothing is to be sent */
export async function findPassages(
  { find }: OpenQuestion,
  models: RetrievalModels | null,
  io: Io,
  priceOf?: PriceOf,
): Promise<readonly ArmSpent[]> {
  if (find === undefined) return [];
  const bar = progressBar(io, "finding passages");
  return find(models, { onProgress: bar.update, ...(priceOf !== undefined && { priceOf }) }).finally(bar.done);
}

/** What is given on the command line goes before what the job says. */
function withJobs(settings: Settings, { job, imports }: LoadedJob): Settings {
  const { model, repeats, seed, maxCost, volume } = job;
  const imported = imports.flatMap(({ candidates }) => candidates);
  const models = model === undefined ? imported : [model].flat().map(candidateName);
  const isNamed = settings.model !== undefined || settings.gguf !== undefined;
  return {
    ...settings,
    ...(!isNamed && models.length > 0 && { model: models }),
    repeats: settings.repeats ?? repeats,
    seed: settings.seed ?? seed,
    ...((settings.maxCost ?? maxCost) !== undefined && { maxCost: settings.maxCost ?? maxCost }),
    ...((settings.volume ?? volume) !== undefined && { volume: settings.volume ?? volume?.callsPerMonth }),
  };
}

function groundingScenario(settings: Settings): Scenario {
  const options: GroundingOptions = {
    ...groundingDefaults,
    ...(settings.context && { contextTokens: settings.context }),
    ...(settings.needles && { needles: settings.needles }),
    ...(settings.documents && { documents: settings.documents }),
    ...(settings.distractors !== undefined && { distractors: settings.distractors }),
    ...(settings.unanswerable !== undefined && { unanswerableShare: settings.unanswerable }),
    ...(settings.seed !== undefined && { seed: settings.seed }),
    ...(settings.haystack && { haystack: haystackLines(settings.haystack) }),
  };
  const most = Math.max(...options.needles);
  if (most > options.depths.length)
    throw new UserError({
      happened: `--needles asks for ${most} facts in one question`,
      expected: `at most ${options.depths.length}, the number of facts in a document`,
      mend: "ask for fewer",
    });
  return grounding(options);
}

function haystackLines(paths: readonly string[]): string[] {
  const lines = paths
    .flatMap((path) => readText(path, "a text file").split(/\r?\n/))
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (lines.length > 0) return lines;
  throw new UserError({
    happened: `${paths.join(", ")} has no text`,
    expected: "at least one line to hide the facts between",
    mend: "name a file with text, or leave --haystack out",
  });
}
