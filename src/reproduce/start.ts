/**
 * First values of the weights: the whole look-up, written down as matrices. Single runs of about 1200 steps from look-back
 * heads alone, or from a rough sketch of the circuit, stayed well short of it (the right entity or the right attribute,
 * often not both); a fully random start was not tried. So the circuit is built by hand and training is short and gentle.
 *
 * - A token of the register is a point in the stream: its identity (what is written as an answer), some features, or the
 *   code of an entity or an attribute. See `places`.
 * - Layer 0: four heads look a fixed distance back, to where entity and attribute stand (seen from a line's value, and from
 *   where an answer begins), and copy their codes here.
 * - Layer 1: one head copies these codes three tokens on: from a line's value to its number, and inside the answer.
 * - Layer 2: each head looks where the same codes are, at a value where an answer begins and at a fact's number after " [",
 *   and copies the identity. The start of a turn scores between one code in common and two: it stands for `unknown`.
 *   Its feed-forward block writes what follows by form alone: full stop, brackets, end of turn.
 *
 * A head looks back by a distance when its scores have a part that depends on nothing else: with a constant key and a
 * constant query turned back by the distance, RoPE makes their product Σ cos(frequency · (gap − distance)), which is
 * largest at gap = distance. Grouped attention gets the constants from its biases. Latent attention has none, so one
 * dimension of every embedding is a constant, and the rows of the projections that read it act as biases.
 *
 * @see The same two steps, previous-token and matching heads, are found in trained models: Olsson et al. 2022,
 *   arXiv:2209.11895
 */
import { randomFrom } from "../stats/index.ts";
import { type DecoderConfig, ropeFrequency, type Weight } from "./decoder.ts";
import { sizeOf } from "./graph.ts";
import { embeddingValues, identityOf, places, rules, squaredLength, unknownIdentity } from "./token-codes.ts";
import type { Values } from "./trainer.ts";

/** Lead of the wanted distance over far ones in a look-back head, nats for each frequency in use. */
const sharpness = 16;
/** Score of one code in common, and of a place being of the kind that is looked for, nats. */
const codeScore = 20;
const kindScore = 20;
/** Codes in common that the start of a turn counts for. */
const sinkCodes = 1.6;
/** How far a copied identity, and the output of a rule, rises above all else in the stream. */
const copyGain = 6;
const ruleGain = 0.5;
const outputGain = 2;

/** Distances of the heads of layer 0, and which code each copies. */
const codeHeads = [
  { distance: 2, code: places.entity },
  { distance: 4, code: { from: places.attribute.from, to: places.statement + 1 } },
  { distance: 14, code: places.entity },
  { distance: 16, code: places.attribute },
] as const;
const copyDistance = 3;

type Mutable = Record<string, Float32Array>;

/**
 * The circuit wants three layers, four heads of 64 and a width of 128.
 *
 * @param weights  the weights of the decoder of `config`
 * @param seed     of the tokens' codes and of the matrices that the circuit leaves free
 */
