/** A job of many questions about each of several documents, in an order that mixes the documents. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { drawFacts, fillerSentence, instruction, questionAbout } from "../../src/corpus/index.ts";
import { registerTokens, type Scenario } from "../../src/evals/index.ts";
import { jobScenario, loadJob } from "../../src/jobs/index.ts";
import { type Random, randomFrom } from "../../src/stats/index.ts";

export interface QuestionJob {
  /** Of each document, counted as words and marks. */
  readonly documentTokens: readonly number[];
  readonly questions: number;
  /** How the samples follow each other in the job's file: question by question, each about every document, or shuffled. */
  readonly given: "in turns" | "shuffled";
  readonly seed: number;
  /** Whether all documents are beginnings of one, which then go by one name. */
  readonly nested?: boolean;
}

/** Writes the job with its documents into a folder, and returns the path of its file. */
export function writeQuestionJob(folder: string, job: QuestionJob): string {
  const { documentTokens, questions, given, seed, nested = false } = job;
  const random = randomFrom(seed);
  mkdirSync(join(folder, "documents"));
  const materials = documentTokens.map((tokens, index) => {
    const text = documentOf(tokens, randomFrom(nested ? `${seed}` : `${seed} ${index}`));
    if (nested) return { id: "document", text };
    const name = `documents/${String(index).padStart(4, "0")}.txt`;
    writeFileSync(join(folder, name), text);
    return name;
  });
  const facts = drawFacts(questions, random);
  const samples = facts.flatMap((fact, question) =>
    materials.map((material, document) => ({
      id: `${document}-${question}`,
      input: questionAbout([fact]),
      target: fact.value,
      material,
    })),
  );
  const inOrder = given === "shuffled" ? random.shuffle(samples) : samples;
  writeFileSync(join(folder, "samples.jsonl"), inOrder.map((sample) => `${JSON.stringify(sample)}\n`).join(""));
  const path = join(folder, "job.json");
  const file = {
    job: "questions",
    instructions: `${instruction}\n\n{{material}}`,
    samples: "samples.jsonl",
    scorers: ["contains"],
  };
  writeFileSync(path, JSON.stringify(file));
  return path;
}

/** As many whole lines as so many tokens hold. */
function documentOf(tokens: number, random: Random): string {
  let text = "";
  for (let left = tokens; ; ) {
    const line = `${fillerSentence(random)}\n`;
    left -= registerTokens(line);
    if (left < 0) return text;
    text += line;
  }
}

export async function questionScenario(path: string, folder: string): Promise<Scenario> {
  const none = () => () => Promise.reject(new Error("no model is asked for this"));
  return jobScenario(await loadJob(path), { embed: none, rerank: none }, { folder });
}
