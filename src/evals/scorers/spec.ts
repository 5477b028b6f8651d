/** Scorers as plain data: what a job file says. Schema, type, JSON Schema and the scorer itself come from here. */
import { resolve } from "node:path";
import { z } from "zod";
import { type Mistake, UserError } from "../../errors.ts";
import type { Scorer } from "../scenario.ts";
import { Abstention, abstention, abstentionMistake } from "./abstention.ts";
import { Choice, choice, choiceMistake } from "./choice.ts";
import { Citations, citations } from "./citations.ts";
import { Contains, ContainsAll, ContainsAny, ContainsNone, contains, containsOf } from "./contains.ts";
import { Exact, exact } from "./exact.ts";
import { JsonSchema, jsonSchema } from "./json-schema.ts";
import { Judge, judge } from "./judge.ts";
import { Numeric, number, numberMistake } from "./number.ts";
import { Regex, regex } from "./regex.ts";
import type { Targeted } from "./targets.ts";
import { ToolCalls, toolCalls } from "./tool-calls.ts";
import { loadScorer, Module } from "./user-scorer.ts";

export const ScorerSpec = z.discriminatedUnion("type", [
  Exact,
  Contains,
  ContainsAll,
  ContainsAny,
  ContainsNone,
  Regex,
  Numeric,
  Choice,
  JsonSchema,
  ToolCalls,
  Citations,
  Abstention,
  Judge,
  Module,
]);
export type ScorerSpec = z.infer<typeof ScorerSpec>;

/**
 * The scorer of a spec.
 *
 * @param folder  where a module's relative path starts: the job file's folder
 * @throws UserError for a pattern, a schema or a module that cannot be used
 */
export async function scorerOf(spec: ScorerSpec, folder: string): Promise<Scorer> {
  switch (spec.type) {
    case "exact":
      return exact(spec);
    case "contains":
      return contains(spec);
    case "contains-all":
    case "contains-any":
    case "contains-none":
      return containsOf(spec);
    case "regex":
      return regex(spec);
    case "number":
      return number(spec);
    case "choice":
      return choice(spec);
    case "json-schema":
      return jsonSchema(spec);
    case "tool-calls":
      return toolCalls(spec);
    case "citations":
      return citations(spec);
    case "abstention":
      return abstention(spec);
    case "judge":
      return judge(spec);
    case "module": {
      const scorer = await loadScorer(resolve(folder, spec.path));
      return { ...scorer, name: spec.name ?? scorer.name };
    }
  }
}

/**
 * The scorers of a job.
 *
 * @throws UserError as {@link scorerOf} does, and where two scores would have one name
 */
export async function scorersOf(specs: readonly ScorerSpec[], folder: string): Promise<Scorer[]> {
  const scorers = await Promise.all(specs.map((spec) => scorerOf(spec, folder)));
  const names = scorers.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice === undefined) return scorers;
  throw new UserError({
    happened: `two scorers have the name ${twice}`,
    expected: "a name of its own for each score",
    mend: "give one of them a `name`",
  });
}

/** What keeps a scorer from judging any answer to the sample, whatever a model says; null where nothing does. */
export function scorerMistake(spec: ScorerSpec, sample: Targeted): Mistake | null {
  switch (spec.type) {
    case "number":
      return numberMistake(spec, sample);
    case "choice":
      return choiceMistake(spec, sample);
    case "abstention":
      return abstentionMistake(spec, sample);
    default:
      return null;
  }
}

/**
 * The model that judges for these scorers; null where none asks a judge.
 *
 * @throws UserError where they name several: a run has one judge
 */
export function judgeModel(specs: readonly ScorerSpec[]): string | null {
  const models = new Set(specs.flatMap((spec) => ("model" in spec && spec.model !== undefined ? [spec.model] : [])));
  if (models.size <= 1) return [...models][0] ?? null;
  throw new UserError({
    happened: `the scorers name ${models.size} judges: ${[...models].join(", ")}`,
    expected: "one model that judges in a run",
    mend: "name the same `model` in all of them, or make two runs",
  });
}
