/** Finds the numbers of a text, with their units, as people and models write them. */
import { joinsWords } from "./spaced-script.ts";
import { currencyCodes, isCurrency, isKnownUnit, knownUnit, unitOf } from "./units.ts";

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
 * (`1.5e-3`, `1.5 × 10^-3`, `1.5·10⁻³`, `10⁶`), fractions behind a number (`1½`), words of size (`3.2 million`, `3.2M`,
 * `£3.2m`), signs in words (`minus 5`), currencies and units. Not read are number words, fractions like `3/4`, digits within
 * a word (`H100`, `GPT-4`), versions and dates with points (`1.2.3`).
 * The ends of a range and the parts of an ISO date are numbers of their own.
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
      const after = afterNumber(plain, start + written.length, { isTen: lead + written === "10", currency });
      const digits = Number(`${lead}${digitsOf(written, decimal)}e${after.exponent}`);
      const value = sign * (digits + after.fraction) * after.size;
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
    const money = currency === null ? currencySign.exec(text.slice(Math.max(0, at - 4), at))?.[0] : undefined;
    if (money !== undefined) currency = unitOf(money);
    else if (sign === 1 && /[-−–]/.test(mark) && !/[\d)\]]/.test(character(at - 2))) sign = -1;
    else break;
    at -= money?.length ?? 1;
  }
  const code = currencyCode.exec(text.slice(Math.max(0, at - 5), at))?.[1];
  if (currency === null && code !== undefined) {
    currency = unitOf(code);
    at -= 4;
  }
  const word = sign === 1 ? signWord.exec(text.slice(Math.max(0, at - 40), at))?.[1] : undefined;
  return word === undefined
    ? { sign, lead, currency, start: at }
    : { sign: -1, lead, currency, start: at - word.length };
}

/** Only where nothing is there to subtract from: `x minus 5` is no negative number. */
const signWord =
  /(?:^|[\n:=(]\s*|\b(?:is|are|was|be|to|of|at|equals?|about|exactly|approximately|gives|get|or|and|from)\s+)[*_`"']*((?:minus|negative)\s)$/i;

const currencySign = /(?:[€£¥₹₩]|(?:(?<!\p{L})(?:US|CA?|AU?|HK))?\$)$/u;
const currencyCode = new RegExp(`(?<!\\p{L})(${currencyCodes.join("|")}) $`, "u");

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
  /** Half for `½`, 0 for none. */
  readonly fraction: number;
  /** What a word of size multiplies with. */
  readonly size: number;
  readonly unit: string | null;
  /** Where the number ends, with its unit if that is a known one. */
  readonly end: number;
}

const powerOfTen =
  /^(?:[eE]([+-]?\d{1,3})(?![\p{L}\d])|\s{0,2}(?:[×x*·⋅]|\\times|\\cdot)\s{0,2}10\s?(?:(?:\^|\*\*)\s?\{?([+−-]?\d{1,3})\}?|([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})))/u;
/** What makes a 10 a power of ten. */
const power = /^(?:(?:\^|\*\*)\{?([+−-]?\d{1,3})\}?|([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}))(?![\p{L}\d])/u;
const vulgarFraction = /^\s?([¼½¾⅐-⅞])/;
const sizeWord = /^\s?(thousand|million|billion|trillion|mn|bn|tn)(?![\p{L}\p{N}])/iu;
const sizeLetter = /^([kKMBT])(?![\p{L}\p{N}])/u;
/** Beside a currency an `m` is no metre. */
const sizeOfMoney = /^\s?(k|mn?|bn?|tn)(?![\p{L}\p{N}])/iu;
const sizes: Readonly<Record<string, number>> = {
  ...{ thousand: 1e3, k: 1e3, million: 1e6, mn: 1e6, m: 1e6 },
  ...{ billion: 1e9, bn: 1e9, b: 1e9, trillion: 1e12, tn: 1e12, t: 1e12 },
};

/** What follows on the digits that end at `start`: an exponent, a word of size, a unit. */
function afterNumber(
  text: string,
  start: number,
  { isTen, currency }: { isTen: boolean; currency: string | null },
): After {
  let end = start;
  const take = (pattern: RegExp) => {
    const match = pattern.exec(text.slice(end, end + 40));
    end += match?.[0].length ?? 0;
    return match;
  };
  const factor = take(powerOfTen);
  const ofTen = factor === null && isTen ? take(power) : null;
  const fraction = take(vulgarFraction)?.[1]?.normalize("NFKC").split("⁄").map(Number);
  const size = take(sizeWord) ?? take(sizeLetter) ?? (isMoney(text, end, currency) ? take(sizeOfMoney) : null);
  const unit = unitAt(text, end);
  return {
    exponent: ofTen === null ? exponentOf(factor) : exponentOf(ofTen) - 1,
    fraction: fraction === undefined ? 0 : fraction[0]! / fraction[1]!,
    size: size === null ? 1 : sizes[size[1]!.toLowerCase()]!,
    unit: unit?.unit ?? null,
    end: unit !== null && isKnownUnit(unit.unit) ? unit.end : end,
  };
}

/** The exponent that a pattern has found; 0 where it has found none. */
const exponentOf = (found: RegExpExecArray | null) =>
  Number((found?.slice(1).find((part) => part !== undefined) ?? "0").normalize("NFKC").replace("−", "-"));

/** Whether a word of size at `end` would stand beside a currency. */
function isMoney(text: string, end: number, currency: string | null): boolean {
  if (currency !== null) return true;
  const size = sizeOfMoney.exec(text.slice(end, end + 4));
  return size !== null && isCurrency(unitAt(text, end + size[0].length)?.unit ?? "");
}

const word = String.raw`[\p{L}µ]{1,24}(?:[²³]|\^?[23](?![\p{L}\p{N}]))?`;
/** `miles per hour`, `square metres`, `km/h` */
const unitPhrases = [2, 1].map(
  (more) => new RegExp(String.raw`^[\s\u2011-]?(${word}(?:[\s/-]${word}){${more}})(?![\p{L}\p{N}])`, "u"),
);
const unitWord = new RegExp(
  String.raw`^[\s\u2011-]?([%‰]|[€£¥₹₩¢$]|[A-Z]{1,2}\$|[°º]\s?[CF](?!\p{L})|[°º℃℉]|${word})`,
  "u",
);

/** The word or sign at `start`, or the several words that are one unit, and where it ends. */
function unitAt(text: string, start: number): { readonly unit: string; readonly end: number } | null {
  const rest = text.slice(start, start + 60);
  for (const phrase of unitPhrases) {
    const match = phrase.exec(rest);
    const unit = match === null ? null : knownUnit(match[1]!);
    if (unit !== null) return { unit, end: start + match![0].length };
  }
  const match = unitWord.exec(rest);
  if (match !== null && /^(?:in|A)$/i.test(match[1]!) && goesOn.test(rest.slice(match[0].length))) return null;
  return match === null ? null : { unit: unitOf(match[1]!), end: start + match[0].length };
}

/** What follows where `in` is no inch and `A` no ampere: `in 2020`, `A4`, `A-level`. */
const goesOn = /^(?:[\d-]|[ \u00a0][\p{L}\p{N}$€£"“*_[])/u;

/** `[3]`, or `2.` and `2)` at the beginning of a line. */
function isMark(text: string, start: number, end: number): boolean {
  if (text[start - 1] === "[" && text[end] === "]") return true;
  return /^[.)]\s/.test(text.slice(end, end + 2)) && /(?:^|\n)[ \t]*$/.test(text.slice(Math.max(0, start - 8), start));
}
