/** Does the answer stay grounded as the context grows, and what does that cost? */
import {
  answerLine,
  citableLine,
  drawFacts,
  type Fact,
  factSentence,
  instruction,
  nearMisses,
  questionAbout,
  registerLines,
  unknownAnswer,
} from "../../corpus/index.ts";
import { UserError } from "../../errors.ts";
import { type Random, randomFrom } from "../../stats/index.ts";
import { questionHash } from "../question-hash.ts";
import type { Sample, Scenario } from "../scenario.ts";
import { citesTheLine, exactAnswer, grounded } from "../scorers/cited-lines.ts";
import type { Cell } from "../trial.ts";
import { wordPieces } from "../word-pieces.ts";

export interface GroundingOptions {
  /** Prompt sizes to ask for, tokens: words and punctuation marks, which is what the specimens' tokenizer counts. */
  readonly contextTokens: readonly number[];
  /** Facts asked for in one question. */
  readonly needles: readonly number[];
  /** Places of the needle, from 0 (first line) to 1 (last). */
  readonly depths: readonly number[];
  /** Documents a cell; each is asked about once at every depth, and about what it does not say. */
  readonly documents: number;
  /** Share of questions that no line answers. */
  readonly unanswerableShare: number;
  /** Facts around a needle that differ from it in one word, for each fact asked for. */
  readonly distractors: number;
  readonly seed: number;
  /** The user's own text to hide the facts in, line by line, long lines folded; null for the built-in register. */
  readonly haystack: readonly string[] | null;
}

export const groundingDefaults: GroundingOptions = {
  contextTokens: [256, 512, 1_024, 2_048, 4_096],
  needles: [1],
  depths: [0, 0.25, 0.5, 0.75, 1],
  documents: 8,
  unanswerableShare: 1 / 6,
  distractors: 4,
  seed: 1,
  haystack: null,
};

/** @throws UserError for a context that cannot hold a document's facts */
export function grounding(options: GroundingOptions = groundingDefaults): Scenario {
  const unanswerable = unanswerableCount(options);
  const folded = { ...options, haystack: options.haystack?.flatMap(foldedLine) ?? null };
  // The shortest context refuses here what it would otherwise refuse in the middle of a run.
  const contextTokens = Math.min(...options.contextTokens);
  samplesOf({ contextTokens, needles: Math.max(...options.needles) }, folded).next();
  return {
    name: "grounding",
    version: 1,
    question: "Does the answer stay grounded as the context grows, and what does that cost?",
    source:
      "Multi-key and multi-query needle retrieval after RULER (Hsieh et al. 2024, arXiv:2404.06654, §3), with a citation and an unanswerable share",
    cells: options.contextTokens.flatMap((contextTokens) =>
      options.needles.map((needles) => ({ contextTokens, needles })),
    ),
    sampleCount: () => options.documents * (options.depths.length + unanswerable),
    samples: (cell) => samplesOf(cell, folded),
    isInOrder: true,
    scorers: [grounded, exactAnswer, citesTheLine],
    contextTokens: (cell) => Number(cell.contextTokens),
    options: { ...options, haystack: options.haystack === null ? "built-in register" : options.haystack },
  };
}

function unanswerableCount({ depths, unanswerableShare }: GroundingOptions): number {
  return Math.round((depths.length * unanswerableShare) / (1 - unanswerableShare));
}

function* samplesOf(cell: Cell, options: GroundingOptions): Generator<Sample> {
  const contextTokens = Number(cell.contextTokens);
  const needles = Number(cell.needles);
  for (let document = 0; document < options.documents; document++)
    yield* samplesOfDocument(`document ${document + 1}`, { contextTokens, needles }, options);
}

