/** How many bits a weight takes in the released file, from a config's quantization_config and dtype. */
import type { RawConfig } from "./families/config.ts";
import type { Storage } from "./model.ts";

export function storageOf(config: RawConfig): Storage {
  const dtype = String(config.dtype ?? config.torch_dtype ?? "bfloat16");
  return { bitsPerWeight: dtype === "float32" ? 32 : 16, exceptions: {} };
}
