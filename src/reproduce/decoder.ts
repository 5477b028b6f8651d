/**
 * A decoder-only transformer as a graph: pre-norm blocks of attention and SwiGLU, RMS norms, tied embedding. Specimens
 * differ in nothing but their attention, so what differs in what they do is due to it.
 */
import { type AttentionDesign, attend } from "./attention.ts";
import type { Graph, Shape, Tensor } from "./graph.ts";

export interface DecoderConfig {
  readonly layers: number;
  /** Width of the residual stream. */
  readonly width: number;
  readonly heads: number;
  /** Hidden width of the SwiGLU block. */
  readonly feedForward: number;
  readonly vocabularySize: number;
  readonly attention: AttentionDesign;
}

/** RoPE's base (Su et al. 2021, arXiv:2104.09864, §3.2.2; Qwen2's value) and the norms' epsilon, as the files say too. */
export const ropeBase = 1_000_000;
export const normEpsilon = 1e-6;

/** What a weight is for; the optimiser and the first values depend on it. */
export type WeightRole = "embedding" | "matrix" | "residual" | "norm" | "bias";

export interface Weight {
  readonly name: string;
  readonly shape: Shape;
  /** `residual` is a matrix that writes into the residual stream. */
  readonly role: WeightRole;
  readonly tensor: Tensor;
}

/** The token grid of one graph. Shapes are static, so each size has a graph of its own; weights move between them. */
export interface Grid {
  readonly sequences: number;
  readonly tokens: number;
}

export interface Decoder {
  readonly graph: Graph;
  readonly grid: Grid;
  readonly weights: readonly Weight[];
  /** The last norm's output, [sequences · tokens, width]. */
  readonly hidden: Tensor;
  /** Logits of some rows of `hidden`, [count, vocabulary]. */
  readonly logitsAt: (rows: Tensor) => Tensor;
}

/** What attention needs to know of its surroundings. */
export interface Site {
  readonly graph: Graph;
  readonly grid: Grid;
  readonly config: DecoderConfig;
  readonly weight: (name: string, shape: Shape, role: WeightRole) => Tensor;
  readonly norm: (x: Tensor, name: string) => Tensor;
  /** Turns the last axis of [sequences, heads, tokens, headDim] by each token's position. */
  readonly rotate: (x: Tensor) => Tensor;
  /** Added to the scores [sequences, heads, tokens, tokens]: 0 where a token may look, a large negative elsewhere. */
  readonly mask: Tensor;
}

/**
 * The decoder over inputs `tokens` and `positions`, both [sequences · tokens], and `mask` [sequences, tokens, tokens].
 * Positions and mask are inputs so that many questions can follow one text without seeing each other.
 */
export function decoder(graph: Graph, config: DecoderConfig, grid: Grid): Decoder {
  const { width, vocabularySize, feedForward } = config;
  const { sequences, tokens } = grid;
  const count = sequences * tokens;
  const weights: Weight[] = [];
  const weight: Site["weight"] = (name, shape, role) => {
    const tensor = graph.input(name, shape, "weight");
    weights.push({ name, shape, role, tensor });
    return tensor;
  };
  const norm: Site["norm"] = (x, name) => {
    const meanSquare = graph.mean(graph.multiply(x, x), x.shape.length - 1);
    const unit = graph.divide(x, graph.sqrt(graph.add(meanSquare, normEpsilon)));
    return graph.multiply(unit, weight(name, [x.shape.at(-1)!], "norm"));
  };
  const mask = graph.reshape(graph.input("mask", [sequences, tokens, tokens]), [sequences, 1, tokens, tokens]);
  const rotate = rotation(graph, grid, config.attention.ropeDim, graph.input("positions", [count], "indices"));
  const site: Site = { graph, grid, config, weight, norm, rotate, mask };

  const embedding = weight("token_embd.weight", [vocabularySize, width], "embedding");
  let x = graph.rows(embedding, graph.input("tokens", [count], "indices"));
  for (let layer = 0; layer < config.layers; layer++) {
    const block = `blk.${layer}`;
    x = graph.add(x, attend(site, norm(x, `${block}.attn_norm.weight`), block));
    const normed = norm(x, `${block}.ffn_norm.weight`);
    const gate = graph.silu(graph.matmul(normed, weight(`${block}.ffn_gate.weight`, [width, feedForward], "matrix")));
    const up = graph.matmul(normed, weight(`${block}.ffn_up.weight`, [width, feedForward], "matrix"));
    const down = weight(`${block}.ffn_down.weight`, [feedForward, width], "residual");
    x = graph.add(x, graph.matmul(graph.multiply(gate, up), down));
  }
  const hidden = norm(x, "output_norm.weight");
  return {
    graph,
    grid,
    weights,
    hidden,
    logitsAt: (rows) => graph.matmul(graph.rows(hidden, rows), graph.flip(embedding)),
  };
}

/**
 * RoPE in the layout where dimension i turns together with dimension i + ropeDim / 2 ("rotate half"), by the angle
 * position · base^(−2i / ropeDim).
 */
function rotation(graph: Graph, { sequences, tokens }: Grid, ropeDim: number, positions: Tensor) {
  const half = ropeDim / 2;
  const table = (of: (angle: number) => number) => {
    const data = new Float32Array(maxPositions * ropeDim);
    for (let position = 0; position < maxPositions; position++)
      for (let i = 0; i < ropeDim; i++) data[position * ropeDim + i] = of(position * ropeFrequency(i % half, ropeDim));
    const rows = graph.rows(graph.constant(data, [maxPositions, ropeDim]), positions);
    return graph.reshape(rows, [sequences, 1, tokens, ropeDim]);
  };
  const cosines = table(Math.cos);
  const sines = table(Math.sin);
  return (x: Tensor): Tensor => {
    const axis = x.shape.length - 1;
    const low = graph.slice(x, axis, 0, half);
    const high = graph.slice(x, axis, half, ropeDim);
    const turned = graph.concat([graph.negate(high), low], axis);
    return graph.add(graph.multiply(x, cosines), graph.multiply(turned, sines));
  };
}

/** The longest text a graph can hold, tokens. */
const maxPositions = 4096;

/** Radians a pair of dimensions turns for each position. */
export const ropeFrequency = (pair: number, ropeDim: number) => ropeBase ** ((-2 * pair) / ropeDim);
