/** Statements put before every witness that may know better, and what the answers amount to. */
import type { Ledger } from "../ledger/index.ts";
import { claimsOf, current } from "../ledger/index.ts";
import { modelOfRelease } from "./model-reference.ts";
import type { Statement } from "./statement.ts";
import { type Judgement, judge } from "./verdict.ts";
import { arithmeticWitness } from "./witnesses/arithmetic.ts";
import { configWitness, type DescribedShape } from "./witnesses/config.ts";
import { measuredClaimsWitness } from "./witnesses/ledger.ts";
import type { Witness } from "./witnesses/witness.ts";

/** @param today  YYYY-MM-DD */
export const judgeAll = (statements: readonly Statement[], witnesses: readonly Witness[], today: string): Judgement[] =>
  statements.map((statement) =>
    judge(
      statement,
      witnesses.flatMap((witness) => witness(statement)),
      today,
    ),
  );

/**
 * Those who need no file, engine or network: configs, sums, and the ledger's own measurements.
 *
 * @param folder  of the ledger
 */
export const ownWitnesses = (ledger: Ledger, folder?: string): Witness[] => [
  configWitness(shapesOf(ledger, folder)),
  arithmeticWitness,
  measuredClaimsWitness(current(claimsOf(ledger))),
];

/** Shapes by release, each read once. */
function shapesOf({ releases }: Ledger, folder?: string): (id: string) => DescribedShape {
  const shapes = new Map<string, DescribedShape>();
  const read = (id: string): DescribedShape => {
    const release = releases.find((one) => one.id === id);
    if (release === undefined) throw new TypeError(`a check of ${id}, which is no release`);
    const { shape, configSource } = modelOfRelease(release, folder);
    return {
      shape,
      from: configSource.title,
      url: configSource.url,
      on: null,
      inherited: release.config.status === "inherited",
    };
  };
  return (id) => {
    const shape = shapes.get(id) ?? read(id);
    shapes.set(id, shape);
    return shape;
  };
}

/** How a check ended: the worst that was met. */
export type Outcome = "contradicted" | "could not check" | "checked";

/**
 * A statement that carries a check and could not be checked counts as such; one that nobody can check does not, unless
 * it is the only one asked for.
 */
export function outcomeOf(judgements: readonly Judgement[]): Outcome {
  if (judgements.some(({ verdict }) => verdict === "contradicted")) return "contradicted";
  const only = judgements.length === 1;
  const failed = ({ verdict, evidence, statement, obstacles }: Judgement) =>
    (evidence.length === 0 && (statement.check !== null || obstacles.length > 0)) ||
    (only && (verdict === "unverifiable" || verdict === "stale"));
  return judgements.some(failed) ? "could not check" : "checked";
}
