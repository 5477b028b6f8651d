import { expect, test } from "vitest";
import { centralDifferences } from "../../../../test/numeric/central-differences.ts";
import { relativeError } from "../../../../test/numeric/relative-error.ts";
import { randomFrom } from "../../../stats/index.ts";
import { Graph, sizeOf } from "../../graph/graph.ts";
import { type Arrays, openGraph } from "../../graph/session.ts";
import { type CompressedAttention, cachedValues, type DecoderConfig, entryValues, type Indexer } from "../config.ts";
import { type Grid, Site } from "../site.ts";
import { compressedAttention } from "./compressed.ts";

const model: DecoderConfig = { width: 6, heads: 4, vocabularySize: 1, layers: [], ropeBase: 100 };
const design = (ratio: 0 | 4 | 128, indexer: Indexer | null = null): CompressedAttention => ({
  kind: "compressed",
  headDim: 16,
  ropeDim: 4,
  queryRank: 5,
  window: 2,
  ratio,
  outputGroups: 2,
  outputRank: 3,
  indexer,
});
const indexer = (topK: number): Indexer => ({ heads: 4, keyDim: 4, topK });

/** The layer in float64, with random weights and a random input. */
function layerOf(attention: CompressedAttention, grid: Grid) {
  const graph = new Graph("float64");
  const site = new Site(graph, grid, model);
  const x = graph.input("x", [site.count, model.width], "weight");
  const y = compressedAttention(site, x, attention);
  const drawn = (name: string, size: number, mean: number, deviation: number) => {
    const random = randomFrom(`${name} of compressed attention`);
    return Float64Array.from({ length: size }, () => mean + deviation * random.normal());
  };
  const values = site.weights.map(({ name, shape, role }) => {
    const deviation = role === "bias" ? 1 : 1.5 / Math.sqrt(shape.at(-2)!);
    const data = role === "norm" ? drawn(name, sizeOf(shape), 1, 0.2) : drawn(name, sizeOf(shape), 0, deviation);
    return [name, { shape, data }] as const;
  });
  const fed: Arrays = { ...Object.fromEntries(values), x: { shape: x.shape, data: drawn("x", sizeOf(x.shape), 0, 1) } };
  return { graph, site, x, y, fed };
}

/** Its output for each token, with the input as it is drawn, or with that of one token moved. */
async function opened(attention: CompressedAttention, tokens: number) {
  const { graph, y, fed } = layerOf(attention, { sequences: 1, tokens });
  const session = await openGraph(graph.bytes([graph.named(y, "y")]));
  return async (moved?: number) => {
    const data = Float64Array.from(fed.x!.data);
    if (moved !== undefined) for (let at = 0; at < model.width; at++) data[moved * model.width + at]! += 1 + at;
    return rowsOf((await session.evaluate({ ...fed, x: { ...fed.x!, data } })).y!, model.width);
  };
}

/** Tokens whose output is another one. */
const changed = (before: readonly number[][], after: readonly number[][]) =>
  after.flatMap((row, token) => (relativeError(row, before[token]!) > 1e-12 ? [token] : []));

const cases: readonly (readonly [string, CompressedAttention, tokens: number])[] = [
  ["the window alone", design(0), 23],
  ["4 tokens to an entry, all read", design(4), 23],
  ["4 tokens to an entry, 2 of 5 chosen", design(4, indexer(2)), 23],
  ["4 tokens to an entry, more to choose than there are", design(4, indexer(9)), 23],
  ["4 tokens to an entry, one entry", design(4, indexer(1)), 7],
  ["4 tokens to an entry, text of whole entries", design(4, indexer(3)), 16],
  ["4 tokens to an entry, text of less than one", design(4, indexer(3)), 3],
  ["128 tokens to an entry", design(128), 300],
  ["128 tokens to an entry, text of less than one", design(128), 100],
];

test.each(cases)("%s: the graph computes what a loop over tokens does", async (_, attention, tokens) => {
  const { graph, site, y, fed } = layerOf(attention, { sequences: 2, tokens });
  const outputs = [graph.named(y, "y"), graph.named(site.steering.heads[0]!.largest, "largest")];
  const found = await (await openGraph(graph.bytes(outputs))).evaluate(fed);
  const inputs = rowsOf(fed.x!.data, model.width);
  const [first, second] = [inputs.slice(0, tokens), inputs.slice(tokens)].map((sequence) =>
    tokenByToken(attention, fed, sequence),
  );
  expect(relativeError(found.y!, [...first!.outputs, ...second!.outputs].flat())).toBeLessThan(1e-9);
  const largest = first!.largest.map((logit, head) => Math.max(logit, second!.largest[head]!));
  expect(relativeError(found.largest!, largest)).toBeLessThan(1e-9);
});

test("an entry is passed over as soon as there are more than are chosen", async () => {
  const [all, two] = await Promise.all([9, 2].map(async (topK) => (await opened(design(4, indexer(topK)), 23))()));
  // The third entry is complete with token 11.
  expect(changed(all!, two!)).toEqual(Array.from({ length: 12 }, (_, at) => 11 + at));
});

