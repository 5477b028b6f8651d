/** What a job would ask, before anything is asked: who judges what, how long prompts are, and what would stop a run. */
import { hash } from "node:crypto";
import { basename } from "node:path";
import { type Mistake, UserError } from "../errors.ts";
import { type Document, registerTokens, type ScorerSpec } from "../evals/index.ts";
import type { Extract, Section } from "../material/index.ts";
import { quantile } from "../stats/index.ts";
import type { Message } from "../wire/index.ts";
import { agentOf, armName, isRetrieval, retrieverOpener } from "./arms.ts";
import { isSought } from "./holds-answer.ts";
import type { Arm } from "./job.ts";
import { jobScorers } from "./job-scorers.ts";
import type { LoadedJob } from "./load.ts";
import { prepare } from "./preparation.ts";
import type { JobSample } from "./sample.ts";
import { refuseArms, withSharedMaterial } from "./scenario.ts";

export interface JobOverview {
  readonly samples: {
    readonly count: number;
    readonly answerable: number;
    readonly documents: number;
    /** Those that no scorer has anything to say about, whatever the answer is. */
    readonly unjudged: number;
    readonly firstUnjudged: string | null;
    /** Those whose question has an image. */
    readonly withImages: number;
  };
  readonly material: readonly MaterialOverview[];
  /** Material that stands in the job or its samples and not in files of its own. */
  readonly texts: { readonly count: number; readonly tokens: number };
  readonly scorers: readonly { readonly name: string; readonly type: ScorerSpec["type"]; readonly judges: number }[];
  /** Empty where a problem keeps them from being prepared. */
  readonly arms: readonly ArmOverview[];
  /** Samples that the arms' numbers are of. */
  readonly measuredSamples: number;
  /** What would stop a run. */
  readonly problems: readonly Mistake[];
}

export interface MaterialOverview extends Pick<Extract, "path" | "kind" | "bytes" | "sha256" | "notes"> {
  /** Null where the file has no parts. */
  readonly parts: { readonly kind: Section["kind"]; readonly count: number } | null;
  /** Words, numbers and marks. */
  readonly tokens: number;
}

export interface ArmOverview {
  readonly name: string;
  /** BM25 stood in for models that a run would ask. */
  readonly isStandIn: boolean;
  /** The model looks into the material itself: its prompt is the first of several. */
  readonly isAgent: boolean;
  /** Of whole prompts, counted as words, numbers and marks. */
  readonly promptTokens: { readonly least: number; readonly median: number; readonly most: number };
  /**
   * Samples whose answer stands in what is given; of the others it does not, or it cannot be told. Null without material, and
   * where no sample has an answer to look for.
   */
  readonly holdAnswer: number | null;
  /** Samples with an answer to look for. */
  readonly sought: number;
}

export interface OverviewOptions {
  /** Of the job's file: where the paths of scorers start. */
  readonly folder: string;
  readonly onProgress?: (share: number) => void;
}

/** Passages are sought for so many samples, evenly taken: a search in a million words takes 60 ms. */
const mostMeasured = 500;

/** Reads the samples once and sends nothing. What stops a run is in `problems`, not thrown. */
export async function overviewOf(
  loaded: LoadedJob,
  { folder, onProgress = () => {} }: OverviewOptions,
): Promise<JobOverview> {
  const { job, samples, extracts } = loaded;
  const every = Math.ceil(samples.count / mostMeasured);
  const steps = samples.count + Math.ceil(samples.count / every);
  const tally = newTally(extracts);
  const measured: JobSample[] = [];
  let read = 0;
  for (const sample of samples) {
    if (read % every === 0) measured.push(sample);
    count(sample, tally);
    read += 1;
    onProgress(read / steps);
  }
  const problems: Mistake[] = [];
  const asked = withSharedMaterial(measured, measured.length);
  await orProblem(problems, () => jobScorers([...tally.scorerLists.values()], folder));
  const arms = await orProblem(problems, async () => {
    refuseArms(job.arms, tally.hasMaterial);
    return armsOf(job.arms, asked, (share) => onProgress((read + share * asked.length) / steps));
  });
  return {
    samples: {
      count: samples.count,
      answerable: tally.answerable,
      documents: tally.documents.size,
      unjudged: tally.unjudged,
      firstUnjudged: tally.firstUnjudged,
      withImages: tally.withImages,
    },
    material: extracts.map(materialOverview),
    texts: { count: tally.texts.size, tokens: [...tally.texts.values()].reduce((sum, tokens) => sum + tokens, 0) },
    scorers: [...tally.scorers.values()],
    arms: arms ?? [],
    measuredSamples: asked.length,
    problems,
  };
}

