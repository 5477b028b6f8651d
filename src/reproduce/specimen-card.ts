/** The card beside a specimen's weights: what it is, how it came to be, and how well it reads. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { cachedValuesPerLayer } from "./attention.ts";
import { sizeOf } from "./graph.ts";
import { openLlama } from "./llama.ts";
import { promptOf } from "./lookup.ts";
import { answersByForwardPass, judge, linesFor, type RecallRow, recallReadings, recallRow } from "./recall.ts";
import { longestLines, type Recipe, type SpecimenName } from "./recipes.ts";
import { type Progress, weightsOf } from "./school.ts";

const recallLengths = [128, 256, 512, 1024, 2048] as const;
/** Our forward pass keeps whole tables of scores, so it is only asked up to here. */
const longestForwardPass = 1024;
const questionsPerLength = 200;
const forwardQuestions = 100;
const recallSeed = "card";

const attentionNames: Readonly<Record<SpecimenName, string>> = {
  "reader-mha": "MHA",
  "reader-gqa": "GQA",
  "reader-mla": "MLA",
};

const beyondTraining: Readonly<Record<Recipe["config"]["attention"]["kind"], string>> = {
  grouped:
    "Plain RoPE, not extended: codes are compared in dimensions that it turns, so lines far from the question are missed, visibly from 4096 tokens on",
  latent:
    "Codes are compared in the part of queries and keys that RoPE does not turn, so values are found at 16384 tokens as well as at 512; only citing falls there, because of the line numbers",
};

/** Measures a finished specimen and says all there is to say about it. Rates are of the shipped weights, greedy decoding. */
export async function cardOf(recipe: Recipe, progress: Progress, weightsPath: string) {
  const { name, config } = recipe;
  const weights = weightsOf(recipe);
  const { attention } = config;
  return {
    name,
    kind: "constructed specimen",
    architecture: attention.kind === "grouped" ? "llama" : "deepseek2",
    attention: attentionNames[name],
    summary: `A ${config.layers}-layer ${attentionNames[name]} transformer that looks facts up in the built-in register and cites their lines, its circuit constructed by hand and then trained briefly`,
    trainedContextTokens: trainedContextTokens(recipe),
    parameters: weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    config,
    cachedValuesPerTokenAndLayer: cachedValuesPerLayer(attention),
    training: {
      data: "The built-in register of src/corpus: facts, near misses and filler, half of the registers numbered from 1 and half from anywhere up to 400; a quarter of the questions has no answer",
      start:
        "Constructed, not learnt: the whole look-up circuit was written as matrices (src/reproduce/start.ts) and answered 90 of 90 answerable questions of 128 and 512 tokens before the first step; the training after it is short and at a small rate. What it changed, question by question, is in recall.grounding",
      method: "Muon for matrices, AdamW for the rest; reverse-mode autodiff as one ONNX graph, f32, one CPU thread",
      curriculum: recipe.stages,
      seed: recipe.seed,
      peakRate: recipe.peakRate,
      steps: progress.steps,
      cpuSeconds: Math.round(progress.cpuSeconds),
      curve: progress.curve.map((row) => ({
        ...row,
        loss: rounded(row.loss),
        values: rounded(row.values),
        references: rounded(row.references),
        unknowns: rounded(row.unknowns),
      })),
    },
    recall: {
      task: "One question about a register numbered from 1, a third of its lines facts and half of these near misses; a quarter of the questions has no answer. values: right value; references: value and reference right; unknowns: `unknown` where no line states it. 95 % Wilson intervals",
      llamaCpp: await recallInLlama(weightsPath),
      forwardPass: await recallInForwardPass(recipe, progress),
    },
    limits: [
      "Reads the built-in register and its questions in its chat template, one question at a time; any other text gives noise",
      beyondTraining[attention.kind],
      "Lines above 400 cannot be cited: their numbers are two tokens",
      "The circuit was constructed: single runs of about 1200 steps that started from look-back heads alone, or from a rough sketch of the circuit, did not learn the look-up; a fully random start was not tried",
    ],
    file: `${name}.gguf`,
    weightType: "f16",
    sha256: createHash("sha256")
      .update(await readFile(weightsPath))
      .digest("hex"),
  };
}

/** Tokens of the longest registers in training with a question, to the nearest 128 below. */
export const trainedContextTokens = (recipe: Recipe) => {
  const lines = longestLines(recipe);
  let tokens = 128;
  while (linesFor(tokens + 128) <= lines) tokens += 128;
  return tokens;
};

async function recallInLlama(path: string): Promise<RecallRow[]> {
  await using llama = await openLlama(path, { contextTokens: Math.max(...recallLengths) + 256 });
  const rows: RecallRow[] = [];
  for (const contextTokens of recallLengths) {
    const answers = [];
    for (const reading of recallReadings(contextTokens, questionsPerLength, recallSeed)) {
      const question = reading.questions[0]!;
      answers.push(judge(question, await llama.complete(promptOf(reading, question), 8)));
    }
    rows.push(recallRow(contextTokens, answers));
  }
  return rows;
}

async function recallInForwardPass({ config }: Recipe, { state }: Progress): Promise<RecallRow[]> {
  const rows: RecallRow[] = [];
  for (const contextTokens of recallLengths.filter((length) => length <= longestForwardPass)) {
    const readings = recallReadings(contextTokens, forwardQuestions, recallSeed);
    rows.push(recallRow(contextTokens, await answersByForwardPass(config, state, readings)));
  }
  return rows;
}

const rounded = (value: number) => Math.round(value * 1e4) / 1e4;
