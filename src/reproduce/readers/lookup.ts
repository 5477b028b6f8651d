/**
 * The look-up that the reading specimens learn: a register, and questions about it, in the very words in which the
 * grounding scenario asks them.
 */
import {
  type Asked,
  answerLine,
  attributes,
  citableLine,
  drawFacts,
  entities,
  type Fact,
  factSentence,
  instruction,
  nearMisses,
  questionAbout,
  registerLines,
  unknownAnswer,
  values,
} from "../../corpus/index.ts";
import type { Random } from "../../stats/index.ts";

export interface Question {
  readonly asked: Asked;
  /** What must be answered, after one space: value and reference, or that no line says it. */
  readonly answer: string;
  /** Where the answer's line stands, from 0 (first line) to 1 (last); `null` where no line states it. */
  readonly depth: number | null;
}

/** A register as its lines, and questions about it that do not see each other. */
export interface Reading {
  readonly lines: readonly string[];
  readonly questions: readonly Question[];
}

/** The system turn, up to and with the line break after it. */
export const systemTurn = (lines: readonly string[]) =>
  `<|im_start|>system\n${instruction}\n\n${lines.join("\n")}<|im_end|>\n`;

/** The user's turn and the opening of the answer. */
export const userTurn = (asked: Asked) =>
  `<|im_start|>user\n${questionAbout([asked])}<|im_end|>\n<|im_start|>assistant\n`;

export const promptOf = ({ lines }: Reading, { asked }: Question) => systemTurn(lines) + userTurn(asked);

/** Share of training questions that no line answers. */
const unanswerableShare = 0.25;

/** Of registers, how many surely have a fact in the first line, and as many in the last: their neighbours are others. */
const edgeShare = 0.5;
/** Of the questions about such a register, how many ask for these. */
const edgeQuestionShare = 0.25;

/** The last line number that is one token. */
const lastNumber = 400;

/**
 * A register about few entities, so that most facts are near misses of each other, with many questions about it. Half
 * the registers are numbered from 1, the others from anywhere up to 400, so that every reference is met.
 */
export function trainingReading(lines: number, questions: number, random: Random): Reading {
  const factCount = Math.max(3, Math.round(lines * (0.25 + 0.25 * random.uniform())));
  const subjects = subjectsOf(factCount, random);
  const facts = subjects.map((asked): Fact => ({ ...asked, value: random.pick(values) }));
  const first = random.integer(2) === 0 ? 1 : 1 + random.integer(lastNumber - lines);
  const edges = [0, 1]
    .filter(() => random.uniform() < edgeShare)
    .map((depth, index) => ({ fact: facts[index]!, depth }));
  const inside = facts.slice(edges.length);
  const sentences = registerLines({ lines, needles: edges, distractors: inside }, random);
  const placeOf = placesIn(sentences);
  const stated = random.shuffle(inside);
  const answered = (index: number) =>
    edges.length > 0 && random.uniform() < edgeQuestionShare ? random.pick(edges).fact : stated[index % stated.length]!;
  return {
    lines: sentences.map((sentence, line) => citableLine(sentence, first + line)),
    questions: Array.from({ length: questions }, (_, index) =>
      random.uniform() < unanswerableShare
        ? unanswerable(unstatedSubject(subjects, random))
        : answerable(answered(index), placeOf, first, lines),
    ),
  };
}

/** Different subjects about few entities. */
function subjectsOf(count: number, random: Random): Asked[] {
  const pool = random.shuffle(entities).slice(0, Math.max(2, Math.round(count * (0.3 + 0.6 * random.uniform()))));
  const every = pool.flatMap((entity) => attributes.map((attribute) => ({ attribute, entity })));
  return random.shuffle(every).slice(0, count);
}

/** Tokens of a prompt beside its lines, and of a line on average. */
const frameTokens = 72;
const meanLineTokens = 11.1;

/** Lines of a register whose prompt has about so many tokens. */
export const linesFor = (contextTokens: number) =>
  Math.max(4, Math.floor((contextTokens - frameTokens) / meanLineTokens));

/** A subject that no fact states: mostly an attribute and an entity that other facts are about. */
function unstatedSubject(subjects: readonly Asked[], random: Random): Asked {
  for (;;) {
    const entity = random.uniform() < 0.8 ? random.pick(subjects).entity : random.pick(entities);
    const asked = { attribute: random.pick(attributes), entity };
    if (!subjects.some((subject) => sameSubject(subject, asked))) return asked;
  }
}

/**
 * One question about one register numbered from 1, as the grounding scenario asks it. A third of the lines state facts:
 * half of these near misses of the question, the others about anything else.
 *
 * @param depth  where the needle stands, from 0 to 1; `null` for a question that no line answers
 */
export function testReading(lines: number, depth: number | null, random: Random): Reading {
  const fact = drawFacts(1, random)[0]!;
  const distractorCount = Math.max(2, Math.round(lines / 3) - 1);
  const near = nearMisses(fact, Math.ceil(distractorCount / 2), random);
  const other = drawFacts(distractorCount, random).filter(
    (drawn) => ![fact, ...near].some((known) => sameSubject(known, drawn)),
  );
  const distractors = [...near, ...other].slice(0, distractorCount);
  const needles = depth === null ? [] : [{ fact, depth }];
  const sentences = registerLines({ lines, needles, distractors }, random);
  return {
    lines: sentences.map((sentence, line) => citableLine(sentence, line + 1)),
    questions: [depth === null ? unanswerable(fact) : answerable(fact, placesIn(sentences), 1, lines)],
  };
}

const sameSubject = (one: Asked, other: Asked) => one.attribute === other.attribute && one.entity === other.entity;

/** The line, from 0, that states a fact. */
function placesIn(sentences: readonly string[]): (fact: Fact) => number {
  const places = new Map(sentences.map((sentence, line) => [sentence, line]));
  return (fact) => places.get(factSentence(fact))!;
}

function answerable(fact: Fact, placeOf: (fact: Fact) => number, first: number, lines: number): Question {
  const place = placeOf(fact);
  return { asked: fact, answer: answerLine(fact, first + place), depth: lines > 1 ? place / (lines - 1) : 0 };
}

const unanswerable = ({ attribute, entity }: Asked): Question => ({
  asked: { attribute, entity },
  answer: unknownAnswer,
  depth: null,
});
