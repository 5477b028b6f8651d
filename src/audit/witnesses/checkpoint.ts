/** What a checkpoint's own tensors say: parameters of a scope or part, and bytes. */
import { bookkeepingParts } from "../../anatomy/index.ts";
import type { PlacedTensor } from "../../weights/index.ts";
import type { Statement } from "../statement.ts";
import type { Finding } from "../verdict.ts";
import type { Witness } from "./witness.ts";

export interface CountedFile {
  /** Of the statements that it is about: a release, a model. */
  readonly subject: string;
  readonly name: string;
  readonly tensors: readonly PlacedTensor[];
  /** The day its headers were read (YYYY-MM-DD). */
  readonly on: string;
}

export const checkpointWitness =
  ({ subject, name, tensors, on }: CountedFile): Witness =>
  (statement) => {
    if (statement.subject !== subject) return [];
    const counted = count(statement, tensors);
    if (counted === undefined) return [];
    if (counted.value === null) return [{ obstacle: `${name} has tensors packed in a way that is not known` }];
    const finding: Finding = {
      by: "counted",
      value: counted.value,
      from: `${counted.what} of ${name}`,
      url: null,
      on,
    };
    return [finding];
  };

function count(
  { made, check, unit }: Statement,
  tensors: readonly PlacedTensor[],
): { value: number | null; what: string } | undefined {
  if (made.as !== "claim") return undefined;
  const at = check?.kind === "anatomy" ? check.at : undefined;
  if (check?.kind === "anatomy" && check.relativeTo !== undefined) return undefined;
  const { quantity, scope } = made.claim;
  if (quantity === "checkpointBytes" && unit === "bytes")
    return { value: sum(tensors, ({ tensor }) => tensor.storedBytes), what: "bytes of all tensors" };
  if (quantity === "partBytes" && unit === "bytes" && at?.part !== undefined) {
    const ofPart = tensors.filter((one) => one.part === at.part && (at.scope === undefined || one.scope === at.scope));
    return { value: sum(ofPart, ({ tensor }) => tensor.storedBytes), what: `bytes of ${at.part}` };
  }
  if (quantity !== "totalParameters" || unit !== "parameters") return undefined;
  const counting = at?.counting ?? "withEmbeddingAndHead";
  const left = {
    withEmbeddingAndHead: [],
    withoutInputEmbedding: ["embedding"],
    withoutEmbeddingAndHead: ["embedding", "output head"],
  }[counting] as readonly string[];
  const whole = scope.part === "whole file" || scope.part === undefined;
  const inScope = at?.scope ?? (whole ? undefined : scope.part);
  const chosen = tensors.filter(
    (one) =>
      !bookkeepingParts.has(one.part) &&
      !left.includes(one.part) &&
      (inScope === undefined ? one.scope !== "second copies" || at?.copiedTables === true : one.scope === inScope),
  );
  return { value: sum(chosen, ({ parameters }) => parameters), what: `parameters of ${inScope ?? "all scopes"}` };
}

const sum = (tensors: readonly PlacedTensor[], of: (tensor: PlacedTensor) => number | null): number | null =>
  tensors.reduce<number | null>((total, tensor) => {
    const one = of(tensor);
    return total === null || one === null ? null : total + one;
  }, 0);
