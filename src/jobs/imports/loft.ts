/**
 * LOFT: a corpus of passages and questions about it, in one folder for each length. The corpus is the material of every
 * question, in its order; LOFT's own prompts and few-shot examples are not carried over.
 *
 * @see Lee et al. 2024, arXiv:2406.13121; https://github.com/google-deepmind/loft, `load_data_from_file` in utils.py
 */
import { basename, join } from "node:path";
import { UserError } from "../../errors.ts";
import { openRows } from "../rows.ts";
import type { SampleInput } from "../sample.ts";
import { leftOut } from "./chat-messages.ts";
import type { ImportSpec } from "./import-spec.ts";
import type { Imported, ImportSource, UnsupportedList } from "./imported.ts";
import { isObject, type JsonObject, textOf } from "./json-value.ts";

type Spec = Extract<ImportSpec, { from: "loft" }>;

const instructions: Readonly<Record<Spec["task"], string>> = {
  rag: "Answer the question from these passages, in as few words as you can.\n\n{{material}}",
  multi_value_rag: "Answer the question from these passages. It has several answers: list all of them.\n\n{{material}}",
  retrieval: "Name the ids of the passages that help to answer the question, and no others.\n\n{{material}}",
};

/** @throws UserError where a passage of the corpus has no text: LOFT's images and recordings are not read */
export async function importLoft({ path, unsupported }: ImportSource, { split, task }: Spec): Promise<Imported> {
  const corpusFile = join(path, "corpus.jsonl");
  const queriesFile = join(path, `${split}_queries.jsonl`);
  const corpus = await openRows(corpusFile, basename(corpusFile));
  const queries = await openRows(queriesFile, basename(queriesFile));
  const material = Array.from(corpus.read(), ({ value, where }) => passageOf(value, where));
  unsupported.add("LOFT's prompt with its few-shot examples", basename(queriesFile));
  return {
    folder: path,
    *samples(list) {
      for (const { value, where } of queries.read()) {
        const sample = isObject(value) ? sampleOf(value, task, where, list) : leftOut("no object", where, list);
        if (sample !== null) yield { sample: { ...sample, material }, where };
      }
    },
    instructions: instructions[task],
    candidates: [],
    files: [
      { path: corpusFile, sha256: corpus.sha256 },
      { path: queriesFile, sha256: queries.sha256 },
    ],
  };
}

function passageOf(value: unknown, where: string): { id: string; text: string } {
  const pid = isObject(value) ? textOf(value.pid) : null;
  const passage = isObject(value) ? textOf(value.passage_text) : null;
  if (pid === null || passage === null || passage.trim() === "")
    throw new UserError({
      happened: `${where} is no passage with a text`,
      expected: '{"pid": …, "title_text": …, "passage_text": …}',
      mend: "infill the corpus with LOFT's preprocess.py; its images, recordings and tables are not read",
    });
  const title = (isObject(value) ? textOf(value.title_text) : null)?.trim() ?? "";
  return { id: pid, text: [title, passage.trim()].filter((text) => text !== "").join("\n") };
}

function sampleOf(
  row: JsonObject,
  task: Spec["task"],
  where: string,
  unsupported: UnsupportedList,
): SampleInput | null {
  const id = textOf(row.qid);
  const question = textOf(row.query_text);
  if (question === null) return leftOut("a question of several turns, or none", where, unsupported);
  const answers = answersOf(row.answers, task);
  if (answers === null) return leftOut("answers of no known form", where, unsupported);
  const scorer =
    task === "rag" ? ("contains" as const) : { type: "contains-all" as const, values: answers, wholeWords: true };
  return {
    ...(id !== null && { id, document: id }),
    input: question.trim(),
    target: task === "rag" ? answers : answers.join(", "),
    scorers: [scorer],
    ...(isObject(row.metadata) && { metadata: { ...row.metadata } }),
  };
}

/** Texts; for retrieval pairs of a passage's id and its relevance. */
function answersOf(given: unknown, task: Spec["task"]): string[] | null {
  if (!Array.isArray(given) || given.length === 0) return null;
  const answers = given.map((one) => textOf(task === "retrieval" && Array.isArray(one) ? one[0] : one));
  return answers.every((one) => one !== null) ? answers : null;
}
