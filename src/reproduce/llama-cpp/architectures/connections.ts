/**
 * The residual streams of `deepseek4`: the decoder's own hyper-connections, or for one with a plain residual values that
 * make them one.
 */
import { UserError } from "../../../errors.ts";
import { f32, type GgufMetadata, type GgufTensor, u32 } from "../../../weights/index.ts";
import type { DecoderConfig } from "../../model/config.ts";
import { connectionEpsilon } from "../../model/hyper-connections.ts";
import { filled, zeros } from "./architecture.ts";

/** The only number of residual streams that the engine takes. */
const streams = 4;

/** Names of matrices that stay f32, as in the released models. */
export const joinsStreams = /hc_(attn_|ffn_)?fn\.weight$/;

/** @throws UserError where the decoder has another number of streams than the engine takes */
export function connectionKeys({ hyperConnections: own }: DecoderConfig): GgufMetadata {
  if (own !== undefined && own.streams !== streams)
    throw new UserError({
      happened: `the decoder has ${own.streams} residual streams`,
      expected: `${streams}: llama.cpp's deepseek4 takes no other number`,
      mend: `train it with ${streams} streams, or without hyper-connections`,
    });
  return {
    "hyper_connection.count": u32(streams),
    "hyper_connection.sinkhorn_iterations": u32(own?.sinkhornIterations ?? 1),
    "hyper_connection.epsilon": f32(own === undefined ? 0 : connectionEpsilon),
  };
}

/**
 * What is read is the mean of the streams, which are all alike: the sigmoid of −ln 3 is a quarter. What is written goes to
 * each with weight 2 · sigmoid(0) = 1, and equal streams mixed by quarters stay what they are.
 */
export function neutralConnections({ hyperConnections, width, layers }: DecoderConfig): GgufTensor[] {
  if (hyperConnections !== undefined) return [];
  const quarter = -Math.log(streams - 1);
  const columns = (2 + streams) * streams;
  const sublayers = layers.flatMap((_, layer) => [`blk.${layer}.hc_attn`, `blk.${layer}.hc_ffn`]);
  return [
    zeros("output_hc_fn.weight", width * streams, streams),
    filled("output_hc_base.weight", [streams], () => quarter),
    zeros("output_hc_scale.weight", 1),
    ...sublayers.flatMap((name) => [
      zeros(`${name}_fn.weight`, width * streams, columns),
      filled(`${name}_base.weight`, [columns], (column) => (column < streams ? quarter : 0)),
      zeros(`${name}_scale.weight`, 3),
    ]),
  ];
}
