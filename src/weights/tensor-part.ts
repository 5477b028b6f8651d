/**
 * What a tensor is for, by its name: the same scopes and parts that a config's anatomy has, so that the two can be
 * compared. Knows the names of Hugging Face's transformers, of DeepSeek's own files, and of GGUF. A name that it does not
 * know is `other`, never a guess.
 *
 * @see transformers, models/deepseek_v4; llama.cpp, gguf-py/gguf/constants.py TENSOR_NAMES; DeepSeek-V4.1-Flash's index
 */
import type { Part, Scope } from "../anatomy/index.ts";

export interface Place {
  readonly scope: Scope;
  readonly part: Part;
  /** From 0; modules that predict further tokens follow the backbone's. null for what belongs to no layer. */
  readonly layer: number | null;
}

/**
 * What tells the tensors of one checkpoint apart: some names mean one thing in one checkpoint and another in the next, so
 * all of them are needed to place any.
 *
 * @param layers  of the backbone, by the config; null where unknown: then no layer counts as beyond them
 */
export function placing(names: Iterable<string>, layers: number | null): (name: string) => Place {
  const linear = new Set<number>();
  const [gates, secondNorms] = [new Set<number>(), new Set<number>()];
  let drafts = false;
  for (const name of names) {
    const sign = linearSigns.exec(name);
    if (sign !== null) linear.add(Number(sign[1]));
    const mark = /^blk\.(\d{1,6})\.attn_(gate|norm_2)\.weight$/.exec(name);
    if (mark !== null) (mark[2] === "gate" ? gates : secondNorms).add(Number(mark[1]));
    // DeepSeek stores DSpark's draft layers under the name of prediction modules; its own heads tell them apart.
    drafts ||= /^mtp\.\d+\.(?:markov_head|confidence_head|main_proj)\./.test(name);
  }
  // MiniMax-01's GGUFs have both in their linear layers; other models have the one or the other.
  for (const layer of gates) if (secondNorms.has(layer)) linear.add(layer);
  return (name) => {
    const { vision, module, layer: number, rest } = pathOf(name);
    if (vision !== null) return { scope: "vision", part: vision, layer: null };
    const part = partOf(rest, number, number !== null && linear.has(number));
    const layer = module && number !== null ? number + (layers ?? 0) : number;
    if (part === "engram tables" || part === "engram projections") return { scope: "engram", part, layer };
    const further = module || (layer !== null && layers !== null && layer >= layers);
    if (!further) return { scope: "backbone", part: part === "multi-token projection" ? "other" : part, layer };
    if (drafts) return { scope: "draft", part, layer };
    const copy = part === "embedding" || part === "output head";
    return { scope: copy ? "second copies" : "multi-token prediction", part, layer };
  };
}

interface Path {
  readonly vision: Part | null;
  /** Under `mtp.`, where layers are counted from 0 again. */
  readonly module: boolean;
  readonly layer: number | null;
  /** The name inside its layer. */
  readonly rest: string;
}

const wrappers = new Set(["model", "language_model", "text_model", "transformer", "llm", "backbone", "decoder"]);
const towers = new Set(["visual", "vision", "vision_tower", "vision_model", "vision_encoder", "vit", "v"]);
/** Vectors that stand for an image's edges among the tokens. */
const marks = new Set(["image_start", "image_end", "image_newline", "view_seperator", "view_separator"]);
const projectors = new Set([
  ...["mm_projector", "multi_modal_projector", "vision_projector", "patch_merge_mlp", "aligner", "merger", "mm"],
  "deepstack_merger_list",
]);
const lists = new Set(["layers", "h", "blk"]);

function pathOf(name: string): Path {
  const segments = name.split(".");
  let start = 0;
  while (wrappers.has(segments[start] ?? "")) start++;
  const vision = visionPart(segments, start);
  const module = segments[start] === "mtp";
  if (module) start++;
  if (lists.has(segments[start] ?? "")) start++;
  const number = /^\d{1,6}$/.test(segments[start] ?? "") ? Number(segments[start]) : null;
  if (number !== null) start++;
  return { vision, module, layer: number, rest: segments.slice(start).join(".") };
}

