/**
 * Makes the reading specimens: `node specimens/make.ts [reader-mha …]`, about a quarter of an hour each on one core. Each
 * is trained from random weights, written as `specimens/<name>.gguf`, and asked the main job's own questions through the
 * embedded engine; what it is and how well it reads goes onto its card, `specimens/<name>.json`. Training is kept under
 * `.assay/training/` and goes on where it stopped; `--measure` makes cards from finished trainings again,
 * `--table` the README's table from cards.
 */
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Engine, startEngine } from "../src/engine/index.ts";
import { messageOf, UserError } from "../src/errors.ts";
import { exactAnswer, grounded, grounding, groundingDefaults, type Sample } from "../src/evals/index.ts";
import {
  architectureOf,
  beginning,
  cachedValues,
  ggufOf,
  loadCheckpoint,
  parametersOf,
  type ReadingProgress,
  type Recipe,
  readerNames,
  recipeOf,
  saveCheckpoint,
  train,
  weightsOf,
} from "../src/reproduce/index.ts";
import { specimenTokenizer } from "../src/specimens/index.ts";
import { proportion } from "../src/stats/index.ts";
import { writeGguf } from "../src/weights/index.ts";
import { sendCall } from "../src/wire/index.ts";

const checkpoints = ".assay/training";
const weightType = "f16";

/** Documents a length, each asked about five times where it answers and once where it does not. */
const examinations = [
  { contextTokens: 256, documents: 20 },
  { contextTokens: 512, documents: 20 },
  { contextTokens: 1024, documents: 100 },
  { contextTokens: 2048, documents: 20 },
  { contextTokens: 4096, documents: 20 },
] as const;
/** A prompt is up to 7 % longer than asked for: line numbers above 400 are two tokens. */
const engineContextTokens = 4608;
/** Not the seed of the main job. */
const examinationSeed = 11;

function namesFrom(wanted: readonly string[]): readonly string[] {
  const unknown = wanted.find((name) => !readerNames.includes(name));
  if (unknown === undefined) return wanted.length === 0 ? readerNames : wanted;
  throw new UserError({
    happened: `there is no recipe for "${unknown}"`,
    expected: `one of ${readerNames.join(", ")}`,
    mend: "name one of them, or none to make all",
  });
}

async function trained(recipe: Recipe): Promise<ReadingProgress> {
  const path = join(checkpoints, `${recipe.name}.checkpoint`);
  let progress = (await loadCheckpoint(path, recipe)) ?? beginning(recipe);
  for await (const next of train(recipe, progress)) {
    progress = next;
    await saveCheckpoint(path, recipe, next);
    print(recipe, next);
  }
  return progress;
}

function print(recipe: Recipe, { curve, spent }: ReadingProgress): void {
  const { step, stage, tokens, loss, right } = curve.at(-1)!;
  const marks = Object.entries(right).map(([kind, share]) => `${kind} ${(100 * share).toFixed(1)} %`);
  console.log(
    `${recipe.name}  stage ${stage}/${recipe.stages.length}  ${tokens} tokens  step ${step}  loss ${loss.toFixed(3)}  ` +
      `${marks.join(", ")}  CPU ${spent.cpuSeconds.toFixed(0)} s`,
  );
}

interface Marked {
  readonly sample: Sample;
  readonly isValueRight: boolean;
  readonly isGrounded: boolean;
}

async function answersTo(samples: Iterable<Sample>, { baseUrl }: Engine, model: string): Promise<Marked[]> {
  const endpoint = { baseUrl, protocol: "openai-chat", apiKey: null } as const;
  const marked: Marked[] = [];
  for (const sample of samples) {
    const request = { model, messages: sample.messages, stream: true, maxTokens: 16, temperature: 0 };
    const { failure, answer } = await sendCall(endpoint, request);
    if (failure !== null) throw new Error(failure.message);
    const isRight = ({ score }: typeof grounded) => score(sample, answer)?.value === 1;
    marked.push({ sample, isValueRight: isRight(exactAnswer), isGrounded: isRight(grounded) });
  }
  return marked;
}

/** Shares with their 95 % Wilson intervals and n. */
function recallOf(contextTokens: number, marked: readonly Marked[]) {
  const stated = marked.filter(({ sample }) => sample.answerable);
  const unstated = marked.filter(({ sample }) => !sample.answerable);
  const share = (some: readonly Marked[], mark: "isValueRight" | "isGrounded") =>
    proportion(some.filter((one) => one[mark]).length, some.length);
  const depths = [...Map.groupBy(stated, ({ sample }) => Number(sample.depth))].sort(([a], [b]) => a - b);
  return {
    contextTokens,
    values: share(stated, "isValueRight"),
    grounded: share(stated, "isGrounded"),
    unknowns: share(unstated, "isValueRight"),
    byDepth: depths.map(([depth, some]) => ({
      depth,
      values: share(some, "isValueRight"),
      grounded: share(some, "isGrounded"),
    })),
  };
}

async function recallIn(path: string, name: string) {
  const engine = await startEngine({
    models: [{ id: name, path, kind: "trained specimen", notice: null }],
    contextTokens: engineContextTokens,
    sequences: 1,
  });
  try {
    const rows = [];
    for (const { contextTokens, documents } of examinations) {
      const scenario = grounding({
        ...groundingDefaults,
        contextTokens: [contextTokens],
        documents,
        seed: examinationSeed,
      });
      const row = recallOf(contextTokens, await answersTo(scenario.samples(scenario.cells[0]!), engine, name));
      console.log(`${name}  ${contextTokens} tokens  values ${row.values?.share}  grounded ${row.grounded?.share}`);
      rows.push(row);
    }
    return rows;
  } finally {
    await engine.close();
  }
}

