/**
 * The texts of the curriculum, from bare pairs of words to registers with questions. Met at once, a register teaches
 * nothing: a decoder from random weights stays on a plateau. Each form asks for one thing more than those before it, and
 * what takes two attention heads at once is drawn apart, so that each can be learnt alone: a gap comes on one side or the
 * other, and of the two words that name a fact either one, the other, or only both tell it from the rest.
 */
import { attributes, entities, values } from "../../corpus/index.ts";
import type { Random } from "../../stats/index.ts";
import { systemTurn, trainingReading, userTurn } from "./lookup.ts";
import { Sheet } from "./sheet.ts";

/** Fills a sheet of so many tokens, or a little less. */
export type Form = (tokens: number, random: Random) => Sheet;

export const forms = {
  /** ` Gorse lantern`, twice; the second `lantern` has to be told. */
  pair: (tokens, random) => pairs(tokens, 0, random),
  /** The same with a word or none between the two, alike in all statements and alike in all questions of a sheet. */
  gap: (tokens, random) => pairs(tokens, 1, random),
  /** ` lantern. [17]` twice, or with less between value and number, on either side; the second `17` has to be told. */
  citation,
  /** ` motto Gorse lantern` */
  triple: (tokens, random) =>
    facts(
      tokens,
      6,
      restating((s) => ` ${s.attribute} ${s.entity}`),
      random,
    ),
  /** ` motto of Gorse lantern` */
  of: (tokens, random) =>
    facts(
      tokens,
      8,
      restating((s) => ` ${s.attribute} of ${s.entity}`),
      random,
    ),
  /** ` motto of Gorse is lantern` */
  is: (tokens, random) =>
    facts(
      tokens,
      10,
      restating((s) => ` ${s.attribute} of ${s.entity} is`),
      random,
    ),
  /** ` motto the Gorse is lantern` or ` motto Gorse of [17`: up to two small words in between, on either side */
  loose: (tokens, random) => loose(tokens, 2, random),
  /** Up to four of them, as many as stand before a line's number */
  looser: (tokens, random) => loose(tokens, 4, random),
  /** `The motto of Gorse is lantern. [17]`, and a new line; from here on value and number have to be told */
  sentence: (tokens, random) =>
    facts(tokens, 24, { says: statement, asks: statement, isLine: true, isApart: false }, random),
  /** Lines, then `What is the motto of Gorse? lantern. [17]` */
  question: (tokens, random) =>
    facts(tokens, 26, { says: statement, asks: question, isLine: true, isApart: true }, random),
  /** The question in a user's turn, cut off after any part of what opens the answer. */
  frame: (tokens, random) => facts(tokens, 45, { says: statement, asks: framed, isLine: true, isApart: true }, random),
  /** A register as the grounding scenario has it, and several questions, turn after turn. */
  register,
} as const satisfies Readonly<Record<string, Form>>;

export type FormName = keyof typeof forms;

/** What names a fact. */
interface Subject {
  readonly attribute: string;
  readonly entity: string;
}

/** A value for each key, told at once and asked for later, in any order; up to `widest` words lie between the two. */
function pairs(tokens: number, widest: number, random: Random): Sheet {
  const [before, after] = [random.integer(widest + 1), random.integer(widest + 1)];
  const told = random
    .shuffle(entities)
    .slice(0, Math.floor(tokens / (4 + before + after)))
    .map((entity) => ({ entity, value: ` ${random.pick(values)}` }));
  const sheet = new Sheet();
  for (const { item, isSecond } of twice(told, random)) {
    sheet.write(` ${item.entity}`);
    for (let word = 0; word < (isSecond ? after : before); word++)
      sheet.write(` ${random.pick(random.integer(2) === 0 ? attributes : entities)}`);
    if (isSecond) sheet.ask(item.value, "value");
    else sheet.write(item.value);
  }
  return sheet;
}

/** What stands between a value and its number, from nothing to all that a register has. */
const bridges = ["", " [", ". ["] as const;
const tokensOfTwoCitations = 12;
/** The last line number that is one token. */
export const lastNumber = 400;

function citation(tokens: number, random: Random): Sheet {
  const [before, after] = [random.pick(bridges), random.pick(bridges)];
  const cited = random
    .shuffle(values)
    .slice(0, Math.floor(tokens / tokensOfTwoCitations))
    .map((value) => ({ value, number: `${1 + random.integer(lastNumber)}` }));
  const sheet = new Sheet();
  for (const { item, isSecond } of twice(cited, random)) {
    sheet.write(` ${item.value}${isSecond ? after : before}`);
    if (isSecond) sheet.ask(item.number, "number");
    else sheet.write(item.number);
    sheet.write("]\n");
  }
  return sheet;
}

/** Each item twice, all in random order. */
function twice<Item>(items: readonly Item[], random: Random): { item: Item; isSecond: boolean }[] {
  const seen = new Set<Item>();
  return random.shuffle([...items, ...items]).map((item) => {
    const isSecond = seen.has(item);
    seen.add(item);
    return { item, isSecond };
  });
}

/** How a fact is said, up to its value, and how it is asked for. */
interface Wording {
  readonly says: (subject: Subject) => string;
  readonly asks: (subject: Subject, random: Random) => string;
  /** Whether the number of its line follows the value. */
  readonly isLine: boolean;
  /** Whether all is said before anything is asked. */
  readonly isApart: boolean;
}

const restating = (says: (subject: Subject) => string): Wording => ({
  says,
  asks: says,
  isLine: false,
  isApart: false,
});

function statement({ attribute, entity }: Subject): string {
  return `The ${attribute} of ${entity} is`;
}

