/** The place where a layer is written: the graph, the tokens' grid, and what all layers share. */
import { type Graph, type Shape, sizeOf, type Tensor } from "../graph/graph.ts";
import { type DecoderConfig, normEpsilon, ropeBaseOf } from "./config.ts";

/** Sequences side by side, all of one length. Shapes are static: each grid has a graph of its own; weights move between them. */
export interface Grid {
  readonly sequences: number;
  readonly tokens: number;
}

/**
 * What a weight is for; the optimiser and the first values depend on it. `residual` is a matrix that writes into the
 * residual stream, `balance` a router's bias, which follows the load and no gradient; `convolution` is one filter a channel,
 * [tokens, channels], and what fades does so by exp(decay) · softplus(… + time-step) a token.
 * `connection` is a bias of how residual streams are joined, and `gate` how much a token has a say in it.
 */
export type WeightRole =
  | "embedding"
  | "matrix"
  | "residual"
  | "norm"
  | "bias"
  | "balance"
  | "convolution"
  | "decay"
  | "time-step"
  | "connection"
  | "gate";

/** A matrix is [in, out]; the experts' matrices lie behind each other, [experts, in, out]. */
export interface Weight {
  readonly name: string;
  readonly shape: Shape;
  readonly role: WeightRole;
  readonly tensor: Tensor;
}

/**
 * Of one layer, the largest attention logit of each head [heads], and the matrices that a head's logits are made of:
 * scaling the head's `columns` by factor^power for each entry scales its logits by the factor.
 */
export interface HeadLogits {
  readonly largest: Tensor;
  readonly madeOf: readonly {
    readonly weight: string;
    /** Columns of one head, as parts in order; those with power 0 are left alone. */
    readonly columns: readonly { readonly count: number; readonly power: number }[];
  }[];
}

/** Tokens that each expert got, [experts], and the router's bias. */
export interface ExpertLoad {
  readonly bias: string;
  readonly rate: number;
  readonly tokens: Tensor;
}

export interface Steering {
  readonly heads: HeadLogits[];
  readonly loads: ExpertLoad[];
}

export class Site {
  readonly graph: Graph;
  readonly grid: Grid;
  readonly config: DecoderConfig;
  /** What the names of weights start with: "blk.0.". */
  readonly prefix: string;
  readonly weights: Weight[];
  readonly steering: Steering;

  constructor(graph: Graph, grid: Grid, config: DecoderConfig, shared?: Site, prefix = "") {
    this.graph = graph;
    this.grid = grid;
    this.config = config;
    this.prefix = prefix;
    this.weights = shared?.weights ?? [];
    this.steering = shared?.steering ?? { heads: [], loads: [] };
  }

  /** The same model, one layer of it. */
  layer(index: number): Site {
    return new Site(this.graph, this.grid, this.config, this, `blk.${index}.`);
  }

  /** Tokens of the grid. */
  get count(): number {
    return this.grid.sequences * this.grid.tokens;
  }

  weight(name: string, shape: Shape, role: WeightRole): Tensor {
    const full = this.prefix + name;
    const tensor = this.graph.input(full, shape, role === "balance" ? "data" : "weight");
    this.weights.push({ name: full, shape, role, tensor });
    return tensor;
  }

  /** x · W, with W declared here. */
  linear(x: Tensor, name: string, out: number, role: "matrix" | "residual" = "matrix"): Tensor {
    return this.graph.matmul(x, this.weight(`${name}.weight`, [x.shape.at(-1)!, out], role));
  }

  /** Root-mean-square norm of the last axis with a gain (Zhang & Sennrich 2019, arXiv:1910.07467). */
  norm(x: Tensor, name: string): Tensor {
    return this.graph.multiply(this.unit(x), this.weight(`${name}.weight`, [x.shape.at(-1)!], "norm"));
  }

  /** The same without a gain. */
  unit(x: Tensor): Tensor {
    const { graph } = this;
    const meanSquare = graph.mean(graph.multiply(x, x), x.shape.length - 1);
    return graph.divide(x, graph.sqrt(graph.add(meanSquare, normEpsilon)));
  }

  /** [sequences · tokens, heads · dimensions] → [sequences, heads, tokens, dimensions]. */
  split(x: Tensor, heads: number): Tensor {
    const { sequences, tokens } = this.grid;
    return this.graph.transpose(this.graph.reshape(x, [sequences, tokens, heads, x.shape[1]! / heads]), [0, 2, 1, 3]);
  }

  /** [sequences, heads, tokens, dimensions] → [sequences · tokens, heads · dimensions]. */
  join(x: Tensor): Tensor {
    const [, heads, , dim] = x.shape as [number, number, number, number];
    return this.graph.reshape(this.graph.transpose(x, [0, 2, 1, 3]), [this.count, heads * dim]);
  }

  /**
   * RoPE on the last axis of [sequences, heads, tokens, dimensions], in the layout where dimension i turns together with
   * i + dimensions / 2 ("rotate half"), by the angle position · base^(−2i / dimensions).
   */
  rotate(x: Tensor): Tensor {
    const { graph } = this;
    const { tokens } = this.grid;
    const dim = x.shape.at(-1)!;
    const half = dim / 2;
    const base = ropeBaseOf(this.config);
    const angle = (entry: number) => Math.floor(entry / dim) * base ** ((-2 * ((entry % dim) % half)) / dim);
    const cosines = graph.shared(`cos ${tokens}×${dim}`, [tokens, dim], (entry) => Math.cos(angle(entry)));
    const sines = graph.shared(`sin ${tokens}×${dim}`, [tokens, dim], (entry) => Math.sin(angle(entry)));
    const axis = x.shape.length - 1;
    const turned = graph.concat([graph.negate(graph.slice(x, axis, half, dim)), graph.slice(x, axis, 0, half)], axis);
    return graph.add(graph.multiply(x, cosines), graph.multiply(turned, sines));
  }

  /** [tokens, tokens], to be added to scores: 0 where a token may look, a large negative number elsewhere. */
  mask(window: number | null): Tensor {
    const { tokens } = this.grid;
    return this.graph.shared(`mask ${tokens} ${window}`, [tokens, tokens], (entry) => {
      const back = Math.floor(entry / tokens) - (entry % tokens);
      return back >= 0 && (window === null || back < window) ? 0 : -1e9;
    });
  }
}

export const parametersOf = (weights: readonly Pick<Weight, "shape">[]) =>
  weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
