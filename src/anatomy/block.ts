/**
 * What a block of a model is made of: weights, cache, and the work that grows with the context. Every kind of block in
 * `blocks/` answers these three questions; all estimates are sums over the answers.
 */
import type { Span } from "./span.ts";

/** What a group of weights does. A file's tensors are sorted into the same parts. */
export const parts = [
  "embedding",
  "output head",
  "norms",
  "attention",
  "indexer",
  "compressor",
  "linear attention",
  "state space",
  "short convolution",
  "dense feed-forward",
  "router",
  "routed experts",
  "latent projections",
  "shared experts",
  "residual mixing",
  "engram tables",
  "engram projections",
  "multi-token projection",
  "vision tower",
  "projector",
  "expert table",
  "other",
] as const;
export type Part = (typeof parts)[number];

/**
 * Parts that a file stores and no count of parameters includes: tables of integers such as the experts of each token in
 * hash-routed layers.
 */
export const bookkeepingParts: ReadonlySet<Part> = new Set<Part>(["expert table"]);

export interface Weights {
  readonly part: Part;
  readonly parameters: number;
  /** Parameters that one token passes through; left out where it passes through all of them. */
  readonly activeParameters?: number;
}

/** What a cached element is: cache formats give each its own number of bits. */
export type CacheRole = "key" | "value" | "latent" | "rotary key" | "index key" | "state" | "convolution" | "waiting";

/** Elements of one entry that are stored alike. */
export interface CacheElements {
  readonly role: CacheRole;
  readonly count: number;
}

export interface CacheStore {
  /** The elements of one entry, by role. */
  readonly elements: readonly CacheElements[];
  /** How many entries are kept. */
  readonly span: Span;
}

export interface ContextWork {
  /** `scores`: queries against keys and weights against values; `index`: an indexer's scores; `state`: an update of a fixed state. */
  readonly kind: "scores" | "index" | "state";
  /** FLOPs for each entry that one token reads. */
  readonly flopsPerEntry: number;
  /** The same while a prompt is read or a model is trained, where that differs: MLA rebuilds keys and values then. */
  readonly promptFlopsPerEntry?: number;
  /** What is read of each entry; for a state, what is read and written back. */
  readonly reads: readonly CacheElements[];
  readonly span: Span;
}

export interface BlockAnatomy {
  readonly weights: readonly Weights[];
  readonly cache: readonly CacheStore[];
  readonly work: readonly ContextWork[];
}