function question({ attribute, entity }: Subject): string {
  return `What is the ${attribute} of ${entity}?`;
}

const answerOpening = ["<|im_end|>", "\n", "<|im_start|>", "assistant", "\n"];

function framed(subject: Subject, random: Random): string {
  const opening = answerOpening.slice(0, random.integer(answerOpening.length + 1)).join("");
  return `<|im_start|>user\n${question(subject)}${opening}`;
}

/** Values that lines are drawn from: where they are few, a value does not tell its line. */
const fewValues = [2, 4, values.length] as const;

/** Facts that two words name, each told once and asked for once. */
function facts(tokens: number, tokensOfFact: number, { says, asks, isLine, isApart }: Wording, random: Random): Sheet {
  const count = Math.min(entities.length, Math.floor(tokens / tokensOfFact));
  const few = random.shuffle(values).slice(0, random.pick(fewValues));
  const stated = statedFacts(count, random, isLine ? few : values);
  const order = isApart
    ? [false, true].flatMap((isSecond) => random.shuffle(stated).map((item) => ({ item, isSecond })))
    : twice(stated, random);
  const sheet = new Sheet();
  for (const { item, isSecond } of order) {
    const told = (text: string, kind: string) => (isSecond ? sheet.ask(text, kind) : sheet.write(text));
    sheet.write((isSecond ? asks : says)(item.named(), random));
    told(` ${item.value}`, "value");
    if (!isLine) continue;
    sheet.write(". [");
    told(`${item.number}`, "number");
    sheet.write("]\n");
  }
  return sheet;
}

interface Stated {
  readonly value: string;
  readonly number: number;
  /** Words that tell the fact from all others, among words that need not. */
  readonly named: () => Subject;
}

/** Of sheets, how many need both words; the others go by either one. A third of them takes several times longer to learn. */
const bothShare = 0.6;

function statedFacts(count: number, random: Random, drawn: readonly string[] = values): Stated[] {
  const content = () => ({ value: random.pick(drawn), number: 1 + random.integer(lastNumber) });
  const telling = random.shuffle(entities).slice(0, count);
  if (random.uniform() < bothShare) {
    const few = telling.slice(0, Math.max(2, Math.ceil(count * (0.18 + 0.3 * random.uniform()))));
    const subjects = few.flatMap((entity) => attributes.map((attribute) => ({ attribute, entity })));
    return random
      .shuffle(subjects)
      .slice(0, count)
      .map((subject) => ({ ...content(), named: () => subject }));
  }
  const isBySecond = random.integer(2) === 0;
  return telling.map((word) => ({
    ...content(),
    named: () =>
      isBySecond
        ? { attribute: random.pick(attributes), entity: word }
        : { attribute: word, entity: random.pick(random.integer(2) === 0 ? entities : attributes) },
  }));
}

/** Words that say nothing. Subjects have to be found by what they are, then, and not by where they stand. */
const particles = [" of", " is", ".", " [", " was", " the", "]"] as const;

/**
 * Facts whose value, or the number in its place, comes after any particles. How many there are is drawn apart for
 * statements and questions of a sheet, as in gaps.
 */
function loose(tokens: number, widest: number, random: Random): Sheet {
  const draw = () => ({ inner: random.integer(2), outer: random.integer(widest + 1) });
  const [before, after] = [draw(), draw()];
  const isNumbered = random.integer(2) === 0;
  const some = (count: number) => Array.from({ length: count }, () => random.pick(particles)).join("");
  const tokensOfFact = 6 + before.inner + before.outer + after.inner + after.outer;
  const sheet = new Sheet();
  for (const { item, isSecond } of twice(statedFacts(Math.floor(tokens / tokensOfFact), random), random)) {
    const { attribute, entity } = item.named();
    const { inner, outer } = isSecond ? after : before;
    sheet.write(` ${attribute}`);
    sheet.write(`${some(inner)} ${entity}`);
    sheet.write(some(outer));
    const answer = isNumbered ? `${item.number}` : ` ${item.value}`;
    if (isSecond) sheet.ask(answer, isNumbered ? "number" : "value");
    else sheet.write(answer);
  }
  return sheet;
}

const tokensOfPreamble = 64;
const tokensOfLine = 12;
const tokensOfTurn = 33;
/** The answer's parts: value, full stop, bracket, number, bracket, end of the turn. The first and the number carry it. */
const answerParts = [
  { kind: "value", importance: 1 },
  { kind: null, importance: 0.2 },
  { kind: null, importance: 0.2 },
  { kind: "number", importance: 1 },
  { kind: null, importance: 0.2 },
  { kind: null, importance: 0.2 },
] as const;

function register(tokens: number, random: Random): Sheet {
  const most = Math.max(2, Math.floor(tokens / 3 / tokensOfTurn));
  const questions = 2 + random.integer(most - 1);
  const room = Math.floor((tokens - tokensOfPreamble - tokensOfTurn * questions) / tokensOfLine);
  const lines = Math.max(3, Math.round(room * (0.5 + 0.5 * random.uniform())));
  const reading = trainingReading(lines, questions, random);
  const sheet = new Sheet();
  sheet.write(systemTurn(reading.lines));
  for (const { asked, answer, depth } of reading.questions) {
    sheet.write(userTurn(asked));
    const isStated = depth !== null;
    sheet.askEach(` ${answer}<|im_end|>`, (part) =>
      part === 0 && !isStated ? { kind: "unknown", importance: 1 } : answerParts[part]!,
    );
    sheet.write("\n");
  }
  return sheet;
}
