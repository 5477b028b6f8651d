/**
 * A config's count of parameters against the file's, part by part. They are two witnesses of one thing: where they differ,
 * that is the finding, and neither number stands alone.
 */
import { bookkeepingParts, type Component, type Part, parts, type Scope, scopes } from "../anatomy/index.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { type Count, counting } from "./logical-count.ts";
import type { StoredTensor } from "./stored-tensor.ts";
import { type Place, placing } from "./tensor-part.ts";

export type PlacedTensor = Count & Place & { readonly tensor: StoredTensor };

/**
 * Every tensor with its parameters and what it is for.
 *
 * @param layers  of the backbone, by the config; null where unknown
 * @throws UserError where the tensors contradict the config's quantization
 */
export function placedTensors(checkpoint: Checkpoint, layers: number | null): PlacedTensor[] {
  const { tensors, config } = checkpoint;
  const count = counting(tensors, config);
  const placeOf = placing(
    tensors.map(({ name }) => name),
    layers,
  );
  return tensors.map((tensor) => ({ tensor, ...count(tensor), ...placeOf(tensor.name) }));
}

export interface CountRow {
  readonly scope: Scope;
  readonly part: Part;
  /** Parameters by the config; null where it says nothing of the whole scope. */
  readonly config: number | null;
  /** Parameters by the tensors; null where one of them is packed in a way that is not known. */
  readonly file: number | null;
  /** File less config; null where either is unknown. */
  readonly difference: number | null;
  readonly storedBytes: number;
}

export interface Comparison {
  readonly rows: readonly CountRow[];
  /** Rows in which config and file contradict each other. */
  readonly contradictions: readonly CountRow[];
  /** Names of tensors that were not recognised; their parameters are in the part `other`. */
  readonly unrecognised: readonly string[];
  /** All of the file's parameters, second copies and tables of integers left out; null where some are unknown. */
  readonly fileParameters: number | null;
}

export function compareCounts(components: readonly Component[], tensors: readonly PlacedTensor[]): Comparison {
  const inConfig = new Map<string, number>();
  for (const { scope, part, parameters } of components) add(inConfig, key(scope, part), parameters);
  const described = new Set(components.map(({ scope }) => scope));

  const inFile = new Map<string, number | null>();
  const bytes = new Map<string, number>();
  for (const { scope, part, parameters, tensor } of tensors) {
    const at = key(scope, part);
    const sum = inFile.get(at) ?? (inFile.has(at) ? null : 0);
    inFile.set(at, sum === null || parameters === null ? null : sum + parameters);
    add(bytes, at, tensor.storedBytes);
  }

  const rows = scopes.flatMap((scope) =>
    parts.flatMap((part): CountRow[] => {
      const at = key(scope, part);
      if (!inConfig.has(at) && !inFile.has(at)) return [];
      const config = inConfig.get(at) ?? (described.has(scope) ? 0 : null);
      const file = inFile.has(at) ? inFile.get(at)! : 0;
      const difference = config === null || file === null ? null : file - config;
      return [{ scope, part, config, file, difference, storedBytes: bytes.get(at) ?? 0 }];
    }),
  );
  return {
    rows,
    contradictions: rows.filter(({ difference }) => difference !== null && difference !== 0),
    unrecognised: tensors.filter(({ part }) => part === "other").map(({ tensor }) => tensor.name),
    fileParameters: rows
      .filter(({ scope, part }) => scope !== "second copies" && !bookkeepingParts.has(part))
      .reduce<number | null>((sum, { file }) => (sum === null || file === null ? null : sum + file), 0),
  };
}

const key = (scope: Scope, part: Part) => `${scope}/${part}`;
const add = (sums: Map<string, number>, at: string, more: number) => sums.set(at, (sums.get(at) ?? 0) + more);
