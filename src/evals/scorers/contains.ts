/** The answer contains texts: one, all, any, or none of them. */
import { z } from "zod";
import type { Scorer } from "../scenario.ts";
import type { Score } from "../trial.ts";
import { normalised } from "./normalise.ts";
import { scoreName } from "./score-name.ts";
import { joinsWords } from "./spaced-script.ts";
import { targetsOf } from "./targets.ts";
import { verdict } from "./verdict.ts";

const comparison = {
  caseSensitive: z.boolean().default(false).describe("Capitals count"),
  wholeWords: z
    .boolean()
    .default(false)
    .describe(
      "No letter or digit may touch the text, and no number go on: without it, `30` is found in `130` and `30.5`",
    ),
};
const text = z.string().regex(/\S/, "expected some text");
const values = z.array(text).min(1).describe("The texts to look for");

export const Contains = z.strictObject({
  type: z.literal("contains"),
  name: scoreName,
  value: text.optional().describe("The text to look for [the target or an alternative]"),
  ...comparison,
});
export const ContainsAll = z.strictObject({ type: z.literal("contains-all"), name: scoreName, values, ...comparison });
export const ContainsAny = z.strictObject({ type: z.literal("contains-any"), name: scoreName, values, ...comparison });
export const ContainsNone = z.strictObject({
  type: z.literal("contains-none"),
  name: scoreName,
  values,
  ...comparison,
});

/** 1 where the answer contains the value, or without one the target or an alternative; white space counts as one space. */
export function contains(spec: z.infer<typeof Contains>): Scorer {
  return {
    name: spec.name ?? spec.type,
    version: 2,
    score: (sample, answer) => {
      const wanted = spec.value === undefined ? targetsOf(sample) : [spec.value];
      if (wanted === null) return null;
      const [first] = found(wanted, answer.text, spec);
      return verdict(first !== undefined, first ?? wanted.join(" or "), answer.text.trim());
    },
  };
}

/** 1 where the answer contains all, any, or none of the values, as the type says. Every sample is judged. */
export function containsOf(spec: z.infer<typeof ContainsAll | typeof ContainsAny | typeof ContainsNone>): Scorer {
  return {
    name: spec.name ?? spec.type,
    version: 2,
    score: (_sample, answer) => judgements[spec.type](spec.values, found(spec.values, answer.text, spec)),
  };
}

const list = (texts: readonly string[]) => texts.join(" | ");

const judgements: Readonly<
  Record<"contains-all" | "contains-any" | "contains-none", (wanted: readonly string[], seen: string[]) => Score>
> = {
  "contains-all": (wanted, seen) => {
    const missing = wanted.filter((value) => !seen.includes(value));
    return verdict(missing.length === 0, list(wanted), `all but ${list(missing)}`);
  },
  "contains-any": (wanted, seen) => verdict(seen.length > 0, list(seen.length > 0 ? seen : wanted), "none of them"),
  "contains-none": (wanted, seen) => verdict(seen.length === 0, `none of ${list(wanted)}`, list(seen)),
};

type Comparison = z.infer<z.ZodObject<typeof comparison>>;

/** Those of the values that are in the text. */
function found(wanted: readonly string[], text: string, { caseSensitive, wholeWords }: Comparison): string[] {
  const how = { caseSensitive, whiteSpace: "collapse", punctuation: "keep" } as const;
  const given = normalised(text, how);
  const isIn = wholeWords ? containsWords : (value: string) => given.includes(value);
  return wanted.filter((value) => isIn(normalised(value, how), given));
}

/** Whether a text contains another with no letter or digit touching its own, and not as a part of a longer number. */
export function containsWords(value: string, text: string): boolean {
  const joins = (left: string, right: string) => joinsWords(left) && joinsWords(right);
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) {
    const end = at + value.length;
    const isInside = joins(text[at - 1] ?? "", value[0] ?? "") || joins(value.at(-1) ?? "", text[end] ?? "");
    if (!isInside && !isNumberGoingOn(text, at, end)) return true;
  }
  return false;
}

/** One number with its decimals or its thousands, whichever mark it has for them; a list like `1,2,3` is none. */
const oneNumber = /^(?:\d*[.,]\d+|\d{1,3}(?:([.,'’])\d{3})(?:\1\d{3})*(?:[.,]\d+)?)$/;
const longestNumber = 40;

/** Whether what stands at either end is part of a number that goes on outside: `30` of `1.30` or of `30,000`. */
function isNumberGoingOn(text: string, start: number, end: number): boolean {
  const before = /(?<!\p{L})[\d.,'’]+$/u.exec(text.slice(Math.max(0, start - longestNumber), start))?.[0] ?? "";
  const after = /^(?:[.,'’]?\d)*/.exec(text.slice(end, end + longestNumber))![0];
  const inside = text.slice(start, end);
  const first = /^[\d.,'’]*/.exec(inside)![0];
  const last = /[\d.,'’]*$/.exec(inside)![0];
  const isWhole = first.length === inside.length;
  return (
    (before !== "" && first !== "" && oneNumber.test(before + first + (isWhole ? after : ""))) ||
    (after !== "" && last !== "" && oneNumber.test((isWhole ? before : "") + last + after))
  );
}
