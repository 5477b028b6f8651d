/**
 * The gated delta rule over whole sequences. With a state S [keys, values] that starts at 0, each token does
 *
 *   S ← Diag(α) · S,   S ← S + β · k · (v − Sᵀ · k)ᵀ,   output Sᵀ · q
 *
 * Here a chunk of tokens is brought to matrix products: what its tokens write depends linearly on the state before the
 * chunk, and so does the state after it. Two departures from the paper keep it exact in float32 and short as a graph:
 *
 * - Fading between two tokens of a chunk is cut at the middle of the smallest block of 2, 4, 8, … tokens that holds both.
 *   Each side is then a factor of at most 1, where the paper divides by cumulative decays, which overflows for fast ones.
 *   The same blocks invert the triangular matrix, from small to large; powers of it would grow where keys are alike.
 * - States are joined in pairs of chunks, pairs of pairs and so on: depth log₂(chunks), where a loop has one step a chunk.
 *
 * @see Kimi Linear, arXiv:2510.26692, §3
 */
import type { Graph, Tensor } from "../../graph/graph.ts";

/** Each [sequences, heads, tokens, dimensions]. */
export interface DeltaInputs {
  readonly queries: Tensor;
  readonly keys: Tensor;
  readonly values: Tensor;
  /** ln α, at most 0; as many as dimensions of a key. */
  readonly logDecays: Tensor;
  /** β, one a token. */
  readonly strengths: Tensor;
}

/**
 * The outputs, [sequences, heads, tokens, dimensions of a value].
 *
 * @param chunk  tokens, a power of 2 from 2 on; results do not depend on it
 */
export function deltaRule(graph: Graph, inputs: DeltaInputs, chunk = 32): Tensor {
  const [sequences, heads, tokens, dim] = inputs.queries.shape as [number, number, number, number];
  const chunks = Math.ceil(tokens / chunk);
  const count = sequences * heads * chunks;
  const inChunks = (x: Tensor) => {
    const columns = x.shape[3]!;
    const missing = chunks * chunk - tokens;
    // Tokens that write nothing and do not fade.
    const none = missing === 0 ? [] : [graph.expand(graph.scalar(0), [sequences, heads, missing, columns])];
    return graph.reshape(graph.concat([x, ...none], 2), [count, chunk, columns]);
  };
  const [queries, keys, values] = [inputs.queries, inputs.keys, inputs.values].map(inChunks) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const logDecays = inChunks(inputs.logDecays);
  const strengths = inChunks(inputs.strengths);

  const fading = (name: string, rows: number, isIn: (row: number, token: number) => boolean) =>
    graph.exp(graph.matmul(ones(graph, `${name} ${chunk}`, [rows, chunk], isIn), logDecays));
  const fromStart = fading("up to", chunk, (row, token) => token <= row);
  const toEnd = fading("after", chunk, (row, token) => token > row);
  const throughout = fading("all", 1, () => true);
  const { matches, inverse } = triangles(graph, keys, fading, chunk);

  const solved = inverse(graph.multiply(matches(keys), strengths));
  const written = graph.matmul(solved, graph.multiply(values, strengths));
  const erased = graph.matmul(solved, graph.multiply(graph.multiply(keys, fromStart), strengths));
  const keysAtEnd = graph.flip(graph.multiply(keys, toEnd));
  const diagonal = graph.multiply(ones(graph, `diagonal ${dim}`, [dim, dim], isDiagonal), throughout);
  const kept = graph.subtract(diagonal, graph.matmul(keysAtEnd, erased));
  const added = graph.matmul(keysAtEnd, written);

  const apart = (x: Tensor) => graph.reshape(x, [sequences * heads, chunks, ...x.shape.slice(1)]);
  const states = graph.reshape(statesBefore(graph, apart(kept), apart(added)), added.shape);
  const corrections = graph.subtract(written, graph.matmul(erased, states));
  const own = graph.multiply(graph.sum(graph.multiply(queries, keys), [2]), corrections);
  const fromChunk = graph.add(graph.matmul(matches(queries), corrections), own);
  const outputs = graph.add(graph.matmul(graph.multiply(queries, fromStart), states), fromChunk);
  return graph.slice(graph.reshape(outputs, [sequences, heads, chunks * chunk, values.shape[2]!]), 2, 0, tokens);
}

type Fading = (name: string, rows: number, isIn: (row: number, token: number) => boolean) => Tensor;

