/** Finds the numbers of a text, with their units, as people and models write them. */
import { joinsWords } from "./spaced-script.ts";
import { isKnownUnit, unitOf } from "./units.ts";

export type DecimalMark = "." | ",";

export interface Quantity {
  /** As written: `12.5 %` is 12.5, with the unit `%`. */
  readonly value: number;
  /** The word or sign beside the number, which may only be what comes next in the sentence; null where there is none. */
  readonly unit: string | null;
  /** The number's own characters, for people. */
  readonly text: string;
  readonly start: number;
  /** It looks like a reference (`[3]`) or the number of a list's point (`2.`), not like an answer. */
  readonly isMark: boolean;
}

/**
 * The numbers of a text in order. Read are signs, thousands (`1,234,567`, `1 234`, `1'234`, `1_234`), decimals, exponents
 * (`1.5e-3`, `1.5 × 10^-3`, `1.5·10⁻³`), words of size (`3.2 million`, `3.2M`), currencies and units. Not read are number
 * words, fractions like `3/4`, digits within a word (`H100`, `GPT-4`), versions and dates with points (`1.2.3`). The ends of
 * a range and the parts of an ISO date are numbers of their own.
 *
 * @param decimal  what separates decimals; the other mark groups thousands
 */
export function quantitiesIn(text: string, decimal: DecimalMark): Quantity[] {
  const plain = withoutLatex(text.replace(/[０-９．，％－＋＄]/g, (wide) => wide.normalize("NFKC")));
  const found: Quantity[] = [];
  let end = 0;
  const runs = /\d(?:[\d.,'’_ \u00a0\u202f\u2009\u2060]*\d)?/g;
  for (let run = runs.exec(plain); run !== null; run = runs.exec(plain)) {
    const before = beforeNumber(plain, run.index);
    if (before === null) continue;
    for (const { written, offset } of numbersOf(run[0], decimal)) {
      const start = run.index + offset;
      const { sign, lead, currency, start: from } = offset === 0 ? before : { ...nothingBefore, start };
      const after = afterNumber(plain, start + written.length);
      const value = sign * Number(`${lead}${digitsOf(written, decimal)}e${after.exponent}`) * after.size;
      if (!Number.isFinite(value)) continue;
      end = after.end;
      found.push({
        value,
        unit: currency ?? after.unit,
        text: text.slice(from, after.end),
        start: from,
        isMark: isMark(plain, start, start + written.length),
      });
    }
    // An exponent's digits are no number of their own.
    runs.lastIndex = Math.max(runs.lastIndex, end);
  }
  return found;
}

/** `1{,}234`, `12\%` and `\$5` written plainly, each in as many characters, so that places in the text stay what they are. */
const withoutLatex = (text: string) =>
  text.replaceAll("{,}", "\u2060,\u2060").replaceAll("\\%", " %").replaceAll("\\$", " $");

interface Before {
  readonly sign: 1 | -1;
  /** `0.` where the number was written `.5`. */
  readonly lead: "" | "0.";
  readonly currency: string | null;
  readonly start: number;
}

const nothingBefore = { sign: 1, lead: "", currency: null } as const;

/** What stands directly before the digits at `start`; null where they are part of a word. */
function beforeNumber(text: string, start: number): Before | null {
  const character = (at: number) => text[at] ?? "";
  let at = start;
  const lead = character(at - 1) === "." && !joinsWords(character(at - 2)) && character(at - 2) !== "." ? "0." : "";
  if (lead !== "") at--;
  const touching = character(at - 1);
  if (touching === "." || joinsWords(touching)) return null;
  // `x_1` and `GPT-4` are names; `_30_` is emphasis and `3-4` a range.
  if (touching === "_" && joinsWords(character(at - 2))) return null;
  if (touching === "-" && joinsWords(character(at - 2)) && !/\d/.test(character(at - 2))) return null;
  let sign: 1 | -1 = 1;
  let currency: string | null = null;
  // Both `-$5` and `$-5` are written.
  for (let steps = 0; steps < 2; steps++) {
    const mark = character(at - 1);
    if (currency === null && /[$€£¥₹]/.test(mark)) currency = unitOf(mark);
    else if (sign === 1 && /[-−–]/.test(mark) && !/[\d)\]]/.test(character(at - 2))) sign = -1;
    else break;
    at--;
  }
  const code = /(?<!\p{L})(USD|EUR|GBP|JPY|INR) $/u.exec(text.slice(Math.max(0, at - 5), at))?.[1];
  if (currency !== null || code === undefined) return { sign, lead, currency, start: at };
  return { sign, lead, currency: unitOf(code), start: at - 4 };
}

