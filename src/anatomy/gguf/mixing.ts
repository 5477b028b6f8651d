/** How the layers of an architecture read their context: the part of a layer that architectures differ in. */
import type { z } from "zod";
import type { Block } from "../blocks/index.ts";
import { type GgufFile, readKeys } from "./file.ts";

export interface Mixing {
  /** The keys that it reads. */
  readonly keys: object;
  /** The blocks of a layer, given its number. @throws UserError where a key is missing or impossible */
  readonly blocks: (file: GgufFile) => (layer: number) => Block[];
}

/** One kind of block, made from keys of its own. */
export const mixing = <T extends z.ZodObject>(
  schema: T,
  blocks: (keys: z.output<T>, file: GgufFile) => (layer: number) => Block[],
): Mixing => ({ keys: schema.shape, blocks: (file) => blocks(readKeys(schema, file), file) });

/** Two kinds in one model: `recurrent` in the layers that `isRecurrent` names, `attention` in the others. */
export const alternating = (
  recurrent: Mixing,
  attention: Mixing,
  isRecurrent: (file: GgufFile) => (layer: number) => boolean,
  keys: object = {},
): Mixing => ({
  keys: { ...recurrent.keys, ...attention.keys, ...keys },
  blocks(file) {
    const [first, second, choice] = [recurrent.blocks(file), attention.blocks(file), isRecurrent(file)];
    return (layer) => (choice(layer) ? first(layer) : second(layer));
  },
});