interface Tally {
  readonly files: ReadonlySet<string>;
  readonly documents: Set<string>;
  /** Tokens by id and hash: imported texts share an id. */
  readonly texts: Map<string, number>;
  /** Documents that were counted: a text of the job's is shared by all samples, and hashed once. */
  readonly counted: WeakSet<Document>;
  readonly scorers: Map<string, { name: string; type: ScorerSpec["type"]; judges: number }>;
  /** A sample of each list of scorers. */
  readonly scorerLists: Map<string, Pick<JobSample, "id" | "scorers">>;
  answerable: number;
  unjudged: number;
  firstUnjudged: string | null;
  withImages: number;
  hasMaterial: boolean;
}

const newTally = (extracts: readonly Extract[]): Tally => ({
  files: new Set(extracts.map(({ path }) => path)),
  documents: new Set(),
  texts: new Map(),
  counted: new WeakSet(),
  scorers: new Map(),
  scorerLists: new Map(),
  answerable: 0,
  unjudged: 0,
  firstUnjudged: null,
  withImages: 0,
  hasMaterial: false,
});

function count(sample: JobSample, tally: Tally): void {
  const { id, document, answerable, material, messages, scorers } = sample;
  tally.documents.add(document);
  if (answerable) tally.answerable += 1;
  if (material.length > 0) tally.hasMaterial = true;
  if (messages.some(hasImage)) tally.withImages += 1;
  for (const one of material) {
    if (tally.files.has(one.id) || tally.counted.has(one)) continue;
    tally.counted.add(one);
    const key = `${hash("sha256", one.text)} ${one.id}`;
    if (!tally.texts.has(key)) tally.texts.set(key, registerTokens(one.text));
  }
  const list = JSON.stringify(scorers);
  if (!tally.scorerLists.has(list)) tally.scorerLists.set(list, { id, scorers });
  const judging = new Set<string>();
  for (const spec of scorers) {
    const name = spec.name ?? (spec.type === "module" ? basename(spec.path) : spec.type);
    const key = `${name} ${spec.type}`;
    const entry = tally.scorers.get(key) ?? { name, type: spec.type, judges: 0 };
    // Of two with one name, which a run refuses, each sample is counted once.
    if (!judging.has(key) && judges(spec, sample)) {
      entry.judges += 1;
      judging.add(key);
    }
    tally.scorers.set(key, entry);
  }
  if (judging.size > 0) return;
  tally.unjudged += 1;
  tally.firstUnjudged ??= id;
}

const hasImage = ({ content }: Message) => typeof content !== "string" && content.some(({ type }) => type === "image");

/** False where the scorer has nothing to say whatever the answer is; docs/scorers.md has the same by type. */
export function judges(
  spec: ScorerSpec,
  {
    target,
    alternatives,
    answerable,
    material,
  }: Pick<JobSample, "target" | "alternatives" | "answerable" | "material">,
): boolean {
  switch (spec.type) {
    case "exact":
    case "contains":
    case "number":
    case "choice":
      if (spec.type === "contains" && spec.value !== undefined) return true;
      return answerable && [target ?? "", ...alternatives].some((text) => text.trim() !== "");
    case "abstention":
      return !answerable;
    case "citations":
      return material.length > 0;
    default:
      return true;
  }
}

function materialOverview({ path, kind, bytes, sha256, notes, sections, text }: Extract): MaterialOverview {
  const [first] = sections;
  const parts = first === undefined ? null : { kind: first.kind, count: sections.length };
  return { path, kind, bytes, sha256, notes, parts, tokens: registerTokens(text ?? "") };
}

async function armsOf(
  arms: readonly Arm[],
  samples: readonly JobSample[],
  onProgress: (share: number) => void,
): Promise<ArmOverview[]> {
  const { given } = await prepare(samples, arms, retrieverOpener(null), onProgress);
  const sought = samples.filter((sample) => sample.material.length > 0 && isSought(sample)).length;
  return arms.map((arm) => {
    const prepared = given.get(arm)!;
    const lengths = prepared.map(({ promptTokens }) => promptTokens);
    const at = (probability: number) => Math.round(quantile(lengths, probability)!);
    return {
      name: armName(arm),
      isStandIn: isRetrieval(arm) && (arm.retrieval !== "bm25" || arm.rerank !== undefined),
      isAgent: agentOf(arm) !== null,
      promptTokens: { least: at(0), median: at(0.5), most: at(1) },
      holdAnswer: sought === 0 ? null : prepared.filter(({ holdsAnswer }) => holdsAnswer === true).length,
      sought,
    };
  });
}

async function orProblem<Result>(problems: Mistake[], work: () => Promise<Result>): Promise<Result | null> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    problems.push(error.mistake);
    return null;
  }
}
