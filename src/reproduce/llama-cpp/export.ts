/** A trained decoder as the GGUF that llama.cpp loads. */
import { UserError } from "../../errors.ts";
import { type Gguf, type GgufMetadata, u32 } from "../../weights/index.ts";
import type { Attention, DecoderConfig } from "../model/config.ts";
import type { WeightValues } from "../model/first-values.ts";
import { weightsOf } from "../training/forward.ts";
import { type Architecture, type MatrixType, metadataOf } from "./architectures/architecture.ts";
import { deepseek4 } from "./architectures/compressed.ts";
import { kimiLinear } from "./architectures/delta.ts";
import { llama, mimo2 } from "./architectures/grouped.ts";
import { deepseek2 } from "./architectures/latent.ts";

/** `general.file_type` of llama.cpp, by the type of the matrices. */
const fileTypes: Readonly<Record<MatrixType, number>> = { f32: 0, f16: 1, q8_0: 7 };

/**
 * @param tokenizer  the metadata of the tokenizer whose ids the model reads
 * @throws UserError where a weight is missing, or the engine has no architecture for the layers
 */
export function ggufOf(
  name: string,
  config: DecoderConfig,
  values: WeightValues,
  matrices: MatrixType,
  tokenizer: GgufMetadata,
): Gguf {
  const architecture = architectureOf(config);
  const tensors = weightsOf(config).flatMap((weight) => {
    const data = values[weight.name];
    if (data === undefined)
      throw new UserError({
        happened: `the weights of ${name} hold no ${weight.name}`,
        expected: "a value for every weight of the model",
        mend: "train the model again: the checkpoint belongs to another one",
      });
    return architecture.tensor(weight, data, matrices);
  });
  return {
    metadata: {
      ...metadataOf(name, architecture, config),
      "general.file_type": u32(fileTypes[matrices]),
      ...tokenizer,
    },
    tensors: [...tensors, ...(architecture.neutral ?? [])],
  };
}

export function architectureOf(config: DecoderConfig): Architecture {
  const designs = config.layers.map(({ attention }) => attention);
  const only = <Kind extends Attention["kind"]>(kind: Kind) => {
    const found = designs.filter((design): design is Extract<Attention, { kind: Kind }> => design.kind === kind);
    return found.length === designs.length ? found[0] : undefined;
  };
  const compressed = only("compressed");
  if (compressed) return deepseek4(config);
  if (config.hyperConnections !== undefined)
    throw new UserError({
      happened: `the decoder has ${config.hyperConnections.streams} residual streams, and layers of other than compressed attention`,
      expected:
        "compressed attention in all layers: of llama.cpp's architectures, deepseek4 alone has hyper-connections",
      mend: "train it without hyper-connections, or use the weights in this library's forward pass",
    });
  const grouped = only("grouped");
  if (grouped)
    return designs.every((design) => design.kind === "grouped" && design.window === null)
      ? llama(config, grouped)
      : mimo2(config, grouped);
  const delta = designs.find((design) => design.kind === "delta");
  const latents = designs.filter((design) => design.kind === "latent");
  const isOfBoth = designs.every(({ kind }) => kind === "delta" || kind === "latent");
  const isNopeBesideDelta = latents.every(({ nope = false }) => nope === (delta !== undefined));
  const [latent] = latents;
  if (latent && isOfBoth && isNopeBesideDelta)
    return delta ? kimiLinear(config, delta, latent) : deepseek2(config, latent);
  throw new UserError({
    happened: `llama.cpp has no architecture for layers of ${[...new Set(designs.map(({ kind }) => kind))].join(" and ")} attention`,
    expected:
      "grouped, windowed, latent or compressed attention in all layers, or delta attention beside latent attention without positions",
    mend: "train another mixture, or use the weights in this library's forward pass",
  });
}