/** Tokens that can know of a change at `place`: by the window, and by the entry it belongs to, once that is complete. */
const reachOf = (place: number, { window, ratio }: CompressedAttention, tokens: number) =>
  Array.from({ length: tokens }, (_, token) => token).filter((token) => {
    const isInWindow = token >= place && token < place + window;
    return isInWindow || (ratio !== 0 && token >= (Math.floor(place / ratio) + 1) * ratio - 1);
  });

test.each([
  [design(0), 23, [0, 8, 22]],
  [design(4), 23, [0, 8, 11, 12, 20]],
  [design(128), 300, [0, 127, 130, 270]],
] as const)("a change is seen where it may be, and nowhere else (%#)", async (attention, tokens, places) => {
  const run = await opened(attention, tokens);
  const before = await run();
  for (const place of places) expect(changed(before, await run(place))).toEqual(reachOf(place, attention, tokens));
});

test("no token knows of a later one where entries are chosen", async () => {
  const run = await opened(design(4, indexer(2)), 23);
  const before = await run();
  for (let place = 0; place < 23; place++) expect(changed(before, await run(place))[0]).toBe(place);
});

test.each([
  ["the window alone", design(0), 9],
  ["4 tokens to an entry", design(4), 11],
  ["4 tokens to an entry, 2 of 4 chosen", design(4, indexer(2)), 18],
  ["128 tokens to an entry", design(128), 130],
] as const)("with %s, gradients are those of central differences", async (_, attention, tokens) => {
  const { graph, site, x, y, fed } = layerOf(attention, { sequences: 1, tokens });
  const random = randomFrom("shares");
  const shares = graph.constant(
    Float64Array.from({ length: sizeOf(y.shape) }, () => 0.5 + random.uniform()),
    y.shape,
  );
  const loss = graph.reshape(graph.sum(graph.multiply(y, shares), [0, 1]), []);
  const followed = [{ name: "x", tensor: x }, ...site.weights.filter(({ tensor }) => tensor.tracked)];
  const found = graph.gradients(
    loss,
    followed.map(({ tensor }) => tensor),
  );
  const forward = await openGraph(graph.bytes([graph.named(loss, "loss")]));
  const backward = await openGraph(graph.bytes(found.map((one, at) => graph.named(one, `gradient${at}`))));
  const gradients = await backward.evaluate(fed);
  for (const [at, { name }] of followed.entries()) {
    const { data, shape } = fed[name]!;
    // Of large ones some entries, evenly spread.
    const apart = Math.ceil(data.length / 60);
    const places = Array.from(data.keys()).filter((entry) => entry % apart === 0);
    const lossAt = async (values: Float64Array) => {
      const moved = Float64Array.from(data);
      for (const [of, entry] of places.entries()) moved[entry] = values[of]!;
      return (await forward.evaluate({ ...fed, [name]: { data: moved, shape } })).loss![0]!;
    };
    const pick = (values: ArrayLike<number>) => Float64Array.from(places, (entry) => values[entry]!);
    const differences = await centralDifferences(lossAt, pick(data));
    expect(relativeError(pick(gradients[`gradient${at}`]!), differences), name).toBeLessThan(1e-6);
  }
});

test("the weights of the indexer, and no others, have no gradient", () => {
  const { weights } = layerOf(design(4, indexer(2)), { sequences: 1, tokens: 23 }).site;
  const still = weights.filter(({ tensor }) => !tensor.tracked).map(({ name }) => name);
  expect(still.length).toBe(6);
  expect(still).toEqual(weights.map(({ name }) => name).filter((name) => name.startsWith("indexer")));
});

test.each([design(0), design(4), design(4, indexer(2)), design(128)])(
  "the cache grows as is stated (%#)",
  (attention) => {
    const { fed } = layerOf(attention, { sequences: 1, tokens: 256 });
    const inputs = rowsOf(fed.x!.data, model.width);
    const cachedAfter = (tokens: number) => tokenByToken(attention, fed, inputs.slice(0, tokens)).cached;
    expect(cachedAfter(256) - cachedAfter(128)).toBe(128 * entryValues(attention));
    expect(cachedAfter(1)).toBe(cachedValues(attention) - entryValues(attention));
  },
);

/** A row-major matrix as rows. */
const rowsOf = (data: ArrayLike<number>, columns: number): number[][] =>
  Array.from({ length: data.length / columns }, (_, row) =>
    Array.from({ length: columns }, (_, column) => data[row * columns + column]!),
  );

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
const softmax = (logits: readonly number[]) => {
  const powers = logits.map((logit) => Math.exp(logit - Math.max(...logits)));
  return powers.map((power) => power / powers.reduce((a, b) => a + b));
};

/**
 * The same layer on one sequence, the way an engine runs it: a token at a time, on a cache of the window's keys, the
 * entries made so far, and the indexer's keys.
 */
