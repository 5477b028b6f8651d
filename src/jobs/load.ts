/** A job's file to all that a run needs: its samples one by one, its material extracted, and what was lost on the way. */
import { basename, dirname, relative, resolve, sep } from "node:path";
import { type Mistake, UserError } from "../errors.ts";
import { scorerMistake } from "../evals/index.ts";
import { type Extract, imageReader, type ReadImage } from "../material/index.ts";
import { agentOf } from "./arms.ts";
import type { ImportSpec, Unsupported } from "./imports/index.ts";
import { complaintOf } from "./issue.ts";
import type { Job } from "./job.ts";
import { readJobFile } from "./job-file.ts";
import { type Materials, openMaterials } from "./materials.ts";
import { resolvedSample } from "./resolve-sample.ts";
import { type JobSample, SampleSpec, type Settings } from "./sample.ts";
import { type SampleSource, type SourceSample, sourcesOf } from "./source.ts";
import { materialName, placeholders } from "./template.ts";

export interface LoadedJob {
  readonly job: Job;
  readonly samples: JobSamples;
  /** Of all material, the job's and the samples', in the order in which it is first named. */
  readonly extracts: readonly Extract[];
  readonly imports: readonly LoadedImport[];
  /** The job's file and all files of samples, with their hashes: what a run's identity rests on, besides the extracts. */
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
  /** What a reader has to know before believing a number: what extraction and imports left out. */
  readonly notes: readonly string[];
  /** Those of them on the rows of the samples' table. */
  readonly tableNotes: readonly string[];
}

/** Made one by one each time they are read, always the same. */
export interface JobSamples extends Iterable<JobSample> {
  readonly count: number;
}

export interface LoadedImport {
  readonly spec: ImportSpec;
  /** Models that the imported files name, as `--model` takes them. */
  readonly candidates: readonly string[];
  readonly unsupported: readonly Unsupported[];
}

export interface LoadOptions {
  /** Over the job's own; what a sample sets itself stays. */
  readonly settings?: Settings;
  /** Told each time that a sample was read and checked. */
  readonly onSample?: () => void;
}

/**
 * Reads a job. Every sample is read and checked once, so that what is wrong in the last one is said before the first one is
 * asked; what was read is not kept.
 *
 * @throws UserError with file, line, key, value and expectation of what is wrong
 */
export async function loadJob(path: string, { settings = {}, onSample }: LoadOptions = {}): Promise<LoadedJob> {
  const file = resolve(path);
  const folder = dirname(file);
  const read = await readJobFile(file, basename(path));
  const jobFile = { ...read, job: { ...read.job, settings: { ...read.job.settings, ...settings } } };
  const sources = await sourcesOf(jobFile, file);
  const materials = openMaterials(folder);
  const reader: Reader = { job: jobFile.job, sources, materials, folder, readImage: await imageReader() };
  try {
    await materials.prepare(jobFile.job.material, folder);
    const count = await checked(reader, onSample);
    const extracts = materials.extracts();
    const imports = sources.flatMap(({ imported }) => (imported === null ? [] : [loadedImport(imported)]));
    const tableNotes = sources.flatMap((source) => source.notes);
    const files = [{ path: file, sha256: jobFile.sha256 }, ...sources.flatMap((source) => source.files)];
    return {
      job: jobFile.job,
      samples: { count: count.samples, [Symbol.iterator]: () => samplesOf(reader) },
      extracts,
      imports,
      files: files.map(({ path: one, sha256 }) => ({ path: relative(folder, one).split(sep).join("/"), sha256 })),
      notes: [...tableNotes, ...notesOn(extracts, imports, count)],
      tableNotes,
    };
  } finally {
    await materials.close();
  }
}

interface Reader {
  readonly job: Job;
  readonly sources: readonly SampleSource[];
  readonly materials: Materials;
  readonly folder: string;
  readonly readImage: ReadImage;
}

interface Count {
  readonly samples: number;
  readonly withoutScorer: number;
}

interface Read {
  readonly spec: SampleSpec;
  readonly id: string;
  readonly where: string;
  readonly source: SampleSource;
}

/** With several sources, ids of imported samples begin with their file's name: each import counts from 1. */
function* specsOf({ sources }: Reader): Generator<Read> {
  for (const source of sources) {
    let place = 0;
    const prefix = source.imported !== null && sources.length > 1 ? `${basename(source.imported.spec.path)}: ` : "";
    for (const sample of source.read()) {
      place += 1;
      const spec = parsed(sample);
      yield { spec, id: prefix + (spec.id ?? String(place)), where: sample.where, source };
    }
  }
}

function parsed({ value, where }: SourceSample): SampleSpec {
  const sample = SampleSpec.safeParse(value);
  if (sample.success) return sample.data;
  const { happened, expected } = complaintOf(sample.error, value, SampleSpec);
  throw new UserError({
    happened: `${where}: ${happened}`,
    expected,
    mend: "correct it; docs/jobs.md describes a sample",
  });
}

function* samplesOf(reader: Reader): Generator<JobSample> {
  for (const read of specsOf(reader)) yield sampleOf(read, reader);
}

function sampleOf({ spec, id, source }: Read, { job, materials, folder, readImage }: Reader): JobSample {
  return resolvedSample(spec, id, {
    job,
    instructions: job.instructions ?? source.imported?.instructions ?? null,
    material:
      spec.material === undefined
        ? materials.documents(job.material, folder)
        : materials.documents(spec.material, source.folder),
    folder: source.folder,
    readImage,
  });
}

