/** The answer's number is the target's, within a tolerance. */
import { z } from "zod";
import { UserError } from "../../errors.ts";
import type { Sample, Scorer } from "../scenario.ts";
import type { Score } from "../trial.ts";
import { type DecimalMark, type Quantity, quantitiesIn } from "./quantities.ts";
import { scoreName } from "./score-name.ts";
import { targetsOf } from "./targets.ts";
import { isKnownUnit } from "./units.ts";
import { verdict } from "./verdict.ts";

export const Numeric = z.strictObject({
  type: z.literal("number"),
  name: scoreName,
  tolerance: z.number().min(0).default(0).describe("Allowed difference, in the target's own unit"),
  relativeTolerance: z.number().min(0).max(1).default(0).describe("Allowed difference, share of the target"),
  pick: z
    .enum(["last", "first", "only"])
    .default("last")
    .describe("Of several different numbers, the one that is the answer; with `only`, several are wrong"),
  decimal: z.enum([".", ","]).default(".").describe("Mark before decimals; the other one groups thousands"),
});
type Spec = z.infer<typeof Numeric>;

/**
 * 1 where |answer − target| ≤ max(tolerance, relativeTolerance · |target|).
 *
 * Where the target has a unit, a number with that unit is the answer before any other, and one with another known unit
 * never is; units are compared by name, not converted. Between a percentage and a number without a sign, both readings
 * hold: 12.5 % is 12.5 and 0.125. A number after `####`, `\boxed{` or "answer is" is the answer; without such words
 * `pick` decides, by default for the last one, as evaluations after GSM8K do.
 *
 * A sample whose target holds no number, or several, throws a UserError.
 *
 * @see "flexible-extract" in EleutherAI's lm-evaluation-harness, tasks/gsm8k/gsm8k.yaml
 */
export function number(spec: Spec): Scorer {
  return {
    name: spec.name ?? spec.type,
    version: 1,
    score: (sample, answer) => {
      const targets = targetsOf(sample)?.map((target) => targetQuantity(target, sample, spec.decimal));
      if (targets === undefined) return null;
      const scores = targets.map((target) => against(target, answer.text, spec));
      return scores.find(({ value }) => value === 1) ?? scores[0]!;
    },
  };
}

interface Target extends Quantity {
  readonly whole: string;
}

function targetQuantity(target: string, { id }: Sample, decimal: DecimalMark): Target {
  const [quantity, ...more] = quantitiesIn(target, decimal);
  if (quantity !== undefined && more.length === 0) return { ...quantity, whole: target.trim() };
  throw new UserError({
    happened: `sample ${id}: the target ${JSON.stringify(target)} holds ${quantity === undefined ? "no number" : `${1 + more.length} numbers`}`,
    expected: "one number, like 30 days or 12.5%",
    mend: `correct the target, ${decimal === "." ? 'set `decimal: ","` where commas separate decimals, ' : ""}or use another scorer`,
  });
}

function against(target: Target, text: string, spec: Spec): Score {
  const candidates = candidatesFor(target, quantitiesIn(text, spec.decimal));
  const chosen = chosenFrom(candidates, text, spec.pick);
  if (chosen === undefined) return verdict(false, target.whole, noNumber(candidates));
  const right = isClose(chosen, target, spec);
  const which = isAgreed(candidates) ? "" : ` (of ${distinct(candidates)})`;
  const otherwise = right ? "" : otherReading(target, text, spec);
  return verdict(right, right ? `${chosen.text}${which}` : target.whole, `${chosen.text}${which}${otherwise}`);
}

/** Those that may be the answer: with the target's unit if any are, else all but those of another unit. */
function candidatesFor({ unit }: Quantity, all: readonly Quantity[]): readonly Quantity[] {
  const unmarked = all.filter(({ isMark }) => !isMark);
  const numbers = unmarked.length > 0 ? unmarked : all;
  if (unit === null) return numbers;
  const same = numbers.filter((quantity) => quantity.unit === unit);
  return same.length > 0 ? same : numbers.filter((quantity) => quantity.unit === null || !isKnownUnit(quantity.unit));
}

/** Undefined where there is none, or several where only one is allowed. */
function chosenFrom(candidates: readonly Quantity[], text: string, pick: Spec["pick"]): Quantity | undefined {
  const marked = candidates.findIndex(({ start }) => start >= (lastEnd(text) ?? Number.POSITIVE_INFINITY));
  if (marked >= 0) return resultFrom(marked, candidates, text);
  if (pick === "only" && !isAgreed(candidates)) return undefined;
  return pick === "first" ? candidates[0] : candidates.at(-1);
}

/** The number, or what the calculation that begins with it comes to: 60 of `28 + 32 = 60`. */
function resultFrom(index: number, candidates: readonly Quantity[], text: string): Quantity {
  const number = candidates[index]!;
  const next = candidates[index + 1];
  const between = next === undefined ? "" : text.slice(number.start + number.text.length, next.start);
  return /^\s{0,3}[-+*/×÷=]\s{0,3}$/.test(between) ? resultFrom(index + 1, candidates, text) : number;
}

/** Where the last words end that say that the answer follows. */
const lastEnd = (text: string): number | undefined =>
  [...text.matchAll(/####|\\boxed\{|\banswer(?: is\b|:)/gi)].map((match) => match.index + match[0].length).at(-1);

const isAgreed = (candidates: readonly Quantity[]) =>
  candidates.every(({ value, unit }) => value === candidates[0]!.value && unit === candidates[0]!.unit);

const distinct = (candidates: readonly Quantity[]) => [...new Set(candidates.map(({ text }) => text))].join(", ");

const noNumber = (candidates: readonly Quantity[]) =>
  candidates.length === 0 ? "no such number" : `several: ${distinct(candidates)}`;

function isClose(given: Quantity, target: Quantity, { tolerance, relativeTolerance }: Spec): boolean {
  const allowed = Math.max(tolerance, relativeTolerance * Math.abs(target.value));
  return readings(given, target).some((value) => {
    // What doubles round is not held against the answer: 30.01 − 30 is a little more than 0.01.
    const rounding = 4 * Number.EPSILON * Math.max(Math.abs(value), Math.abs(target.value));
    return Math.abs(value - target.value) <= allowed + rounding;
  });
}

/** The given value in the target's way of writing; two of them where only one of the two has a percent sign. */
function readings(given: Quantity, target: Quantity): number[] {
  if (given.unit === "%" && target.unit !== "%") return [given.value, given.value / 100];
  if (target.unit === "%" && given.unit !== "%") return [given.value, given.value * 100];
  return [given.value];
}

/** A hint where the answer is right if its points and commas are read the other way round. */
function otherReading(target: Quantity, text: string, spec: Spec): string {
  const decimal = spec.decimal === "." ? "," : ".";
  const chosen = chosenFrom(candidatesFor(target, quantitiesIn(text, decimal)), text, spec.pick);
  return chosen !== undefined && isClose(chosen, target, spec) ? ` (right if ${decimal} marks decimals)` : "";
}