function tokenByToken(
  { headDim, ropeDim, queryRank, window, ratio, outputGroups, outputRank, indexer }: CompressedAttention,
  weights: Arrays,
  inputs: readonly (readonly number[])[],
) {
  const { heads, width, ropeBase } = model;
  const weight = (name: string) => weights[name]!.data;
  const times = (vector: readonly number[], name: string, columns: number, from = 0) =>
    Array.from({ length: columns }, (_, column) =>
      vector.reduce((sum, value, row) => sum + value * Number(weight(name)[from + row * columns + column]), 0),
    );
  const norm = (vector: readonly number[], name?: string) => {
    const root = Math.sqrt(dot(vector, vector) / vector.length + 1e-6);
    return vector.map((value, at) => (value / root) * (name === undefined ? 1 : Number(weight(name)[at])));
  };
  /** Turned as complex numbers, each of two neighbours. */
  const turn = (vector: readonly number[], position: number) => {
    const turned = [...vector];
    for (let pair = 0; pair < ropeDim / 2; pair++) {
      const angle = position * ropeBase! ** ((-2 * pair) / ropeDim);
      const at = vector.length - ropeDim + 2 * pair;
      turned[at] = vector[at]! * Math.cos(angle) - vector[at + 1]! * Math.sin(angle);
      turned[at + 1] = vector[at]! * Math.sin(angle) + vector[at + 1]! * Math.cos(angle);
    }
    return turned;
  };
  const isOverlapping = ratio === 4;
  /** The entry of the block that ends with this token. */
  const entryOf = (name: string, dim: number, last: number) => {
    const first = last + 1 - ratio;
    const parts = isOverlapping ? 2 : 1;
    // Part 0 of the weights is for the block before where there are two parts.
    const sources = Array.from({ length: ratio }, (_, place) => ({ token: first + place, place, part: parts - 1 }));
    if (isOverlapping && first > 0)
      sources.push(...Array.from({ length: ratio }, (_, place) => ({ token: first - ratio + place, place, part: 0 })));
    const read = sources.map(({ token, place, part }) => {
      const side = (vector: readonly number[]) => vector.slice(part * dim, (part + 1) * dim);
      const places = Array.from(weight(`${name}_ape.weight`), Number).slice(
        place * parts * dim,
        (place + 1) * parts * dim,
      );
      const score = times(inputs[token]!, `${name}_gate.weight`, parts * dim).map((value, at) => value + places[at]!);
      return { value: side(times(inputs[token]!, `${name}_kv.weight`, parts * dim)), score: side(score) };
    });
    const pooled = Array.from({ length: dim }, (_, at) =>
      dot(
        softmax(read.map(({ score }) => score[at]!)),
        read.map(({ value }) => value[at]!),
      ),
    );
    return turn(norm(pooled, `${name}_norm.weight`), first);
  };
  const headsOf = (vector: readonly number[], dim: number) => rowsOf(vector, dim);

  let nearby: number[][] = [];
  const entries: number[][] = [];
  const indexKeys: number[][] = [];
  const largest = Array.from({ length: heads }, () => Number.NEGATIVE_INFINITY);
  const outputs = inputs.map((input, token) => {
    nearby = [...nearby, turn(norm(times(input, "attn_kv.weight", headDim), "attn_kv_a_norm.weight"), token)].slice(
      -window,
    );
    if (ratio !== 0 && (token + 1) % ratio === 0) {
      entries.push(entryOf("attn_compressor", headDim, token));
      if (indexer !== null) indexKeys.push(entryOf("indexer_compressor", indexer.keyDim, token));
    }
    const latent = norm(times(input, "attn_q_a.weight", queryRank), "attn_q_a_norm.weight");
    let chosen = entries;
    if (indexer !== null && entries.length > indexer.topK) {
      const queries = headsOf(times(latent, "indexer.attn_q_b.weight", indexer.heads * indexer.keyDim), indexer.keyDim);
      const shares = times(input, "indexer.proj.weight", indexer.heads);
      const scores = indexKeys.map((key) =>
        queries.reduce((sum, query, head) => sum + shares[head]! * Math.max(0, dot(turn(query, token), key)), 0),
      );
      const least = scores.toSorted((a, b) => b - a)[indexer.topK - 1]!;
      chosen = entries.filter((_, at) => scores[at]! >= least);
    }
    const queries = headsOf(times(latent, "attn_q_b.weight", heads * headDim), headDim);
    const mixed = queries.map((query, head) => {
      const keys = [...nearby, ...chosen];
      const logits = keys.map((key) => dot(turn(norm(query), token), key) / Math.sqrt(headDim));
      largest[head] = Math.max(largest[head]!, ...logits);
      const shares = softmax([...logits, Number(weight("attn_sinks.weight")[head])]);
      const sum = Array.from({ length: headDim }, (_, at) =>
        keys.reduce((total, key, of) => total + shares[of]! * key[at]!, 0),
      );
      return turn(sum, -token);
    });
    const members = heads / outputGroups;
    const small = Array.from({ length: outputGroups }, (_, group) => {
      const joined = mixed.slice(group * members, (group + 1) * members).flat();
      return times(joined, "attn_output_a.weight", outputRank, group * joined.length * outputRank);
    });
    return times(small.flat(), "attn_output_b.weight", width);
  });
  const cached = [...nearby, ...entries, ...indexKeys].flat().length;
  return { outputs, largest, cached };
}
