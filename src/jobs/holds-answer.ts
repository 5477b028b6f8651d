/** Whether what a model was given holds the answer: it tells what retrieval missed from what the model missed. */
import { containsWords, type Document, normalised } from "../evals/index.ts";
import type { JobSample } from "./sample.ts";

/**
 * Whether the documents hold what the answer rests on: every quote of the sample's `metadata.evidence`, or where there is
 * none, the target or an alternative. It is looked for as whole words; capitals, white space and forms of letters do not
 * count. Null where there is nothing to look for: abstaining is right, no target has two letters or digits, or the whole
 * material does not hold it either, as with answers that are worked out from it.
 *
 * That a short answer stands somewhere does not prove that the passage says it: `yes` or `30` may stand there for another
 * reason.
 *
 * @see Karpukhin et al. 2020, arXiv:2004.04906, §4.2: passages that contain the answer as positives
 */
export function holdsAnswer(sample: JobSample, given: readonly Document[]): boolean | null {
  const wanted = wantedIn(sample);
  if (wanted.length === 0) return null;
  const holds = (documents: readonly Document[]) =>
    wanted.every((either) =>
      documents.some((document) => either.some((text) => containsWords(text, comparableText(document)))),
    );
  if (holds(given)) return true;
  return given !== sample.material && holds(sample.material) ? false : null;
}

/** Whether there is anything to look for. */
export const isSought = (sample: JobSample): boolean => wantedIn(sample).length > 0;

/** All have to be found, each in one of its forms. */
function wantedIn({ metadata, answerable, target, alternatives }: JobSample): string[][] {
  const quotes = evidenceOf(metadata.evidence).map((text) => [comparable(text, "trim")]);
  if (quotes.length > 0) return quotes;
  if (!answerable || target === null) return [];
  const answers = [target, ...alternatives].map((text) => comparable(text, "trim")).filter(canBeSought);
  return answers.length === 0 ? [] : [answers];
}

const evidenceOf = (evidence: unknown): string[] =>
  [evidence].flat().filter((text) => typeof text === "string" && canBeSought(text)) as string[];

/** A single letter, as of a choice, stands everywhere. */
const canBeSought = (text: string) => /[\p{L}\p{N}].*[\p{L}\p{N}]/su.test(text);

const comparable = (text: string, punctuation: "trim" | "keep") =>
  normalised(text, { caseSensitive: false, whiteSpace: "collapse", punctuation });

/** Documents are long and shared by many samples: each is made comparable once. */
const comparableTexts = new WeakMap<Document, string>();

function comparableText(document: Document): string {
  const known = comparableTexts.get(document);
  if (known !== undefined) return known;
  const text = comparable(document.text, "keep");
  comparableTexts.set(document, text);
  return text;
}
