/** Parameters, in all and active, by scope and part. */
import { bookkeepingParts, type Part } from "./block.ts";
import { anatomyOfBlock } from "./blocks/index.ts";
import type { ModelShape, PlacedBlock, Scope } from "./model.ts";

export interface Component {
  readonly scope: Scope;
  readonly part: Part;
  readonly layer: number | null;
  readonly parameters: number;
  /** Parameters that one token passes through. */
  readonly activeParameters: number;
}

/** Every group of weights of a model, in the order of the model. */
export const componentsOf = (model: ModelShape): Component[] => model.blocks.flatMap(componentsOfBlock);

const componentsOfBlock = ({ scope, layer, block }: PlacedBlock): Component[] =>
  anatomyOfBlock(block).weights.map(({ part, parameters, activeParameters }) => ({
    scope,
    part,
    layer,
    parameters,
    activeParameters: activeParameters ?? parameters,
  }));

/** The scopes that a token passes through on its way to an answer. */
export const answeringScopes: ReadonlySet<Scope> = new Set<Scope>(["backbone", "engram"]);

/** Parts in which a token's rows are looked up; nothing is multiplied with them. */
export const lookUpParts: ReadonlySet<Part> = new Set<Part>(["embedding", "engram tables", ...bookkeepingParts]);

/**
 * The three ways in which publishers count active parameters. They differ by one or two tables of vocabulary · hidden
 * size; a comparison has to name the one it means. Tables that are only looked up, the embedding aside, count in none.
 */
export interface ActiveParameters {
  /** Everything a token passes through, the whole embedding counted. */
  readonly withEmbeddingAndHead: number;
  /** What decoding multiplies. Tied tables count once, as the head. */
  readonly withoutInputEmbedding: number;
  readonly withoutEmbeddingAndHead: number;
  /** What a token of a prompt multiplies: no head, and none of the layers that only a prompt's end passes through. */
  readonly inPrompt: number;
}

export interface ParameterCounts {
  /** Without second copies and bookkeeping. */
  readonly total: number;
  /** Second copies among them. */
  readonly byScope: Readonly<Partial<Record<Scope, number>>>;
  readonly active: ActiveParameters;
}

/** @returns counts of weights; tables of integers such as expert tables are left out */
export function countParameters(model: ModelShape): ParameterCounts {
  const byScope: Partial<Record<Scope, number>> = {};
  for (const { scope, part, parameters } of componentsOf(model))
    if (!bookkeepingParts.has(part)) byScope[scope] = (byScope[scope] ?? 0) + parameters;

  const answering = model.blocks.filter(({ scope }) => answeringScopes.has(scope));
  const body = sum(answering.map(multiplied));
  const head = headParameters(model);
  const embedding = sum(componentsOf(model).filter(isEmbedding).map(parametersOf));
  return {
    total: sum(Object.values(byScope)) - (byScope["second copies"] ?? 0),
    byScope,
    active: {
      withEmbeddingAndHead: body + embedding + (model.tiedEmbeddings ? 0 : head),
      withoutInputEmbedding: body + head,
      withoutEmbeddingAndHead: body,
      inPrompt: sum(answering.filter(({ promptTokens }) => promptTokens === undefined).map(multiplied)),
    },
  };
}

/** Parameters of a block that one token is multiplied with, the output head's aside. */
export const multiplied = (placed: PlacedBlock): number =>
  sum(
    componentsOfBlock(placed)
      .filter(({ part }) => !lookUpParts.has(part) && part !== "output head")
      .map(({ activeParameters }) => activeParameters),
  );

/** Parameters that turn the last hidden state into logits. */
export const headParameters = (model: ModelShape): number =>
  sum(
    componentsOf(model)
      .filter((component) => (model.tiedEmbeddings ? isEmbedding(component) : isHead(component)))
      .map(parametersOf),
  );

const isEmbedding = ({ scope, part }: Component) => scope === "backbone" && part === "embedding";
const isHead = ({ scope, part }: Component) => scope === "backbone" && part === "output head";
const parametersOf = ({ parameters }: Component) => parameters;
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
