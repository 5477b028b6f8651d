/** What one step reads and is judged by. */
import type { Graph, Tensor } from "../graph/graph.ts";
import type { Arrays } from "../graph/session.ts";
import type { Decoder } from "../model/decoder.ts";

export interface Batch {
  /** [sequences · tokens], sequence after sequence. */
  readonly tokens: Int32Array;
  /** The token that has to follow at each judged place. */
  readonly targets: Int32Array;
  /** Places of `tokens` that are judged; `null` where all are. */
  readonly judged: Int32Array | null;
  /** How much each judged place counts; `null` where all count the same. */
  readonly importance: Float32Array | null;
}

/** What a graph has to know of its batches: how many places are judged (`null`: all), and whether they are weighed. */
export interface Judging {
  readonly places: number | null;
  readonly isWeighed: boolean;
}

export const everyToken: Judging = { places: null, isWeighed: false };

export const judgingOf = ({ judged, importance }: Batch): Judging => ({
  places: judged?.length ?? null,
  isWeighed: importance !== null,
});

export const arraysOf = ({ tokens, targets, judged, importance }: Batch): Arrays => ({
  tokens: { data: tokens, shape: [tokens.length] },
  targets: { data: targets, shape: [targets.length] },
  ...(judged && { judged: { data: judged, shape: [judged.length] } }),
  ...(importance && { importance: { data: importance, shape: [importance.length, 1] } }),
});

/** The logits at the judged places, [places, vocabulary]. */
export const judgedLogits = (graph: Graph, model: Decoder, { places }: Judging): Tensor =>
  model.logits(places === null ? model.hidden : graph.rows(model.hidden, graph.input("judged", [places], "indices")));

/** Mean of −log p(target) over the judged places, nats; weighed where the batch says so. */
export function crossEntropy(graph: Graph, logits: Tensor, { isWeighed }: Judging): Tensor {
  const [places] = logits.shape as [number];
  const right = graph.pick(graph.logSoftmax(logits), graph.input("targets", [places], "indices"));
  if (!isWeighed) return graph.reshape(graph.multiply(graph.sum(right, [0, 1]), -1 / places), []);
  const importance = graph.input("importance", [places, 1]);
  const total = graph.negate(graph.sum(graph.multiply(right, importance), [0, 1]));
  return graph.reshape(graph.divide(total, graph.sum(importance, [0, 1])), []);
}
