/** What a checkpoint's own tensors say: parameters of a scope or part, and bytes. */
import { bookkeepingParts, type Part } from "../../anatomy/index.ts";
import type { PlacedTensor } from "../../weights/index.ts";
import type { Statement } from "../statement.ts";
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
    const wanted = wantedOf(statement);
    if (wanted === null) return [];
    const chosen = tensors.filter(wanted.has);
    if (chosen.length === 0) return [{ obstacle: `${name} holds no ${wanted.what}` }];
    const value = sum(chosen.map(wanted.of));
    if (value === null) return [{ obstacle: `${name} has tensors packed in a way that is not known` }];
    return [{ by: "counted", value, from: `${wanted.what} of ${name}`, url: null, on }];
  };

/** Which tensors a statement is about, and what of them it counts. */
interface Wanted {
  readonly has: (tensor: PlacedTensor) => boolean;
  readonly of: (tensor: PlacedTensor) => number | null;
  readonly what: string;
}

/** @returns null where the statement is not about tensors */
function wantedOf({ made, check, unit }: Statement): Wanted | null {
  if (made.as !== "claim" || (check?.kind === "anatomy" && check.relativeTo !== undefined)) return null;
  const { quantity, scope } = made.claim;
  const at = (check?.kind === "anatomy" && check.at) || {};
  const storedBytes = ({ tensor }: PlacedTensor) => tensor.storedBytes;
  if (quantity === "checkpointBytes" && unit === "bytes")
    return { has: () => true, of: storedBytes, what: "bytes of all tensors" };
  if (quantity === "partBytes" && unit === "bytes" && at.part !== undefined) {
    const has = (one: PlacedTensor) => one.part === at.part && (at.scope ?? one.scope) === one.scope;
    return { has, of: storedBytes, what: `bytes of ${at.part}` };
  }
  if (quantity !== "totalParameters" || unit !== "parameters") return null;
  const left: ReadonlySet<Part> = leftOut[at.counting ?? "withEmbeddingAndHead"];
  const inScope = at.scope ?? (scope.part === "whole file" ? undefined : scope.part);
  const isInScope = (one: PlacedTensor) =>
    inScope === undefined ? one.scope !== "second copies" || at.copiedTables === true : one.scope === inScope;
  return {
    has: (one) => !bookkeepingParts.has(one.part) && !left.has(one.part) && isInScope(one),
    of: ({ parameters }) => parameters,
    what: `parameters of ${inScope ?? "all scopes"}`,
  };
}

const leftOut = {
  withEmbeddingAndHead: new Set<Part>(),
  withoutInputEmbedding: new Set<Part>(["embedding"]),
  withoutEmbeddingAndHead: new Set<Part>(["embedding", "output head"]),
} as const;

const sum = (numbers: readonly (number | null)[]): number | null =>
  numbers.reduce<number | null>((total, one) => (total === null || one === null ? null : total + one), 0);
