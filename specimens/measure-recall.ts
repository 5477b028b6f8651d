/**
 * Measures how well the reading specimens read, far beyond their trained contexts too, and writes it onto their cards:
 * `node specimens/measure-recall.ts [reader-mha …]`, about five minutes each on one core, two thirds of it at the longest.
 *
 * Asks the main job's own questions, through the embedded engine. The bare construction, before its training, answers
 * the same questions, so that what training changed is counted question by question.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Engine, startEngine } from "../src/engine/index.ts";
import { citedValues, exactAnswer, grounded, grounding, groundingDefaults, type Sample } from "../src/evals/index.ts";
import { ggufOf } from "../src/reproduce/export.ts";
import { recipeOf, specimenNames } from "../src/reproduce/recipes.ts";
import { beginning, weightsOf } from "../src/reproduce/school.ts";
import { binomialCdf, proportion } from "../src/stats/index.ts";
import { writeGguf } from "../src/weights/index.ts";
import { sendCall } from "../src/wire/index.ts";

const options = { ...groundingDefaults, contextTokens: [512, 1_024, 2_048, 4_096, 8_192, 16_384], documents: 20 };
/** Reading takes longer than its length grows, so the construction is not asked beyond. */
const longestComparison = 8_192;
/** Prompts are up to 7 % longer than asked for: line numbers above 400 are two tokens. */
const engineContextTokens = 18_432;
/** The last line number that is one token to a specimen. */
const lastCitableLine = 400;

/** Which of two sets of weights was right about a question. */
interface Answers {
  readonly sample: Sample;
  readonly promptTokens: number;
  readonly shipped: Marks;
  readonly constructed: Marks | null;
}

interface Marks {
  /** The value is right, or `unknown` where no line states it. */
  readonly value: boolean;
  /** So is the line cited. */
  readonly grounded: boolean;
}

const marked = (sample: Sample, answer: string): Marks => ({
  value: exactAnswer.score(sample, answer)?.value === 1,
  grounded: grounded.score(sample, answer)?.value === 1,
});

async function ask({ baseUrl }: Engine, model: string, { messages }: Sample) {
  const endpoint = { baseUrl, protocol: "openai-chat", apiKey: null } as const;
  const request = { model, messages, stream: true, maxTokens: 16, temperature: 0 };
  const { failure, answer, usage } = await sendCall(endpoint, request);
  if (failure !== null) throw new Error(failure.message);
  return { text: answer.text, promptTokens: usage?.inputTokens ?? 0 };
}

async function answersTo(samples: Iterable<Sample>, engine: Engine, compares: boolean): Promise<Answers[]> {
  const answers: Answers[] = [];
  for (const sample of samples) {
    const { text, promptTokens } = await ask(engine, "shipped", sample);
    const constructed = compares ? marked(sample, (await ask(engine, "constructed", sample)).text) : null;
    answers.push({ sample, promptTokens, shipped: marked(sample, text), constructed });
  }
  return answers;
}

/** Shares with their 95 % Wilson intervals and n. */
function rowOf(contextTokens: number, answers: readonly Answers[]) {
  const stated = answers.filter(({ sample }) => sample.answerable);
  const unstated = answers.filter(({ sample }) => !sample.answerable);
  const citable = stated.filter(({ sample }) => citedValues(sample.target)[0]!.line! <= lastCitableLine);
  const share = (some: readonly Answers[], mark: keyof Marks) =>
    proportion(some.filter(({ shipped }) => shipped[mark]).length, some.length);
  return {
    contextTokens,
    longestPromptTokens: Math.max(...answers.map(({ promptTokens }) => promptTokens)),
    values: share(stated, "value"),
    grounded: share(stated, "grounded"),
    groundedToLine400: share(citable, "grounded"),
    unknowns: share(unstated, "value"),
    againstConstruction: contextTokens > longestComparison ? null : comparison(stated, unstated),
  };
}

function comparison(stated: readonly Answers[], unstated: readonly Answers[]) {
  const paired = (some: readonly Answers[], mark: keyof Marks) => {
    const count = (shipped: boolean, constructed: boolean) =>
      some.filter((one) => one.shipped[mark] === shipped && one.constructed?.[mark] === constructed).length;
    const [onlyShipped, onlyConstructed] = [count(true, false), count(false, true)];
    return {
      n: some.length,
      both: count(true, true),
      onlyShipped,
      onlyConstructed,
      p: signTest(onlyShipped, onlyConstructed),
    };
  };
  return { values: paired(stated, "value"), grounded: paired(stated, "grounded"), unknowns: paired(unstated, "value") };
}

/** McNemar's exact test: two-sided probability of a split at least so uneven if either side were as likely to win. */
const signTest = (one: number, other: number) =>
  one + other === 0 ? 1 : Math.min(1, 2 * binomialCdf(Math.min(one, other), one + other, 0.5));

async function measure(name: (typeof specimenNames)[number], folder: string) {
  const recipe = recipeOf(name);
  const constructed = join(folder, `${name}.gguf`);
  await writeGguf(constructed, ggufOf(name, recipe.config, weightsOf(recipe), beginning(recipe).state, "f16"));
  const shipped = join(import.meta.dirname, `${name}.gguf`);
  const engine = await startEngine({
    models: [
      { id: "shipped", path: shipped, kind: "constructed specimen", notice: null },
      { id: "constructed", path: constructed, kind: "constructed specimen", notice: null },
    ],
    contextTokens: engineContextTokens,
    sequences: 1,
  });
  try {
    const scenario = grounding(options);
    const rows = [];
    for (const cell of scenario.cells) {
      const contextTokens = Number(cell.contextTokens);
      const row = rowOf(
        contextTokens,
        await answersTo(scenario.samples(cell), engine, contextTokens <= longestComparison),
      );
      console.log(`${name} ${contextTokens}: values ${row.values?.share}, grounded ${row.grounded?.share}`);
      rows.push(row);
    }
    const { documents, depths, distractors, seed } = options;
    return {
      task:
        "The grounding scenario in the embedded engine, greedy: values, right value; grounded, value and line right; " +
        "groundedToLine400, the same of needles on lines that the specimen can cite; unknowns, `unknown` where no line " +
        "states it. 95 % Wilson intervals; a document's questions are counted as independent. againstConstruction: the " +
        "same questions to the weights before training, p by McNemar's exact test",
      scenario: { version: scenario.version, documents, depths, distractors, seed },
      rows,
    };
  } finally {
    await engine.close();
  }
}

const wanted = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), "assay-recall-"));
try {
  for (const name of specimenNames.filter((name) => wanted.length === 0 || wanted.includes(name))) {
    const path = join(import.meta.dirname, `${name}.json`);
    const measured = await measure(name, folder);
    const card = JSON.parse(await readFile(path, "utf8"));
    const recall = { ...card.recall, grounding: measured };
    await writeFile(path, `${JSON.stringify({ ...card, recall }, null, 2)}\n`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