async function checked(reader: Reader, onSample?: () => void): Promise<Count> {
  /** By id, whether the sample has it of its own. */
  const seen = new Map<string, boolean>();
  const unjudgeable: Mistake[] = [];
  const images = new Set<string>();
  let withoutScorer = 0;
  for (const read of specsOf(reader)) {
    const { spec, id, where, source } = read;
    const isOwn = spec.id !== undefined;
    if (seen.has(id)) throw twice(id, where, isOwn && seen.get(id)!);
    seen.set(id, isOwn);
    await reader.materials.prepare(spec.material, source.folder);
    const paths = imagePaths(spec).map((path) => resolve(source.folder, path));
    // An image that was read once is not read again only to be checked.
    const isChecked = paths.every((path) => images.has(path));
    const sample = isChecked ? sampleOf(read, { ...reader, readImage: unread }) : sampleOf(read, reader);
    for (const path of paths) images.add(path);
    checkTexts(sample, where);
    checkTools(sample, where, reader.job.arms);
    const mistake = mistakeOf(sample, where);
    if (mistake !== null) unjudgeable.push(mistake);
    if (sample.scorers.length === 0) withoutScorer += 1;
    onSample?.();
  }
  if (seen.size === 0) throw nothing(reader);
  if (unjudgeable.length > 0) throw new UserError(withCount(unjudgeable));
  return { samples: seen.size, withoutScorer };
}

const loadedImport = ({ spec, candidates, unsupported }: NonNullable<SampleSource["imported"]>): LoadedImport => ({
  spec,
  candidates,
  unsupported: unsupported(),
});

const unread: ReadImage = () => ({ mediaType: "image/png", widthPixels: 0, heightPixels: 0, dataUrl: "" });

const imagePaths = ({ input }: SampleSpec): string[] =>
  typeof input === "string" || input === undefined
    ? []
    : input.flatMap(({ content }) =>
        typeof content === "string"
          ? []
          : content.flatMap((part) => (part.type === "image" && part.path !== undefined ? [part.path] : [])),
      );

function checkTexts({ id, instructions, input, messages, vars, material }: JobSample, where: string): void {
  if (input === null && messages.length === 0)
    throw new UserError({
      happened: `${where}: sample ${id} has no input`,
      expected: "a question: the sample's `input`, or the job's",
      mend: "add `input:` to it, or to the job with {{names}} of the sample's vars",
    });
  const names = [instructions ?? "", input ?? ""].flatMap(placeholders);
  const missing = names.find((name) => (name === materialName ? material.length === 0 : !Object.hasOwn(vars, name)));
  if (missing === undefined) return;
  throw new UserError({
    happened: `${where}: the job says {{${missing}}}, and sample ${id} has no ${missing}`,
    expected: missing === materialName ? "material of the job or of the sample" : `\`vars: {${missing}: …}\``,
    mend: "add it, or take the placeholder out",
  });
}

/** An agent has the tools that read the material, and no others. */
function checkTools({ id, tools, toolChoice }: JobSample, where: string, arms: Job["arms"]): void {
  if (tools.length === 0 && toolChoice === null) return;
  if (arms.every((arm) => agentOf(arm) === null)) return;
  throw new UserError({
    happened: `${where}: sample ${id} has tools of its own, and an arm of the job is an agent`,
    expected: "samples without `tools` and `toolChoice`: an agent has the tools that read the material",
    mend: "leave the arm out, or put these samples into a job of their own",
  });
}

/** What no answer could mend is said before any is paid. */
function mistakeOf(sample: JobSample, where: string): Mistake | null {
  for (const spec of sample.scorers) {
    const mistake = scorerMistake(spec, sample);
    if (mistake !== null) return { ...mistake, happened: `${where}: ${mistake.happened}` };
  }
  return null;
}

/** The first, and how many there are. */
function withCount([first, ...more]: readonly Mistake[]): Mistake {
  const others = more.length === 0 ? "" : `; in all ${1 + more.length} samples cannot be judged as they are`;
  return { ...first!, happened: `${first!.happened}${others}` };
}

const twice = (id: string, where: string, areOwn: boolean) =>
  new UserError({
    happened: `${where}: there are two samples with the id ${JSON.stringify(id)}`,
    expected: "ids that tell the samples apart",
    mend: areOwn
      ? "give one of them another id, or leave `id` out"
      : "one of them has no `id`, and is known by its place: give it an id of its own",
  });

function nothing({ sources }: Reader): UserError {
  const unsupported = sources.flatMap(({ imported }) => imported?.unsupported() ?? []);
  return new UserError({
    happened: "there are no samples",
    expected: "at least one question",
    mend:
      unsupported.length === 0
        ? "add samples to the file"
        : `see what could not be imported: ${unsupported.map(({ what }) => what).join("; ")}`,
  });
}

function notesOn(extracts: readonly Extract[], imports: readonly LoadedImport[], count: Count): string[] {
  const { withoutScorer, samples } = count;
  return [
    ...extracts.flatMap(({ path, notes }) => notes.map((note) => `${path}: ${note}`)),
    ...imports.flatMap(({ spec, unsupported }) =>
      unsupported.map((lost) => `${spec.path}: not carried over: ${lost.what} (${lost.count}, first in ${lost.where})`),
    ),
    ...(withoutScorer > 0
      ? [`${withoutScorer} of ${samples} samples have no scorer: their answers are kept, not judged`]
      : []),
  ];
}