/** Puts what all cards say of recall into the README, between its two marks. */
async function writeTable(): Promise<void> {
  const path = join(import.meta.dirname, "README.md");
  const cards: Card[] = [];
  for (const name of readerNames) {
    const card = await readFile(join(import.meta.dirname, `${name}.json`), "utf8").catch(() => null);
    if (card !== null) cards.push(JSON.parse(card));
  }
  const percent = (share: number) => (100 * share).toFixed(share > 0.99 && share < 1 ? 1 : 0);
  const cell = (found: Proportion | null) =>
    found === null ? "—" : `${percent(found.share)} (${percent(found.interval.low)}–${percent(found.interval.high)})`;
  const rows = cards.map(({ name, attention, parameters, cachedValuesPerTokenAndLayer, recall }) => [
    `${attention} \`${name}\``,
    parameters.toLocaleString("en"),
    cachedValuesPerTokenAndLayer.join(", "),
    ...recall.rows.map(({ values, grounded: cited }) => `${cell(values)} / ${cell(cited)}`),
  ]);
  const lengths = examinations.map(
    ({ contextTokens, documents }) => `${contextTokens.toLocaleString("en")} (n ${5 * documents})`,
  );
  const head = ["specimen", "parameters", "cached values a token, by layer", ...lengths];
  const table = [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
  const text = await readFile(path, "utf8");
  await writeFile(path, text.replace(/(<!-- recall -->\n).*?(<!-- end -->)/s, `$1\n${table}\n\n$2`));
}

type Proportion = NonNullable<ReturnType<typeof proportion>>;
interface Card {
  readonly name: string;
  readonly attention: string;
  readonly parameters: number;
  readonly cachedValuesPerTokenAndLayer: readonly number[];
  readonly recall: { readonly rows: readonly ReturnType<typeof recallOf>[] };
}

const rounded = (value: number) => Math.round(value * 1e4) / 1e4;

async function makeSpecimen(name: string, isOnlyMeasured: boolean): Promise<void> {
  const recipe = recipeOf(name);
  const { config, attention, stages, trainingTokens, seed, peakRate } = recipe;
  const path = join(import.meta.dirname, `${name}.gguf`);
  const progress = isOnlyMeasured
    ? await loadCheckpoint(join(checkpoints, `${name}.checkpoint`), recipe)
    : await trained(recipe);
  if (progress === null)
    throw new UserError({
      happened: `${name} has not been trained here`,
      expected: `its checkpoint in ${checkpoints}`,
      mend: "leave --measure out",
    });
  await writeGguf(path, ggufOf(name, config, progress.state, weightType, specimenTokenizer().metadata));
  const trainedContextTokens = stages.at(-1)!.tokens;
  const card = {
    name,
    kind: "trained specimen",
    architecture: architectureOf(config).name,
    attention,
    summary: `A ${config.layers.length}-layer ${attention} transformer that learnt from random weights to look facts up in the built-in register and to cite their lines`,
    trainedContextTokens,
    parameters: parametersOf(weightsOf(config)),
    cachedValuesPerTokenAndLayer: config.layers.map((layer) => cachedValues(layer.attention)),
    config,
    training: {
      data: "Drills that lead from pairs of words to the built-in register of src/corpus, and the register: facts, near misses and filler, half of the registers numbered from 1 and half from anywhere up to 400; a quarter of the questions has no answer",
      start: "Random weights",
      method:
        "Muon for matrices, AdamW for the rest; reverse-mode differentiation as one ONNX graph, f32, one CPU thread",
      stages,
      trainingTokens,
      seed,
      peakRate,
      steps: progress.steps,
      tokens: progress.tokens,
      cpuSeconds: Math.round(progress.spent.cpuSeconds),
      flops: progress.spent.flops,
      curve: progress.curve.map(({ loss, right, ...row }) => ({
        ...row,
        loss: rounded(loss),
        right: Object.fromEntries(Object.entries(right).map(([kind, share]) => [kind, rounded(share)])),
      })),
    },
    recall: {
      task: "The grounding scenario in the embedded engine, greedy, f16 cache: values, right value; grounded, value and line right; unknowns, `unknown` where no line states it. 95 % Wilson intervals; five questions about one document are counted as independent",
      scenario: { version: grounding().version, seed: examinationSeed },
      rows: await recallIn(path, name),
    },
    limits: [
      "Reads the built-in register and its questions in its chat template, one question at a time; any other text gives noise",
      `Trained on no more than ${trainedContextTokens} tokens and nothing done to reach further: see recall beyond`,
      "Lines above 400 cannot be cited: their numbers are two tokens",
    ],
    file: `${name}.gguf`,
    weightType,
    sha256: createHash("sha256")
      .update(await readFile(path))
      .digest("hex"),
  };
  await writeFile(join(import.meta.dirname, `${name}.json`), `${JSON.stringify(card, null, 2)}\n`);
}

try {
  const { values, positionals } = parseArgs({
    options: { measure: { type: "boolean" }, table: { type: "boolean" } },
    allowPositionals: true,
  });
  for (const name of values.table ? [] : namesFrom(positionals)) await makeSpecimen(name, values.measure === true);
  await writeTable();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(`error:    ${messageOf(error)}\nexpected: ${error.mistake.expected}\nto mend:  ${error.mistake.mend}`);
  process.exitCode = 2;
}
