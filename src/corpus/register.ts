/**
 * The built-in haystack: a register of short lines, some of which state a fact. Everything is drawn from a seed, so a
 * question, its haystack and its answer can be made again anywhere. The specimens that can read were trained on this
 * language and on no other.
 */
import { type Random, randomFrom } from "../stats/index.ts";
import { attributes, entities, filler, unknownAnswer, values } from "./words.ts";

export interface Fact {
  readonly attribute: string;
  readonly entity: string;
  readonly value: string;
}

/** What a question asks for: a fact without its value. */
export type Asked = Pick<Fact, "attribute" | "entity">;

export const factSentence = ({ attribute, entity, value }: Fact) => `The ${attribute} of ${entity} is ${value}.`;

export const questionAbout = (asked: readonly Asked[]) =>
  asked.map(({ attribute, entity }) => `What is the ${attribute} of ${entity}?`).join(" ");

/** A sentence that states no fact. */
export function fillerSentence(random: Random): string {
  const { times, states, places, people, deeds } = filler;
  return random.integer(2) === 0
    ? `The ${random.pick(times)} was ${random.pick(states)} near the ${random.pick(places)}.`
    : `The ${random.pick(people)} ${random.pick(deeds)} the ${random.pick(places)}.`;
}

/** A line as a prompt shows it: the sentence, then the reference that an answer has to cite. */
export const citableLine = (sentence: string, number: number) => `${sentence} [${number}]`;

/** How a sentence must be answered: value and reference, one such line for each thing asked. */
export const answerLine = (fact: Fact, number: number) => `${fact.value}. [${number}]`;

/** What every prompt tells the model before the lines. */
export const instruction =
  "Answer from the lines below. Give the value and the number of its line, like: lantern. [7] If no line says it, answer: unknown.";

export interface RegisterOptions {
  /** All lines together, facts included. */
  readonly lines: number;
  /** The facts that will be asked for, and where: depth 0 is the first line, 1 the last. */
  readonly needles: readonly { readonly fact: Fact; readonly depth: number }[];
  /** Facts that are near a needle but are not it. */
  readonly distractors: readonly Fact[];
}

/** The sentences of a register, needles at their depths and distractors and filler in between. */
export function registerLines({ lines, needles, distractors }: RegisterOptions, random: Random): string[] {
  if (lines < needles.length + distractors.length)
    throw new RangeError(`${lines} lines cannot hold ${needles.length} needles and ${distractors.length} distractors`);
  const sentences = new Array<string | undefined>(lines);
  for (const { fact, depth } of needles) {
    let line = Math.round(depth * (lines - 1));
    while (sentences[line] !== undefined) line = (line + 1) % lines;
    sentences[line] = factSentence(fact);
  }
  const free = random.shuffle([...sentences.keys()].filter((line) => sentences[line] === undefined));
  for (const [index, fact] of distractors.entries()) sentences[free[index]!] = factSentence(fact);
  return Array.from(sentences, (sentence) => sentence ?? fillerSentence(random));
}

/** `count` facts with different subjects: no two share both attribute and entity. */
export function drawFacts(count: number, random: Random): Fact[] {
  const drawn = new Map<string, Fact>();
  while (drawn.size < Math.min(count, attributes.length * entities.length)) {
    const fact = { attribute: random.pick(attributes), entity: random.pick(entities), value: random.pick(values) };
    drawn.set(`${fact.attribute} ${fact.entity}`, drawn.get(`${fact.attribute} ${fact.entity}`) ?? fact);
  }
  return [...drawn.values()];
}

/**
 * Facts that a careless reader takes for the one asked for: alternately the same entity with another attribute and the
 * same attribute with another entity. None of them answers the question.
 */
export function nearMisses(asked: Asked, count: number, random: Random): Fact[] {
  const otherAttributes = random.shuffle(attributes.filter((attribute) => attribute !== asked.attribute));
  const otherEntities = random.shuffle(entities.filter((entity) => entity !== asked.entity));
  const misses: Fact[] = [];
  while (misses.length < count) {
    const attribute = misses.length % 2 === 0 ? otherAttributes.pop() : undefined;
    const entity = attribute === undefined ? otherEntities.pop() : asked.entity;
    if (entity === undefined) break;
    misses.push({ attribute: attribute ?? asked.attribute, entity, value: random.pick(values) });
  }
  return misses;
}

/** Every word a register, its questions and answers can hold; the tokenizer of the specimens gives each one token. */
export function registerWords(): string[] {
  const random = randomFrom("words");
  const pieces = [
    instruction,
    questionAbout([{ attribute: attributes[0]!, entity: entities[0]! }]),
    factSentence(drawFacts(1, random)[0]!),
    "The was near the",
    ` ${unknownAnswer}`,
    ...[...attributes, ...entities, ...values, ...Object.values(filler).flat()].map((word) => ` ${word}`),
  ];
  return [...new Set(pieces.flatMap((piece) => piece.match(/ ?[A-Za-z]+/g) ?? []))];
}
