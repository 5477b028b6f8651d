/** How many bits a weight takes in a file, part by part, from the tensors themselves. */
import type { Part, Storage } from "../anatomy/index.ts";
import type { PlacedTensor } from "./compare-counts.ts";

/** @returns null where a tensor is packed in a way that is not known */
export function storedPrecision(tensors: readonly PlacedTensor[]): Storage | null {
  const sums = new Map<Part, { parameters: number; bytes: number }>();
  const all = { parameters: 0, bytes: 0 };
  for (const { part, parameters, tensor } of tensors) {
    if (parameters === null) return null;
    const ofPart = sums.get(part) ?? { parameters: 0, bytes: 0 };
    sums.set(part, ofPart);
    for (const sum of [ofPart, all]) {
      sum.parameters += parameters;
      sum.bytes += tensor.storedBytes;
    }
  }
  if (all.parameters === 0) return null;
  const bits = ({ parameters, bytes }: typeof all) => (8 * bytes) / parameters;
  const exceptions = [...sums].filter(([, { parameters }]) => parameters > 0).map(([part, sum]) => [part, bits(sum)]);
  return { bitsPerWeight: bits(all), exceptions: Object.fromEntries(exceptions) };
}
