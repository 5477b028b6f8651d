/** How a model's layers read their context, in the field's words: "3 KDA + 1 MLA", "6 GQA in a window of 512 + 1 GQA". */
import type { Block } from "../blocks/index.ts";

/** @param layers  the blocks of each layer that read or keep context; layers without any are passed over */
export function attentionName(layers: readonly (readonly Block[])[]): string {
  const names = Map.groupBy(layers, (blocks) => blocks.map(nameOf).join(" and "));
  names.delete("");
  if (names.size === 1) return [...names.keys()][0]!;
  return [...names].map(([name, { length }]) => `${length} ${name}`).join(" + ");
}

function nameOf(block: Block): string {
  switch (block.kind) {
    case "attention": {
      const { heads, kvHeads, span, indexer } = block;
      const heading = kvHeads === heads ? "MHA" : kvHeads === 1 ? "MQA" : "GQA";
      const name = indexer === undefined ? heading : `${heading} of ${indexer.topBlocks} blocks`;
      return span.kind === "all" ? name : `${name} in a ${span.kind} of ${span.tokens}`;
    }
    case "latent attention":
      return block.indexer === null ? "MLA" : "MLA + DSA";
    case "delta attention":
      return "KDA";
    case "gated delta":
      return "Gated DeltaNet";
    case "lightning attention":
      return "lightning attention";
    case "state space":
      return block.steps.of === "heads" ? "Mamba-2" : "Mamba";
    case "short convolution":
      return "short convolution";
    default:
      return "";
  }
}