/** Strictly lower triangular matrices of a chunk, [chunks, tokens, tokens], in levels of blocks of 2, 4, 8, … tokens. */
function triangles(graph: Graph, keys: Tensor, fading: Fading, chunk: number) {
  const [count, , dim] = keys.shape as [number, number, number];
  const levels = Math.log2(chunk);
  const middle = (level: number, token: number) => token - (token % (2 << level)) + (1 << level);
  const isAcross = (level: number, reader: number, token: number) =>
    middle(level, reader) === middle(level, token) && reader >= middle(level, token) && token < middle(level, token);
  const across = Array.from({ length: levels }, (_, level) =>
    ones(graph, `across ${level} ${chunk}`, [chunk, chunk], (reader, token) => isAcross(level, reader, token)),
  );
  const acrossEach = ones(graph, `across ${chunk}`, [levels * chunk, chunk], (row, token) =>
    isAcross(Math.floor(row / chunk), row % chunk, token),
  );
  // Of each level, from a token to the middle of its block, whichever side it is on.
  const factors = fading("to the middle", levels * chunk, (row, token) => {
    const at = row % chunk;
    const half = middle(Math.floor(row / chunk), at);
    return at < half ? token > at && token < half : token >= half && token <= at;
  });
  const faded = (x: Tensor) =>
    graph.multiply(graph.reshape(x, [count, 1, chunk, dim]), graph.reshape(factors, [count, levels, chunk, dim]));
  const fadedKeys = graph.flip(faded(keys));
  const mask = graph.reshape(acrossEach, [levels, chunk, chunk]);
  return {
    /** Products of each token's vector with the keys of tokens before it, faded in between. */
    matches: (x: Tensor) =>
      graph.reshape(graph.sum(graph.multiply(graph.matmul(faded(x), fadedKeys), mask), [1]), [count, chunk, chunk]),
    /** (1 + lower)⁻¹: with both halves of a block inverted, what is across subtracts half⁻¹ · across · half⁻¹. */
    inverse: (lower: Tensor) => {
      const part = (mask: Tensor) => graph.multiply(lower, mask);
      const unit = ones(graph, `diagonal ${chunk}`, [chunk, chunk], isDiagonal);
      return across
        .slice(1)
        .reduce(
          (halves, mask) => graph.subtract(halves, graph.matmul(halves, graph.matmul(part(mask), halves))),
          graph.subtract(unit, part(across[0]!)),
        );
    },
  };
}

/**
 * The state before each chunk, where the first finds 0 and each makes kept · state + added of it; all
 * [rows, chunks, keys, ...].
 */
function statesBefore(graph: Graph, kept: Tensor, added: Tensor): Tensor {
  const [rows, count, keyDim] = kept.shape as [number, number, number];
  const valueDim = added.shape[3]!;
  const zeros = (length: number, columns: number) => graph.expand(graph.scalar(0), [rows, length, keyDim, columns]);
  if (count === 1) return zeros(1, valueDim);
  const pairs = Math.ceil(count / 2);
  const halves = (x: Tensor) => {
    const columns = x.shape[3]!;
    const whole = count % 2 === 0 ? x : graph.concat([x, zeros(1, columns)], 1);
    const paired = graph.reshape(whole, [rows, pairs, 2, keyDim, columns]);
    return [0, 1].map((at) => graph.reshape(graph.slice(paired, 2, at, at + 1), [rows, pairs, keyDim, columns]));
  };
  const [firstKept, secondKept] = halves(kept) as [Tensor, Tensor];
  const [firstAdded, secondAdded] = halves(added) as [Tensor, Tensor];
  const starts = statesBefore(
    graph,
    graph.matmul(secondKept, firstKept),
    graph.add(graph.matmul(secondKept, firstAdded), secondAdded),
  );
  const between = graph.add(graph.matmul(firstKept, starts), firstAdded);
  const both = [starts, between].map((x) => graph.reshape(x, [rows, pairs, 1, keyDim, valueDim]));
  return graph.slice(graph.reshape(graph.concat(both, 2), [rows, 2 * pairs, keyDim, valueDim]), 1, 0, count);
}

const isDiagonal = (row: number, column: number) => row === column;

/** A constant of 1 where it is so, else 0. */
const ones = (
  graph: Graph,
  name: string,
  shape: readonly [number, number],
  isSo: (row: number, column: number) => boolean,
) =>
  graph.shared(`delta rule: ${name}`, shape, (entry) => (isSo(Math.floor(entry / shape[1]), entry % shape[1]) ? 1 : 0));