function* samplesOfDocument(
  document: string,
  { contextTokens, needles }: { contextTokens: number; needles: number },
  options: GroundingOptions,
): Iterable<Sample> {
  const random = randomFrom(`grounding ${options.seed} ${contextTokens} ${needles} ${document}`);
  const absentCount = unanswerableCount(options);
  const facts = drawFacts(options.depths.length + absentCount, random);
  const placed = facts.slice(0, options.depths.length);
  const absent = facts.slice(options.depths.length);
  const stated = new Set(facts.map(subject));
  const distractors = facts
    .flatMap((fact) => nearMisses(fact, options.distractors, random))
    .filter((miss) => !stated.has(subject(miss)) && stated.add(subject(miss)));
  const sentences = fitted(contextTokens, { placed, needles, distractors, random, options });
  const lines = sentences.map((sentence, index) => citableLine(sentence, index + 1));
  const material = `${instruction}\n\n${lines.join("\n")}`;
  const lineOf = (fact: Fact) => sentences.indexOf(factSentence(fact)) + 1;
  const materialHash = questionHash(material);
  const ask = (asked: readonly Fact[], target: string) => ({
    messages: [
      { role: "system", content: material } as const,
      { role: "user", content: questionAbout(asked) } as const,
    ],
    target,
    questionHash: questionHash(materialHash, questionAbout(asked), target),
  });
  for (const [index, fact] of placed.entries()) {
    const asked = [fact, ...random.shuffle(placed.filter((other) => other !== fact)).slice(0, needles - 1)];
    yield {
      id: `${document}, depth ${options.depths[index]}`,
      document,
      ...ask(asked, asked.map((one) => answerLine(one, lineOf(one))).join("\n")),
      depth: options.depths[index]!,
      answerable: true,
    };
  }
  for (const [index, fact] of absent.entries())
    yield {
      id: `${document}, unanswerable ${index + 1}`,
      document,
      ...ask([fact], unknownAnswer),
      depth: null,
      answerable: false,
    };
}

const subject = ({ attribute, entity }: Fact) => `${attribute} of ${entity}`;

interface Ingredients {
  readonly placed: readonly Fact[];
  readonly needles: number;
  readonly distractors: readonly Fact[];
  readonly random: Random;
  readonly options: GroundingOptions;
}

/** As many lines as the context has room for. */
function fitted(
  contextTokens: number,
  { placed, needles: asked, distractors, random, options }: Ingredients,
): string[] {
  const frame = registerTokens(instruction) + registerTokens(questionAbout(placed.slice(0, asked))) + chatFrameTokens;
  const perFact = registerTokens(citableLine(factSentence(placed[0]!), 1)) + 1;
  const room = contextTokens - frame;
  if (room < perFact * (placed.length + 1))
    throw new UserError({
      happened: `a context of ${contextTokens} tokens has no room for ${placed.length} facts`,
      expected: `at least ${frame + perFact * (placed.length + 1)} tokens`,
      mend: "ask for longer contexts, or for fewer depths",
    });
  const kept = distractors.slice(0, Math.floor(room / perFact / 3));
  const needles = placed.map((fact, index) => ({ fact, depth: options.depths[index]! }));
  if (options.haystack !== null) return withinOwnText(room, needles, kept, options.haystack, random);
  const lines = Math.max(placed.length + kept.length, Math.floor(room / perFact));
  return registerLines({ lines, needles, distractors: kept }, random);
}

/** A line that alone would fill a short context leaves no room for others, so it becomes several. */
function foldedLine(line: string): string[] {
  return line.match(/\S(?:.{0,118}\S)?(?=\s|$)|\S{1,120}/gu) ?? [];
}

/** The user's lines from a random place on, with the facts put between them at their depths. */
function withinOwnText(
  room: number,
  needles: readonly { fact: Fact; depth: number }[],
  distractors: readonly Fact[],
  haystack: readonly string[],
  random: Random,
): string[] {
  const facts = [...needles.map(({ fact }) => fact), ...distractors].map(factSentence);
  let left = room - facts.reduce((sum, sentence) => sum + registerTokens(citableLine(sentence, 1)) + 1, 0);
  const lines: string[] = [];
  const start = random.integer(haystack.length);
  for (let index = 0; left > 0; index++) {
    const line = haystack[(start + index) % haystack.length]!;
    left -= registerTokens(citableLine(line, 1)) + 1;
    if (left >= 0) lines.push(line);
  }
  for (const sentence of facts.slice(needles.length)) lines.splice(random.integer(lines.length + 1), 0, sentence);
  const total = lines.length + needles.length;
  for (const { fact, depth } of [...needles].sort((a, b) => a.depth - b.depth))
    lines.splice(Math.round(depth * (total - 1)), 0, factSentence(fact));
  return lines;
}

/** The marks that a chat template puts around three turns: about six tokens a turn. */
const chatFrameTokens = 16;

/**
 * Words, numbers and punctuation marks: one token each in the specimens' tokenizer, about as many in a vendor's. Where a
 * script sets no space between words, each character counts.
 */
export const registerTokens = (text: string): number => wordPieces(text).length;
