/**
 * Manifold-constrained hyper-connections as DeepSeek-V4 has them, and llama.cpp's `deepseek4` computes them. The residual
 * x is [sequences · tokens, streams, width]. Its streams are mixed by doubly stochastic matrices, and the product of such
 * matrices is one again: however many layers there are, mixing makes nothing larger.
 *
 * @see mHC, arXiv:2512.24880, §4.1 and §4.2; DeepSeek-V4, arXiv:2606.19348, §2.2; src/models/deepseek4.cpp of llama.cpp
 */
import type { Graph, Tensor } from "../graph/graph.ts";
import { type HyperConnections, normEpsilon } from "./config.ts";
import type { Residual } from "./residual.ts";
import type { Site } from "./site.ts";

/** Keeps what is read and what is normalised above 0; the released models' value. */
export const connectionEpsilon = 1e-6;

/** @throws RangeError with fewer than two streams, or where nothing would be normalised */
export function hyperConnections(model: Site, { streams, sinkhornIterations }: HyperConnections): Residual {
  if (!(streams >= 2 && sinkhornIterations >= 1))
    throw new RangeError(
      `hyper-connections have 2 streams or more and 1 iteration or more, not ${streams} and ${sinkhornIterations}`,
    );
  const { graph, count } = model;
  const { width } = model.config;
  return {
    open: (embedding) => graph.expand(graph.reshape(embedding, [count, 1, width]), [count, streams, width]),
    join: (site, part, x, sublayer) => {
      const parts = logits(site, `hc_${part}`, x, [streams, streams, streams ** 2]);
      const [toRead, toWrite, toMix] = parts as [Tensor, Tensor, Tensor];
      const output = graph.reshape(sublayer(read(graph, x, toRead)), [count, 1, width]);
      const shares = graph.reshape(graph.multiply(graph.sigmoid(toWrite), 2), [count, streams, 1]);
      const pairs = graph.reshape(turned(graph, toMix), [streams, streams, count]);
      const mixing = graph.transpose(doublyStochastic(graph, pairs, sinkhornIterations), [2, 1, 0]);
      return graph.add(graph.matmul(mixing, x), graph.multiply(output, shares));
    },
    close: (x) => read(graph, x, logits(model, "output_hc", x, [streams])[0]!),
  };
}

/**
 * What decides how streams are joined, in parts of so many columns [sequences · tokens, columns]: a bias, and for each
 * part a gate for what all streams of the token together say. They are normed together, after the product: it is far
 * narrower than what goes into it.
 */
function logits(site: Site, name: string, x: Tensor, parts: readonly number[]): Tensor[] {
  const { graph, count } = site;
  const columns = parts.reduce((sum, part) => sum + part, 0);
  const together = graph.reshape(x, [count, x.shape[1]! * x.shape[2]!]);
  const meanSquare = graph.mean(graph.multiply(together, together), 1);
  const rms = graph.sqrt(graph.add(meanSquare, normEpsilon));
  const said = graph.divide(site.linear(together, `${name}_fn`, columns), rms);
  const biases = site.weight(`${name}_base.weight`, [columns], "connection");
  const gates = site.weight(`${name}_scale.weight`, [parts.length], "gate");
  let from = 0;
  return parts.map((part, at) => {
    const to = from + part;
    const gated = graph.multiply(graph.slice(said, 1, from, to), graph.slice(gates, 0, at, at + 1));
    const logit = graph.add(gated, graph.slice(biases, 0, from, to));
    from = to;
    return logit;
  });
}

/** The streams' sum, each with a weight from 0 to 1: [sequences · tokens, width]. */
function read(graph: Graph, x: Tensor, logit: Tensor): Tensor {
  const [count, streams, width] = x.shape as [number, number, number];
  const shares = graph.reshape(graph.add(graph.sigmoid(logit), connectionEpsilon), [count, 1, streams]);
  return graph.reshape(graph.matmul(shares, x), [count, width]);
}

/**
 * The transpose, by a product with the identity: a transposition alone onnxruntime puts off until after the iterations,
 * which then take three times as long.
 */
function turned(graph: Graph, x: Tensor): Tensor {
  const columns = x.shape[1]!;
  const identity = graph.shared(`identity of ${columns}`, [columns, columns], (entry) =>
    entry % columns === Math.floor(entry / columns) ? 1 : 0,
  );
  return graph.matmul(identity, graph.flip(x));
}

/**
 * Positive matrices with rows and columns that add up to 1, nearly: columns, which are normalised last, do; how far rows
 * are from it depends on the iterations (Sinkhorn & Knopp 1967). Matrices lie side by side, as that is several times
 * faster than one after the other.
 *
 * @param logits  [from stream, to stream, matrices]
 */
export function doublyStochastic(graph: Graph, logits: Tensor, iterations: number): Tensor {
  const normalise = (matrix: Tensor, axis: number) => {
    const sums = graph.add(graph.sum(matrix, [axis]), connectionEpsilon);
    return graph.multiply(matrix, graph.divide(graph.scalar(1), sums));
  };
  const powers = graph.exp(graph.subtract(logits, graph.largest(logits, [1])));
  const softmax = graph.divide(powers, graph.sum(powers, [1]));
  let matrix = normalise(graph.add(softmax, connectionEpsilon), 0);
  for (let iteration = 1; iteration < iterations; iteration++) matrix = normalise(normalise(matrix, 1), 0);
  return matrix;
}

/**
 * Biases with which a decoder is what it would be with one stream, as long as gates are shut: all streams are alike then,
 * as each gets all that is written, and the weights of those that are read add up to 1. A sublayer reads mostly one of
 * them, and each is passed on mostly as it is: where all were treated alike, they would learn the same.
 *
 * @param own  the stream that is read most; `null` for none
 * @returns the bias of each column, in the order of the parts
 * @see hyper-connections, arXiv:2409.19606, §2.3, where the shares are 1 and 0, which a sigmoid does not reach
 */
export const biasesOfOneStream = (streams: number, own: number | null) => (column: number) => {
  if (column < streams) {
    const share = own === null ? 1 / streams : column === own ? ownShare : (1 - ownShare) / (streams - 1);
    return Math.log(share / (1 - share));
  }
  const [from, to] = [Math.floor(column / streams) - 2, column % streams];
  return from < 0 || from === to ? 0 : otherStream;
};

const ownShare = 0.7;
/** Of the mixing matrices: e^-4 times what is passed on in the stream itself goes to each of the others. */
const otherStream = -4;
