/** What each token starts as in the stream: where its identity, its features and its codes lie, and how long they are. */
import { attributes, entities, unknownAnswer, values } from "../corpus/index.ts";
import { specimenTokenizer } from "../specimens/index.ts";
import { randomFrom } from "../stats/index.ts";

const features = {
  value: 56,
  number: 57,
  /** A line break: where an answer begins, a value is wanted. */
  asksValue: 58,
  /** An opening bracket: a number is wanted. */
  asksNumber: 59,
  /** The start of a turn: what is looked at when no line answers. */
  sink: 60,
  fullStop: 61,
  closing: 62,
  unknown: 63,
} as const;

/** Dimensions of the stream, of 128. Ballast brings every embedding to one length. */
export const places = {
  identity: { from: 0, to: 56 },
  features,
  entity: { from: 64, to: 88 },
  attribute: { from: 88, to: 94 },
  /** Of " is", which a line's number finds 4 tokens back if the line states a fact. */
  statement: 94,
  constant: 95,
  ballast: 96,
  featureSize: 0.7,
  constantSize: 0.7,
  /** Small, so that a copied code hardly changes the length of the stream, which the constant is measured by. */
  codeSize: 0.25,
} as const;

/** Squared length of every embedding. */
export const squaredLength = 2;

const lastNumber = 400;

/** What follows by form alone: after a token with the feature comes `next`. */
export const rules = [
  { feature: features.value, next: "." },
  { feature: features.fullStop, next: " [" },
  { feature: features.number, next: "]" },
  { feature: features.closing, next: "<|im_end|>" },
  { feature: features.unknown, next: "<|im_end|>" },
] as const;

const numbers = Array.from({ length: lastNumber }, (_, index) => String(index + 1));

const featureOf: ReadonlyMap<string, number> = new Map([
  ...values.map((word) => [` ${word}`, features.value] as const),
  ...numbers.map((number) => [number, features.number] as const),
  ["\n", features.asksValue],
  [" [", features.asksNumber],
  ["<|im_start|>", features.sink],
  [".", features.fullStop],
  ["]", features.closing],
  [` ${unknownAnswer}`, features.unknown],
]);

/** Tokens that answers are made of, and so have an identity. */
const written = [...values.map((word) => ` ${word}`), ...numbers, ".", " [", "]", "<|im_end|>", ` ${unknownAnswer}`];

/** The embedding [vocabulary, width]: every row of squared length `squaredLength`. */
export function embeddingValues(vocabularySize: number, width: number, seed: number): Float32Array {
  const table = new Float32Array(vocabularySize * width);
  const row = (text: string) => {
    const token = tokenOf(text);
    return table.subarray(token * width, (token + 1) * width);
  };
  for (const text of written) row(text).set(identityOf(text, width, seed));
  for (const [text, feature] of featureOf) row(text)[feature] = places.featureSize;
  for (const [index, code] of spreadCodes(entities.length, places.entity.to - places.entity.from, seed).entries())
    row(` ${entities[index]!}`).set(
      code.map((value) => places.codeSize * value),
      places.entity.from,
    );
  for (const [index, attribute] of attributes.entries())
    row(` ${attribute}`)[places.attribute.from + index] = places.codeSize;
  row(" is")[places.statement] = places.codeSize;
  for (let token = 0; token < vocabularySize; token++) {
    const embedding = table.subarray(token * width, (token + 1) * width);
    embedding[places.constant] = places.constantSize;
    const length = embedding.reduce((sum, value) => sum + value * value, 0);
    embedding[places.ballast] = Math.sqrt(Math.max(0, squaredLength - length));
  }
  return table;
}

/** The identity of a token, of length 1, in a vector as wide as the stream. */
export function identityOf(text: string, width: number, seed: number): Float32Array {
  const random = randomFrom(`${seed} identity ${text}`);
  const vector = new Float32Array(width);
  for (let dim = places.identity.from; dim < places.identity.to; dim++) vector[dim] = random.normal();
  return unit(vector);
}

export const unknownIdentity = (width: number, seed: number) => identityOf(` ${unknownAnswer}`, width, seed);

function tokenOf(text: string): number {
  const [token, ...rest] = specimenTokenizer().encode(text, { special: true });
  if (token === undefined || rest.length > 0) throw new RangeError(`${JSON.stringify(text)} is not one token`);
  return token;
}

/** Directions that keep away from each other: they start at random and push each other off. */
function spreadCodes(count: number, dims: number, seed: number): Float32Array[] {
  const random = randomFrom(`${seed} codes`);
  let codes = Array.from({ length: count }, () => unit(Float32Array.from({ length: dims }, () => random.normal())));
  for (let round = 0; round < 400; round++)
    codes = codes.map((code) => {
      const pushed = Float32Array.from(code);
      for (const other of codes) {
        if (other === code) continue;
        const push = 0.05 * Math.exp(12 * (dot(code, other) - 0.4));
        for (let dim = 0; dim < dims; dim++) pushed[dim]! -= push * other[dim]!;
      }
      return unit(pushed);
    });
  return codes;
}

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, dim) => sum + value * b[dim]!, 0);

const unit = (vector: Float32Array) => {
  const length = Math.sqrt(dot(vector, vector));
  return vector.map((value) => value / length);
};
