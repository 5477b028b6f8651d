/** Grouped attention: `llama` where every layer reads everything, `mimo2` where some read a window. */
import { f32, type GgufMetadata, i32s, u32 } from "../../../weights/index.ts";
import { type DecoderConfig, type GroupedAttention, ropeBaseOf } from "../../model/config.ts";
import { type Architecture, neighbouring, plainTensor } from "./architecture.ts";
import { denseHidden } from "./feed-forward.ts";

const sizes = (config: DecoderConfig, { kvHeads, headDim }: GroupedAttention): GgufMetadata => ({
  feed_forward_length: u32(denseHidden(config)),
  "attention.head_count_kv": u32(kvHeads),
  "attention.key_length": u32(headDim),
  "attention.value_length": u32(headDim),
  "rope.dimension_count": u32(headDim),
});

/** Turns neighbouring dimensions together. */
export function llama(config: DecoderConfig, attention: GroupedAttention): Architecture {
  const reordered = neighbouring(attention.headDim, attention.headDim);
  return {
    name: "llama",
    keys: sizes(config, attention),
    tensor: (weight, data, type) => [
      plainTensor(weight, data, type, /attn_[qk]\./.test(weight.name) ? reordered : undefined),
    ],
  };
}

/** Rotates by halves, as we do. It does not tie the output to the embedding, so the file has the embedding twice. */
export function mimo2(config: DecoderConfig, attention: GroupedAttention): Architecture {
  const windows = config.layers.map(({ attention: each }) => (each.kind === "grouped" ? each.window : null));
  const window = windows.find((tokens) => tokens !== null) ?? 0;
  return {
    name: "mimo2",
    keys: {
      ...sizes(config, attention),
      expert_feed_forward_length: u32(denseHidden(config)),
      "rope.freq_base_swa": f32(ropeBaseOf(config)),
      "attention.sliding_window": u32(window),
      "attention.sliding_window_pattern": i32s(windows.map((tokens) => (tokens === null ? 0 : 1))),
    },
    tensor: (weight, data, type) => {
      const own = plainTensor(weight, data, type);
      return weight.role === "embedding" ? [own, { ...own, name: "output.weight" }] : [own];
    },
  };
}