/** The number that a run of digits and marks is, or those that it lists. */
function numbersOf(run: string, decimal: DecimalMark): { readonly written: string; readonly offset: number }[] {
  if (isNumber[decimal].test(run)) return [{ written: run, offset: 0 }];
  return [...run.matchAll(decimal === "." ? /\d+(?:\.\d+)*/g : /\d+(?:,\d+)*/g)]
    .map((part) => ({ written: part[0], offset: part.index }))
    .filter(({ written }) => isNumber[decimal].test(written));
}

const groups = String.raw`['’_ \u00a0\u202f\u2009]`;
const isNumber: Readonly<Record<DecimalMark, RegExp>> = {
  ".": new RegExp(String.raw`^(?:\d+|\d{1,3}(${groups}|\u2060?,\u2060?)\d{3}(?:\1\d{3})*)(?:\.\d+)?$`),
  ",": new RegExp(String.raw`^(?:\d+|\d{1,3}(${groups}|\.)\d{3}(?:\1\d{3})*)(?:,\d+)?$`),
};

const digitsOf = (written: string, decimal: DecimalMark) =>
  decimal === "." ? written.replace(/[^\d.]/g, "") : written.replace(/[^\d,]/g, "").replace(",", ".");

interface After {
  readonly exponent: number;
  /** What a word of size multiplies with. */
  readonly size: number;
  readonly unit: string | null;
  /** Where the number ends, with its unit if that is a known one. */
  readonly end: number;
}

const powerOfTen =
  /^(?:[eE]([+-]?\d{1,3})(?![\p{L}\d])|\s{0,2}(?:[×x*·⋅]|\\times|\\cdot)\s{0,2}10\s?(?:(?:\^|\*\*)\s?\{?([+−-]?\d{1,3})\}?|([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})))/u;
const sizeWord = /^(?:\s?(thousand|million|billion|trillion|mn|bn|tn)|([kKMBT]))(?![\p{L}\p{N}])/u;
const sizes: Readonly<Record<string, number>> = {
  ...{ thousand: 1e3, k: 1e3, K: 1e3, million: 1e6, mn: 1e6, M: 1e6 },
  ...{ billion: 1e9, bn: 1e9, B: 1e9, trillion: 1e12, tn: 1e12, T: 1e12 },
};
const unitWord = /^[\s\u2011-]?(per cent|%|[€£¥₹$]|°?[\p{L}µ]{1,24}[²³]?)/u;

/** What follows on the digits that end at `start`: an exponent, a word of size, a unit. */
function afterNumber(text: string, start: number): After {
  let end = start;
  const take = (pattern: RegExp) => {
    const match = pattern.exec(text.slice(end, end + 40));
    end += match?.[0].length ?? 0;
    return match;
  };
  const power = take(powerOfTen);
  const size = take(sizeWord);
  const numberEnd = end;
  const word = take(unitWord)?.[1];
  const unit = word === undefined ? null : word === "per cent" ? "%" : unitOf(word);
  return {
    exponent: power === null ? 0 : exponentOf(power[1] ?? power[2] ?? power[3]!),
    size: size === null ? 1 : sizes[size[1] ?? size[2]!]!,
    unit,
    end: unit !== null && isKnownUnit(unit) ? end : numberEnd,
  };
}

const exponentOf = (written: string) => Number(written.normalize("NFKC").replace("−", "-"));

/** `[3]`, or `2.` and `2)` at the beginning of a line. */
function isMark(text: string, start: number, end: number): boolean {
  if (text[start - 1] === "[" && text[end] === "]") return true;
  return /^[.)]\s/.test(text.slice(end, end + 2)) && /(?:^|\n)[ \t]*$/.test(text.slice(Math.max(0, start - 8), start));
}
