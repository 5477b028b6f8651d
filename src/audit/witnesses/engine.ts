/** What llama.cpp really keeps of a sequence, measured in the embedded engine. */
import type { KvCacheMeasurement } from "../../engine/index.ts";
import type { Witness } from "./witness.ts";

export interface MeasuredCache {
  /** Of the statements that it is about: a release, a model. */
  readonly subject: string;
  readonly name: string;
  readonly measurement: KvCacheMeasurement;
  /** The day of the measurement (YYYY-MM-DD). */
  readonly on: string;
}

/** Cache formats that take the same bytes as llama.cpp's. */
const sameBytes: Readonly<Record<KvCacheMeasurement["kvType"], readonly string[]>> = {
  f16: ["f16", "fp16", "bf16"],
  q8_0: ["q8_0"],
  q4_0: ["q4_0"],
};

export const engineWitness =
  ({ subject: measured, name, measurement, on }: MeasuredCache): Witness =>
  ({ subject, made, check, unit }) => {
    if (subject !== measured || made.as !== "claim" || unit !== "bytes") return [];
    const { quantity, scope } = made.claim;
    const at = check?.kind === "anatomy" ? check.at : undefined;
    const format = at?.cacheFormat ?? scope.precision;
    if (format === undefined || !sameBytes[measurement.kvType].includes(format)) return [];
    const { bytesPerToken, fixedBytes, kvType } = measurement;
    const found = (value: number) =>
      [
        { by: "measured", value, from: `saved states of ${name} in llama.cpp, cache in ${kvType}`, url: null, on },
      ] as const;
    if (quantity === "cacheBytesPerToken") return found(bytesPerToken);
    if (quantity === "cacheBytes" && scope.contextTokens !== undefined)
      return found(bytesPerToken * scope.contextTokens + fixedBytes);
    return [];
  };