export function startValues(
  config: DecoderConfig,
  weights: readonly Pick<Weight, "name" | "shape" | "role">[],
  seed: number,
): Values {
  const random = randomFrom(seed);
  const values: Mutable = {};
  for (const { name, shape, role } of weights) {
    values[name] = new Float32Array(sizeOf(shape)).fill(role === "norm" ? 1 : 0);
    // Gates that no rule uses stay without effect until training gives them one: what they feed into is 0.
    if (/ffn_(gate|up)/.test(name)) values[name] = values[name].map(() => 0.02 * random.normal());
  }
  values["token_embd.weight"] = embeddingValues(config.vocabularySize, config.width, seed);
  const heads = config.attention.kind === "grouped" ? groupedSketch(config, values) : latentSketch(config, values);
  const width = config.width;
  const half = width / 2;

  for (const [head, { distance, code }] of codeHeads.entries()) {
    heads.lookBack(0, head, distance);
    heads.readValues(0, head, half);
    for (let dim = code.from; dim < code.to; dim++) heads.write(0, head, dim - half, dim, streamScale(0));
  }
  heads.lookBack(1, 0, copyDistance);
  heads.readValues(1, 0, half);
  for (let dim = places.entity.from; dim < places.attribute.to; dim++)
    heads.write(1, 0, dim - half, dim, streamScale(2));

  const match = matchMap();
  for (let head = 0; head < config.heads; head++) {
    heads.match(2, head, match.queries, match.keys);
    heads.readValues(2, head, 0);
    const gain = (copyGain * streamScale(2)) / config.heads;
    for (let dim = places.identity.from; dim < places.identity.to; dim++) heads.write(2, head, dim, dim, gain);
    const unknown = unknownIdentity(width, seed);
    const sinkGain = (copyGain * streamScale(0)) / config.heads / places.featureSize;
    for (const [dim, value] of unknown.entries()) heads.write(2, head, places.features.sink, dim, sinkGain * value);
  }

  const last = `blk.${config.layers - 1}`;
  for (const [unit, { feature, next }] of rules.entries()) {
    for (let row = 0; row < width; row++) {
      values[`${last}.ffn_gate.weight`]![row * config.feedForward + unit] = row === feature ? 1 : 0;
      values[`${last}.ffn_up.weight`]![row * config.feedForward + unit] = row === feature ? 1 : 0;
    }
    const identity = identityOf(next, width, seed);
    values[`${last}.ffn_down.weight`]!.set(
      identity.map((value) => ruleGain * value),
      unit * width,
    );
  }
  const output = values["output_norm.weight"]!;
  output.fill(0).fill(outputGain, places.identity.from, places.identity.to);
  return values;
}

/** Root mean square of the stream at a token with so many codes copied to it. */
const streamScale = (codes: number) => Math.sqrt((squaredLength + codes * places.codeSize ** 2) / 128);

/** How large a feature or code of length 1 is after the norm, at a place with two codes. */
const normed = 1 / streamScale(2);

/** What layer 2 compares: columns of [stream, compared] for queries and keys. They are sized for a score scale of 1. */
function matchMap() {
  const { entity, attribute, features, featureSize } = places;
  const queries: Entry[] = [];
  const keys: Entry[] = [];
  const code = Math.sqrt(codeScore) / (normed * places.codeSize);
  for (let dim = entity.from; dim < attribute.to; dim++) {
    const column = dim - entity.from;
    queries.push({ row: dim, column, value: code });
    keys.push({ row: dim, column, value: code });
  }
  const kind = Math.sqrt(kindScore) / (normed * featureSize);
  // At the start of a turn no code was copied, so its feature stands out more after the norm.
  const sink = (kindScore + sinkCodes * codeScore) / Math.sqrt(kindScore) / (featureSize / streamScale(0));
  const column = attribute.to - entity.from;
  queries.push({ row: features.asksValue, column, value: kind });
  keys.push({ row: features.value, column, value: kind }, { row: features.sink, column, value: sink });
  queries.push({ row: features.asksNumber, column: column + 1, value: kind });
  keys.push({ row: places.statement, column: column + 1, value: kind * (featureSize / places.codeSize) });
  return { queries, keys };
}

/** One entry of a matrix. */
interface Entry {
  readonly row: number;
  readonly column: number;
  readonly value: number;
}

/** How the parts of the circuit are written into one design's weights. */
interface Sketch {
  readonly lookBack: (layer: number, head: number, distance: number) => void;
  /** The head's values become the 64 dimensions of the stream from `from` on. */
  readonly readValues: (layer: number, head: number, from: number) => void;
  /** The head's value at `valueDim` goes into the stream at `streamDim`. */
  readonly write: (layer: number, head: number, valueDim: number, streamDim: number, gain: number) => void;
  /** What the head compares; its entries are given for a score scale of 1. */
  readonly match: (layer: number, head: number, queries: readonly Entry[], keys: readonly Entry[]) => void;
}

