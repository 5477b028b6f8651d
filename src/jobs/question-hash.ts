/**
 * What a sample of a job asks, so that two runs can be held against each other: question, right answers, material, tools.
 * How it is put is none of it: instructions, arms, settings and scorers are what one may want to compare.
 */
import { type Document, questionHash } from "../evals/index.ts";
import type { JobSample } from "./sample.ts";

/** By array: samples that share their material share it, see `withSharedMaterial`. */
const ofMaterial = new WeakMap<readonly Document[], string>();

export function jobQuestionHash(sample: JobSample): string {
  const { input, vars, messages, target, alternatives, answerable, material } = sample;
  const { tools, toolChoice, responseFormat } = sample;
  const own = ofMaterial.get(material) ?? questionHash(material.map(({ id, text }) => [id, text]));
  ofMaterial.set(material, own);
  return questionHash(
    [input, Object.entries(vars).sort(), messages],
    [target, alternatives, answerable],
    [tools, toolChoice, responseFormat],
    own,
  );
}
