/** Metadata and tensors are two witnesses of one model: a shape that one of them contradicts is none. */
import { UserError } from "../../errors.ts";
import { anatomyOfBlock } from "../blocks/index.ts";
import { unknownAttention } from "../families/config.ts";
import type { ModelShape } from "../model.ts";
import { componentsOf } from "../parameters.ts";
import type { GgufFile } from "./file.ts";

/** Factors of the rotation and scales of quantised tensors, which are no parameters. */
const companions = /^rope_|\.rope_|\.(?:input_)?scale$/;

/** @throws UserError that names a layer whose parameters by the shape are not those of its tensors; for impossible sizes */
export function requireSameParameters(shape: ModelShape, { architecture, elements }: GgufFile): void {
  const components = componentsOf(shape);
  const surplus = new Map<number | null, number>();
  const add = (layer: number | null, more: number) => surplus.set(layer, (surplus.get(layer) ?? 0) + more);
  for (const [name, count] of elements) if (!companions.test(name)) add(layerOf(name), count);
  for (const { layer, parameters } of components) add(layer, -parameters);
  for (const [layer, difference] of surplus) {
    if (difference === 0) continue;
    const place = layer === null ? "outside of its layers" : `in layer ${layer}`;
    throw new UserError({
      happened: `no estimate: ${place} a ${architecture} GGUF has ${Math.abs(difference)} parameters ${difference > 0 ? "more" : "fewer"} than its metadata describe`,
      expected: "tensors and metadata of one model",
      mend: "download it again; an architecture with new kinds of tensors needs a newer version of this tool",
    });
  }
  const cached = shape.blocks.flatMap(({ block }) => anatomyOfBlock(block).cache.flatMap((store) => store.elements));
  const possible =
    cached.every(({ count }) => Number.isSafeInteger(count) && count >= 0) &&
    components.every(({ parameters, activeParameters }) => activeParameters >= 0 && activeParameters <= parameters);
  if (!possible) throw unknownAttention(`with impossible sizes in ${architecture}`);
}

const layerOf = (name: string): number | null => {
  const number = /^blk\.(\d{1,6})\./.exec(name)?.[1];
  return number === undefined ? null : Number(number);
};
