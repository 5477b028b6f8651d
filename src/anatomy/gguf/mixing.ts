/** How the layers of an architecture read their context: the part of a layer that architectures differ in. */
import type { z } from "zod";
import type { Block } from "../blocks/index.ts";
import { type GgufFile, hasTensor, readKeys } from "./file.ts";

export interface Mixing {
  /** The keys that it reads. */
  readonly keys: object;
  /** The block of a layer, given its number; null in layers that are of another kind. @throws UserError for its keys */
  readonly block: (file: GgufFile) => (layer: number) => Block | null;
}

/**
 * One kind of layer.
 *
 * @param sign   a tensor that layers of this kind have, and no other kind in its architectures
 * @param block  makes the block of a layer of which `has` tells the tensors
 */
export const mixing = <T extends z.ZodObject>(
  schema: T,
  sign: string,
  block: (keys: z.output<T>, layer: number, has: (tensor: string) => boolean) => Block,
): Mixing => ({
  keys: schema.shape,
  block(file) {
    const keys = readKeys(schema, file);
    return (layer) => {
      const has = (tensor: string) => hasTensor(file, layer, tensor);
      return has(sign) ? block(keys, layer, has) : null;
    };
  },
});
