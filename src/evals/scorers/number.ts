/** The answer's number is the target's, within a tolerance. */
import { z } from "zod";
import { type Mistake, UserError } from "../../errors.ts";
import type { Scorer } from "../scenario.ts";
import type { Score } from "../trial.ts";
import { type Quantity, quantitiesIn } from "./quantities.ts";
import { scoreName } from "./score-name.ts";
import { type Targeted, targetsOf } from "./targets.ts";
import { isKnownUnit, isSameUnit } from "./units.ts";
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
 * `pick` decides, by default for the last one, as evaluations after GSM8K do. A denied number (`not 41`) never is.
 *
 * A sample whose target holds no number, or several, throws a UserError.
 *
 * @see "flexible-extract" in EleutherAI's lm-evaluation-harness, tasks/gsm8k/gsm8k.yaml
 */
export function number(spec: Spec): Scorer {
  return {
    name: spec.name ?? spec.type,
    version: 3,
    score: (sample, answer) => {
      const targets = targetsOf(sample);
      if (targets === null) return null;
      const mistake = numberMistake(spec, sample);
      if (mistake !== null) throw new UserError(mistake);
      const scores = targets.map((target) => {
        const [quantity] = quantitiesIn(target, spec.decimal);
        return against({ ...quantity!, whole: target.trim() }, answer.text, spec);
      });
      return scores.find(({ value }) => value === 1) ?? scores[0]!;
    },
  };
}

interface Target extends Quantity {
  readonly whole: string;
}

/** A target that no answer can be held against: without a number, or with several. */
export function numberMistake({ decimal }: Spec, sample: Targeted): Mistake | null {
  for (const target of targetsOf(sample) ?? []) {
    const count = quantitiesIn(target, decimal).length;
    if (count === 1) continue;
    return {
      happened: `sample ${sample.id}: the target ${JSON.stringify(target)} holds ${count === 0 ? "no number" : `${count} numbers`}`,
      expected: "one number, like 30 days or 12.5%",
      mend: `correct the target, ${decimal === "." ? 'set `decimal: ","` where commas separate decimals, ' : ""}or use another scorer`,
    };
  }
  return null;
}

function against(target: Target, text: string, spec: Spec): Score {
  const numbers = statedIn(text, spec.decimal);
  const candidates = candidatesFor(target, numbers);
  const chosen = chosenFrom(candidates, text, spec.pick);
  if (chosen === undefined) return verdict(false, target.whole, whyNone(candidates, numbers));
  const right = isClose(chosen, target, spec);
  const which = isAgreed(candidates) ? "" : ` (of ${distinct(candidates)})`;
  const otherwise = right ? "" : otherReading(target, text, spec);
  return verdict(right, right ? `${chosen.text}${which}` : target.whole, `${chosen.text}${which}${otherwise}`);
}

/** The numbers of a text without those that it denies: 41 of `not 41 but 42`. */
const statedIn = (text: string, decimal: Spec["decimal"]): readonly Quantity[] =>
  quantitiesIn(text, decimal).filter(({ start }) => !denied.test(text.slice(Math.max(0, start - 30), start)));
const denied =
  /(?:\b(?:not|cannot|never|neither|nor|rather than|instead of)|n['’]t)\s+(?:be\s+)?(?:the\s+)?(?:answer\s+)?[*_`"'([]*$/i;

/** Those that may be the answer: with the target's unit if any are, else all but those of another unit. */
function candidatesFor({ unit }: Quantity, all: readonly Quantity[]): readonly Quantity[] {
  const unmarked = all.filter(({ isMark }) => !isMark);
  const numbers = unmarked.length > 0 ? unmarked : all;
  if (unit === null) return numbers;
  const same = numbers.filter((quantity) => quantity.unit !== null && isSameUnit(quantity.unit, unit));
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
  return /^\s{0,3}(?:[-−+*/x×·⋅÷=≈]|\\(?:times|cdot|div))\s{0,3}$/.test(between)
    ? resultFrom(index + 1, candidates, text)
    : number;
}

/** Where the last words end that say that the answer follows, or the last line that is a heading for it. */
const lastEnd = (text: string): number | undefined =>
  [...text.matchAll(answerMark)].map((match) => match.index + match[0].length).at(-1);
const answerMark = new RegExp(
  [
    String.raw`####|\\boxed\{`,
    String.raw`\banswer[*_]{0,3}(?: ?[:：]| (?:is|(?:would|should|must|has to) be)\b)`,
    String.raw`^[ \t#*_]*(?:(?:final|correct|my|the) )?answer[*_]{0,3}[ \t]*$`,
  ].join("|"),
  "gim",
);

/** Any other word behind a number is no part of it. */
const ofUnit = ({ unit }: Quantity) => (unit !== null && isKnownUnit(unit) ? unit : null);

const isAgreed = (candidates: readonly Quantity[]) =>
  candidates.every((one) => one.value === candidates[0]!.value && ofUnit(one) === ofUnit(candidates[0]!));

const distinct = (candidates: readonly Quantity[]) => [...new Set(candidates.map(({ text }) => text))].join(", ");

function whyNone(candidates: readonly Quantity[], numbers: readonly Quantity[]): string {
  if (candidates.length > 0) return `several: ${distinct(candidates)}`;
  return numbers.length > 0 ? `${distinct(numbers)}, in another unit` : "no such number";
}

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
  const chosen = chosenFrom(candidatesFor(target, statedIn(text, decimal)), text, spec.pick);
  return chosen !== undefined && isClose(chosen, target, spec) ? ` (right if ${decimal} marks decimals)` : "";
}
