/** A job as a scenario: its samples, once in each arm. */
import { UserError } from "../errors.ts";
import {
  type ArmSpent,
  agentLoops,
  type Cell,
  type Document,
  type Given,
  oneCall,
  type Sample,
  type SamplingSettings,
  type Scenario,
} from "../evals/index.ts";
import { passagesVersion } from "../retrieval/index.ts";
import type { Route } from "../routes/index.ts";
import { mean } from "../stats/index.ts";
import type { Message, Tool } from "../wire/index.ts";
import { agentOf, armName, asksModels, isRetrieval, type RetrievalModels, retrieverOpener } from "./arms.ts";
import { excerptsOf, passageIds } from "./excerpts.ts";
import type { Arm } from "./job.ts";
import { jobScorers } from "./job-scorers.ts";
import type { LoadedJob } from "./load.ts";
import { type Prepared, prepare } from "./preparation.ts";
import { promptOf } from "./prompt.ts";
import { jobQuestionHash } from "./question-hash.ts";
import type { JobSample } from "./sample.ts";
import type { PriceOf } from "./stand-in.ts";

export interface JobScenarioOptions {
  /** Of the job's file: where the paths of scorers start. */
  readonly folder: string;
  /** At most so many samples, the first ones: no others are searched for. */
  readonly limit?: number;
}

export interface FindOptions {
  /** Told the share of samples whose passages are found. */
  readonly onProgress?: (share: number) => void;
  /** Of models that are not asked [not known]. */
  readonly priceOf?: PriceOf;
}

/** A job whose passages are still to be found. */
export interface OpenJob {
  /** Before `find` is through, of its samples no more can be read than their ids and documents. */
  readonly scenario: Scenario;
  /** Whether any arm asks models. */
  readonly asksModels: boolean;
  /**
   * Finds what every sample is given in every arm.
   *
   * @param models  null where nothing is to be sent: then BM25 stands in
   * @returns what that took, or would take at most, in each arm that asks models
   * @throws UserError for a retriever that cannot be used, and whatever the models throw
   */
  readonly find: (models: RetrievalModels | null, options?: FindOptions) => Promise<readonly ArmSpent[]>;
}

/** A job's scenario with its passages found, see `openJob`. */
export async function jobScenario(
  loaded: LoadedJob,
  models: RetrievalModels | null,
  options: JobScenarioOptions & FindOptions,
): Promise<Scenario> {
  const { scenario, find } = await openJob(loaded, options);
  await find(models, options);
  return scenario;
}

/**
 * The scenario with a cell for each arm, `{ arm: "whole" }`, `{ arm: "bm25 top 8" }`. In all of them the same samples are
 * asked, so that answers can be compared one by one.
 *
 * All samples are held, without their prompts: these are made each time that they are read.
 *
 * @throws UserError for a scorer that cannot be used, two arms that are the same, and arms that retrieve where there is no
 *   material
 */
export async function openJob(
  { job, samples, files, extracts }: LoadedJob,
  { folder, limit = Number.POSITIVE_INFINITY }: JobScenarioOptions,
): Promise<OpenJob> {
  const { arms } = job;
  const asked = withSharedMaterial(samples, limit);
  refuseArms(
    arms,
    asked.some(({ material }) => material.length > 0),
  );
  const scorers = await jobScorers(asked, folder);
  const preparedIn = new Map<string, readonly Prepared[]>(arms.map((arm) => [armName(arm), []]));
  const prepared = ({ arm }: Cell) => preparedIn.get(String(arm))!;
  const agents = new Map(
    arms.flatMap((arm) => {
      const agent = agentOf(arm);
      return agent === null ? [] : [[armName(arm), agent] as const];
    }),
  );
  const scenario: Scenario = {
    name: job.job,
    version: 1,
    question: job.question ?? "Which candidate does this job, how well, and at what cost?",
    source: `the user's own job, ${files[0]!.path}`,
    cells: arms.map((arm) => ({ arm: armName(arm) })),
    sampleCount: () => asked.length,
    samples: (cell) => samplesIn(asked, () => prepared(cell), agents.has(String(cell.arm))),
    isInOrder: false,
    scorers,
    ...(agents.size > 0 && loops(agents)),
    contextTokens: (cell) => Math.round(mean(prepared(cell).map(({ promptTokens }) => promptTokens)) ?? 0),
    options: {
      files,
      material: extracts.map(({ path, sha256 }) => ({ path, sha256 })),
      samples: asked.length,
      arms: arms.map(armName),
      retrievers: await retrieversOf(arms),
      passages: passagesVersion,
      ...(agents.size > 0 && { agent: `version ${agentLoops.agentLoop().version}` }),
    },
  };
  return {
    scenario,
    asksModels: arms.filter(isRetrieval).some(asksModels),
    find: async (models, { onProgress, priceOf } = {}) => {
      const { given, spent } = await prepare(asked, arms, retrieverOpener(models, priceOf), onProgress);
      for (const [arm, of] of given) preparedIn.set(armName(arm), of);
      return spent;
    },
  };
}

