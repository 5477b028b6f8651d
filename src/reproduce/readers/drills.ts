/**
 * What comes before reading: short texts in which facts are stated and then asked for, from bare pairs of words to whole
 * questions in their frame. A decoder that starts from random weights stays on a plateau when it meets registers at once;
 * each drill asks for one thing more than the drill before.
 *
 * Where a fact is named by two words, a third of the sequences can be told by the second word alone (the first is any), a
 * third by the first alone, and in a third it takes both, because facts share their words. Without the first two thirds
 * the plateau is at the share that one word gives.
 */
import { attributes, entities, values } from "../../corpus/index.ts";
import { specimenTokenizer } from "../../specimens/index.ts";
import type { Random } from "../../stats/index.ts";
import type { Grid } from "../model/site.ts";
import type { Batch } from "../training/batch.ts";

/** What names a fact. */
interface Subject {
  readonly attribute: string;
  readonly entity: string;
}

export const drills = {
  /** ` Gorse lantern … Gorse lantern` */
  pair: { says: ({ entity }: Subject) => ` ${entity}`, asks: null, tokens: 4 },
  /** ` motto Gorse lantern` */
  triple: { says: ({ attribute, entity }: Subject) => ` ${attribute} ${entity}`, asks: null, tokens: 6 },
  /** ` motto of Gorse lantern` */
  of: { says: ({ attribute, entity }: Subject) => ` ${attribute} of ${entity}`, asks: null, tokens: 8 },
  /** ` motto of Gorse is lantern` */
  is: { says: ({ attribute, entity }: Subject) => ` ${attribute} of ${entity} is`, asks: null, tokens: 10 },
  /** `The motto of Gorse is lantern`, and a new line */
  sentence: { says: statement, asks: null, tokens: 14 },
  /** Sentences, then `What is the motto of Gorse? lantern` */
  question: { says: statement, asks: question, tokens: 16 },
  /** The same in the frame of a chat turn, cut off after any of its parts. */
  frame: {
    says: statement,
    asks: (subject: Subject, random: Random) =>
      `<|im_start|>user\n${question(subject)}${answerFrame.slice(0, random.integer(answerFrame.length + 1)).join("")}`,
    tokens: 24,
  },
} as const satisfies Record<string, Drill>;

interface Drill {
  readonly says: (subject: Subject) => string;
  /** `null` where stating it again is asking. */
  readonly asks: ((subject: Subject, random: Random) => string) | null;
  /** Of one fact stated and asked for, at most. */
  readonly tokens: number;
}

export type DrillName = keyof typeof drills;

function statement({ attribute, entity }: Subject): string {
  return `The ${attribute} of ${entity} is`;
}

function question({ attribute, entity }: Subject): string {
  return `What is the ${attribute} of ${entity}?`;
}

const answerFrame = ["<|im_end|>", "\n", "<|im_start|>", "assistant", "\n"];

export interface DrillBatch extends Batch {
  readonly judged: Int32Array;
}

export const drillGrid = (name: DrillName, facts: number, sequences: number): Grid => ({
  sequences,
  tokens: facts * drills[name].tokens,
});

/** Each fact is stated once and asked for once; the value that has to follow is judged. */
export function drillBatch(name: DrillName, facts: number, sequences: number, random: Random): DrillBatch {
  const { says, asks }: Drill = drills[name];
  const { tokens: length } = drillGrid(name, facts, sequences);
  const tokens = new Int32Array(sequences * length);
  const judged: number[] = [];
  const targets: number[] = [];
  for (let sequence = 0; sequence < sequences; sequence++) {
    const stated = factsOf(name, facts, random);
    const order =
      asks === null ? random.shuffle([...stated, ...stated]) : [...random.shuffle(stated), ...random.shuffle(stated)];
    const seen = new Set<Stated>();
    const written: number[] = [];
    for (const fact of order) {
      const isAsked = seen.has(fact);
      written.push(...encode(isAsked && asks !== null ? asks(fact.named(), random) : says(fact.named())));
      const [value] = encode(` ${fact.value}`) as [number];
      if (isAsked) {
        judged.push(sequence * length + written.length - 1);
        targets.push(value);
      }
      seen.add(fact);
      written.push(value);
      if (says === statement) written.push(...encode("\n"));
    }
    if (written.length > length) throw new RangeError(`a drill of ${written.length} tokens in a room of ${length}`);
    tokens.set(written, sequence * length);
  }
  return { tokens, judged: Int32Array.from(judged), targets: Int32Array.from(targets), importance: null };
}

interface Stated {
  readonly value: string;
  /** Words that tell the fact from all others, among words that need not. */
  readonly named: () => Subject;
}

function factsOf(name: DrillName, count: number, random: Random): Stated[] {
  const value = () => random.pick(values);
  const telling = random.shuffle(entities).slice(0, count);
  const kind = name === "pair" ? "second" : random.pick(["second", "first", "both"] as const);
  if (kind === "second")
    return telling.map((entity) => ({
      value: value(),
      named: () => ({ attribute: random.pick(attributes), entity }),
    }));
  if (kind === "first")
    return telling.map((attribute) => ({
      value: value(),
      named: () => ({ attribute, entity: random.pick(random.integer(2) === 0 ? entities : attributes) }),
    }));
  const pool = telling.slice(0, Math.max(2, Math.ceil(count * (0.18 + 0.3 * random.uniform()))));
  const subjects = pool.flatMap((entity) => attributes.map((attribute) => ({ attribute, entity })));
  return random
    .shuffle(subjects)
    .slice(0, count)
    .map((subject) => ({ value: value(), named: () => subject }));
}

const known = new Map<string, readonly number[]>();

function encode(text: string): readonly number[] {
  const tokens = known.get(text) ?? specimenTokenizer().encode(text, { special: true });
  known.set(text, tokens);
  return tokens;
}
