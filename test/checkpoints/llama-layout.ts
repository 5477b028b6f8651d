/** The tensors of Llama's layout in BF16, as transformers names them. */
import type { Described } from "./safetensors-bytes.ts";

export interface LlamaConfig {
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  readonly vocab_size: number;
}

export function llamaTensors(config: LlamaConfig): Described[] {
  const { hidden_size: hidden, intermediate_size: width, num_hidden_layers: layers, vocab_size: vocabulary } = config;
  const kv = (hidden / config.num_attention_heads) * config.num_key_value_heads;
  const tensor = (name: string, ...shape: number[]) => ({ name: `${name}.weight`, dtype: "BF16", shape });
  return [
    tensor("model.embed_tokens", vocabulary, hidden),
    ...Array.from({ length: layers }, (_, layer) => `model.layers.${layer}`).flatMap((at) => [
      tensor(`${at}.input_layernorm`, hidden),
      tensor(`${at}.self_attn.q_proj`, hidden, hidden),
      tensor(`${at}.self_attn.k_proj`, kv, hidden),
      tensor(`${at}.self_attn.v_proj`, kv, hidden),
      tensor(`${at}.self_attn.o_proj`, hidden, hidden),
      tensor(`${at}.post_attention_layernorm`, hidden),
      tensor(`${at}.mlp.gate_proj`, width, hidden),
      tensor(`${at}.mlp.up_proj`, width, hidden),
      tensor(`${at}.mlp.down_proj`, hidden, width),
    ]),
    tensor("model.norm", hidden),
    tensor("lm_head", vocabulary, hidden),
  ];
}