/** Models of the embedded engine, which takes no tools, answer an agent's questions without them. */
function loops(agents: ReadonlyMap<string, agentLoops.AgentLoopOptions>): Pick<Scenario, "solver" | "effort"> {
  const agentIn = ({ arm }: Cell, { kind }: Pick<Route, "kind">) =>
    kind === "vendor" ? agents.get(String(arm)) : undefined;
  return {
    solver: (cell, route) => {
      const agent = agentIn(cell, route);
      return agent === undefined ? oneCall : agentLoops.agentLoop(agent);
    },
    effort: (cell, _sample, route) => {
      const agent = agentIn(cell, route);
      return agent === undefined
        ? null
        : { calls: agent.maxTurns, inputTokens: null, mostInputTokens: null, pauseMs: 0 };
    },
  };
}

/** By arm's name, each retriever with its version. */
async function retrieversOf(arms: readonly Arm[]): Promise<Record<string, string>> {
  const open = retrieverOpener({ embed: () => neverAsked, rerank: () => neverAsked });
  const named = arms.filter(isRetrieval).map(async (arm) => {
    const { name, version } = await open(arm, []);
    return [armName(arm), `${name}, version ${version}`] as const;
  });
  return Object.fromEntries(await Promise.all(named));
}

const neverAsked = () => Promise.reject(new Error("there are no passages to ask about"));

function* samplesIn(
  samples: readonly JobSample[],
  prepared: () => readonly Prepared[],
  isAgent: boolean,
): Iterable<Sample> {
  for (const [place, sample] of samples.entries()) yield new QuestionInArm(sample, () => prepared()[place]!, isAgent);
}

/**
 * A sample of the job in an arm. What is made only when it is read are properties of its own, so that a copy has them too, and
 * the functions behind them are shared: with functions for each, a sample takes ten times the memory.
 */
class QuestionInArm implements Sample {
  readonly #sample: JobSample;
  readonly #prepared: () => Prepared;
  readonly #isAgent: boolean;
  readonly id: string;
  readonly document: string;
  readonly target: string | null;
  readonly alternatives: readonly string[];
  readonly answerable: boolean;
  readonly depth = null;
  readonly settings: Partial<SamplingSettings>;
  declare readonly questionHash: string;
  declare readonly messages: readonly Message[];
  declare readonly material: readonly Document[];
  declare readonly given: Given;
  declare readonly tools?: readonly Tool[];
  declare readonly toolChoice?: Sample["toolChoice"];
  declare readonly responseFormat?: Sample["responseFormat"];

  /** @param isAgent  whether the material is there for tools, and not in the prompt */
  constructor(sample: JobSample, prepared: () => Prepared, isAgent: boolean) {
    const { id, document, target, alternatives, answerable, tools, toolChoice, responseFormat } = sample;
    this.#sample = sample;
    this.#prepared = prepared;
    this.#isAgent = isAgent;
    this.id = id;
    this.document = document;
    this.target = target;
    this.alternatives = alternatives;
    this.answerable = answerable;
    this.settings = settingsOf(sample);
    if (tools.length > 0) this.tools = tools;
    if (toolChoice !== null) this.toolChoice = toolChoice;
    if (responseFormat !== null) this.responseFormat = responseFormat;
    Object.defineProperties(this, QuestionInArm.#madeWhenRead);
  }

  static readonly #madeWhenRead = {
    questionHash: madeBy((it) => jobQuestionHash(it.#sample)),
    messages: madeBy((it) => promptOf(it.#sample, it.#isAgent ? [] : it.material)),
    material: madeBy((it) => {
      const { ranges } = it.#prepared();
      return ranges === null ? it.#sample.material : excerptsOf(ranges, it.#sample.material);
    }),
    given: madeBy((it): Given => {
      const { ranges, holdsAnswer, cost } = it.#prepared();
      return {
        passages: ranges === null ? null : passageIds(ranges, it.#sample.material),
        // What an agent's tools gave it, this does not know.
        holdsAnswer: it.#isAgent ? null : holdsAnswer,
        ...(cost !== null && { costUsd: cost.usd }),
      };
    }),
  };
}

function madeBy(make: (it: QuestionInArm) => unknown): PropertyDescriptor & ThisType<QuestionInArm> {
  return {
    enumerable: true,
    get() {
      return make(this);
    },
  };
}

/** Without those that are there and not set: they would take the place of the run's. */
function settingsOf({ settings }: JobSample): Partial<SamplingSettings> {
  const set = Object.entries(settings).filter(([, value]) => value !== undefined);
  return set.length === 0 ? noSettings : Object.fromEntries(set);
}
const noSettings = {};

/** The first samples, with one array of the same documents for all that have the same material. */
export function withSharedMaterial(samples: Iterable<JobSample>, limit: number): JobSample[] {
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

/** @throws UserError for two arms that are the same, and for arms that look into material where there is none */
export function refuseArms(arms: readonly Arm[], hasMaterial: boolean): void {
  if (!hasMaterial && arms.some((arm) => arm !== "whole")) throw nothingToFind;
  const names = arms.map(armName);
  const twice = names.find((name, place) => names.indexOf(name) < place);
  if (twice === undefined) return;
  throw new UserError({
    happened: `two arms are the same: ${twice}`,
    expected: "arms that differ",
    mend: "leave one out, or change it",
  });
}

const nothingToFind = new UserError({
  happened: "an arm looks for passages or files, and no sample has material",
  expected: "documents to find them in",
  mend: "add `material:` to the job or to its samples, or leave the arm out",
});
