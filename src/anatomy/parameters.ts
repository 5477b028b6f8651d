/** Parameters, in all and active, by scope and part. */
import { bookkeepingParts, type Part } from "./block.ts";
import { anatomyOfBlock } from "./blocks/index.ts";
import type { ModelShape, Scope } from "./model.ts";

export interface Component {
  readonly scope: Scope;
  readonly part: Part;
  readonly layer: number | null;
  readonly parameters: number;
  /** Parameters that one token passes through. */
  readonly activeParameters: number;
}

/** Every group of weights of a model, in the order of the model. */
export function componentsOf(model: ModelShape): Component[] {
  return model.blocks.flatMap(({ scope, layer, block }) =>
    anatomyOfBlock(block).weights.map(({ part, parameters, activeParameters }) => ({
      scope,
      part,
      layer,
      parameters,
      activeParameters: activeParameters ?? parameters,
    })),
  );
}

/**
 * The three ways in which publishers count active parameters, for the backbone. They differ by one or two tables of
 * vocabulary · hidden size; a comparison has to name the one it means.
 */
export interface ActiveParameters {
  /** Everything a token passes through, the whole embedding counted. */
  readonly withEmbeddingAndHead: number;
  /** A look-up is no multiplication: what decoding multiplies. Tied tables count once, as the head. */
  readonly withoutInputEmbedding: number;
  readonly withoutEmbeddingAndHead: number;
}

export interface ParameterCounts {
  readonly total: number;
  readonly byScope: Readonly<Partial<Record<Scope, number>>>;
  readonly active: ActiveParameters;
}

/** @returns counts of weights; tables of integers such as expert tables are left out */
export function countParameters(model: ModelShape): ParameterCounts {
  const components = componentsOf(model).filter(({ part }) => !bookkeepingParts.has(part));
  const backbone = components.filter(({ scope }) => scope === "backbone");
  const activeOf = (parts: (part: Part) => boolean) =>
    sum(backbone.filter(({ part }) => parts(part)).map(({ activeParameters }) => activeParameters));
  const body = activeOf((part) => part !== "embedding" && part !== "output head");
  const embedding = activeOf((part) => part === "embedding");
  const head = model.tiedEmbeddings ? embedding : activeOf((part) => part === "output head");
  const byScope: Partial<Record<Scope, number>> = {};
  for (const { scope, parameters } of components) byScope[scope] = (byScope[scope] ?? 0) + parameters;
  return {
    total: sum(Object.values(byScope)),
    byScope,
    active: {
      withEmbeddingAndHead: body + embedding + (model.tiedEmbeddings ? 0 : head),
      withoutInputEmbedding: body + head,
      withoutEmbeddingAndHead: body,
    },
  };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