function groupedSketch({ heads, width, attention }: DecoderConfig, values: Mutable): Sketch {
  if (attention.kind !== "grouped") throw new RangeError("not grouped attention");
  const { kvHeads, headDim } = attention;
  const of = (layer: number, name: string) => values[`blk.${layer}.${name}`]!;
  const kvHeadOf = (head: number) => Math.floor((head * kvHeads) / heads);
  /** Compared dimension → the head's: the slower half of the pairs, where content still matches over a thousand tokens. */
  const slowDim = (column: number) => headDim / 4 + (column % (headDim / 4)) + (column < headDim / 4 ? 0 : headDim / 2);
  const root = headDim ** 0.25;
  return {
    lookBack: (layer, head, distance) => {
      const { query, key } = positionalPair(distance, headDim, root);
      of(layer, "attn_q.bias").set(query, head * headDim);
      of(layer, "attn_k.bias").set(key, kvHeadOf(head) * headDim);
    },
    readValues: (layer, head, from) => {
      const columns = kvHeads * headDim;
      for (let dim = 0; dim < headDim; dim++)
        of(layer, "attn_v.weight")[(from + dim) * columns + kvHeadOf(head) * headDim + dim] = 1;
    },
    write: (layer, head, valueDim, streamDim, gain) => {
      of(layer, "attn_output.weight")[(head * headDim + valueDim) * width + streamDim]! += gain;
    },
    match: (layer, head, queries, keys) => {
      for (const { row, column, value } of queries)
        of(layer, "attn_q.weight")[(row * heads + head) * headDim + slowDim(column)] = value * root;
      for (const { row, column, value } of keys)
        of(layer, "attn_k.weight")[(row * kvHeads + kvHeadOf(head)) * headDim + slowDim(column)] = value * root;
    },
  };
}

function latentSketch({ heads, width, attention, layers }: DecoderConfig, values: Mutable): Sketch {
  if (attention.kind !== "latent") throw new RangeError("not latent attention");
  const { kvLoraRank, plainDim, ropeDim, valueDim } = attention;
  const keyDim = plainDim + ropeDim;
  const of = (layer: number, name: string) => values[`blk.${layer}.${name}.weight`]!;
  const root = keyDim ** 0.25;
  // The latent is the normed stream itself, so the norm on it changes nothing.
  for (let layer = 0; layer < layers; layer++)
    for (let dim = 0; dim < kvLoraRank; dim++) of(layer, "attn_kv_a_mqa")[dim * (kvLoraRank + ropeDim) + dim] = 1;
  return {
    lookBack: (layer, head, distance) => {
      const { query, key } = positionalPair(distance, ropeDim, root);
      const seen = places.constantSize / streamScale(layer === 0 ? 0 : 2);
      of(layer, "attn_q").set(
        query.map((value) => value / seen),
        (places.constant * heads + head) * keyDim + plainDim,
      );
      of(layer, "attn_kv_a_mqa").set(
        key.map((value) => value / seen),
        places.constant * (kvLoraRank + ropeDim) + kvLoraRank,
      );
    },
    readValues: (layer, head, from) => {
      for (let dim = 0; dim < valueDim; dim++)
        of(layer, "attn_v_b")[((from + dim) * heads + head) * valueDim + dim] = 1;
    },
    write: (layer, head, valueAt, streamDim, gain) => {
      of(layer, "attn_output")[(head * valueDim + valueAt) * width + streamDim]! += gain;
    },
    match: (layer, head, queries, keys) => {
      for (const { row, column, value } of queries)
        of(layer, "attn_q")[(row * heads + head) * keyDim + column] = value * root;
      for (const { row, column, value } of keys)
        of(layer, "attn_k_b")[(row * heads + head) * plainDim + column] = value * root;
    },
  };
}

/**
 * Query and key for a distance: the same key serves every distance. Only the fastest quarter of the frequencies is used.
 *
 * @param root  fourth root of the key's length, which attention divides scores by the square of
 */
function positionalPair(distance: number, ropeDim: number, root: number) {
  const half = ropeDim / 2;
  const size = Math.sqrt(sharpness) * root;
  const query = new Float32Array(ropeDim);
  const key = new Float32Array(ropeDim);
  for (let pair = 0; pair < half / 4; pair++) {
    const angle = -distance * ropeFrequency(pair, ropeDim);
    key[pair] = size;
    query[pair] = size * Math.cos(angle);
    query[pair + half] = size * Math.sin(angle);
  }
  return { query, key };
}