function visionPart(segments: readonly string[], start: number): Part | null {
  const first = segments[start] ?? "";
  if (marks.has(first)) return "vision tower";
  if (!towers.has(first)) return projectors.has(first) ? "projector" : null;
  return segments.slice(start + 1, start + 3).some((segment) => projectors.has(segment)) ? "projector" : "vision tower";
}

/** Tensors that only layers with linear attention have, beside others named as everywhere. */
const linearSigns =
  /(?:layers|blk|h)\.(\d{1,6})\.(?:self_attn\.(?:A_log|f_a_proj|q_conv1d|output_gate)\b|linear_attn\.|ssm_(?:beta|ba|alpha|f_a)\b)/;

/** Inside a layer; the first that matches. */
const layerParts: readonly (readonly [RegExp, Part])[] = [
  [/compressor[._]/, "compressor"],
  [/(?:^|\.)indexer[._]/, "indexer"],
  [/^engram[._]emb/, "engram tables"],
  [/^engram[._]/, "engram projections"],
  [/^hc_|^(?:attn|ffn)_hc\.|_res_(?:proj|norm|score)\./, "residual mixing"],
  [/tid2eid/, "expert table"],
  [/^(?:nextn\.)?(?:eh_proj|e_proj|h_proj|main_proj|fc)\./, "multi-token projection"],
  [/^(?:nextn\.)?(?:shared_head\.head|shared_head_head|head|confidence_head)\./, "output head"],
  [/^markov_head\.(?:markov_w2|head)\./, "output head"],
  [/^(?:nextn\.)?(?:embed_tokens|emb\.tok_emb|markov_head)\./, "embedding"],
  [/latent_proj\.|routed_expert_|^ffn_(?:routed|latent)_/, "latent projections"],
  [/shared_expert|_shexp\b/, "shared experts"],
  [/e_score_correction|exp_probs_b|ffn_gate_inp\b/, "router"],
  [/(?:^|\.)(?:experts|switch_mlp)\.|_exps\b/, "routed experts"],
  [/^linear_attn\./, "linear attention"],
  [/^(?:self_attn|attn|attention|self_attention)\./, "attention"],
  [/^mixer\.(?:q|k|v|o)_proj\./, "attention"],
  [/^mixer\.(?:gate|router)\./, "router"],
  [/^mixer\.(?:up|down|gate)_proj\./, "dense feed-forward"],
  [/^(?:mixer|mamba|ssm)[._]/, "state space"],
  [/^(?:short)?conv\./, "short convolution"],
  [/^attn_(?!(?:norm|norm_2|post_norm)\.)/, "attention"],
  [/^(?:mlp|ffn|feed_forward|block_sparse_moe|moe)\.(?:gate|router)\./, "router"],
  [/^router\./, "router"],
  [/^(?:mlp|ffn|feed_forward)\.|^ffn_(?:gate|up|down)\b/, "dense feed-forward"],
  [/^(?:nextn\.|shared_head[._])*\w{0,40}norm\w{0,2}(?:\.|$)|^ln_\d\.|^(?:nextn\.)?shared_head_norm\./, "norms"],
];

/** Outside of all layers. */
const topParts: readonly (readonly [RegExp, Part])[] = [
  [/^(?:embed_tokens|embed|embeddings|wte|wpe|word_embeddings|tok_embeddings|token_embd|position_embd)\./, "embedding"],
  [/^(?:lm_head|head|output|embed_out)\./, "output head"],
  [/^(?:hc_head|output_hc_)|(?:^|_)res_(?:proj|norm|score)\./, "residual mixing"],
  [/^(?:norm|norm_f|ln_f|final_layernorm|output_norm|token_embd_norm|pre_fc_norm_\w{1,20})\./, "norms"],
  [/^fc\./, "multi-token projection"],
];

function partOf(rest: string, layer: number | null, linear: boolean): Part {
  const part = (layer === null ? topParts : layerParts).find(([pattern]) => pattern.test(rest))?.[1] ?? "other";
  const isOfLinear = part === "attention" || part === "state space" || rest === "attn_norm_2.weight";
  return linear && isOfLinear ? "linear attention" : part;
}
