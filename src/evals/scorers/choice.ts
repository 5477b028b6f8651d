/** The letter that an answer to a multiple-choice question names. */
import { z } from "zod";
import { type Mistake, UserError } from "../../errors.ts";
import type { Scorer } from "../scenario.ts";
import { scoreName } from "./score-name.ts";
import { type Targeted, targetsOf } from "./targets.ts";
import { verdict } from "./verdict.ts";

export const Choice = z.strictObject({
  type: z.literal("choice"),
  name: scoreName,
  choices: z.int().min(2).max(26).default(4).describe("How many there are: 4 for A to D"),
});
type Spec = z.infer<typeof Choice>;

/** 1 where the letter is the target's. A sample whose target is no letter of the choices throws a UserError. */
export function choice(spec: Spec): Scorer {
  const letters = lettersOf(spec);
  return {
    name: spec.name ?? spec.type,
    version: 3,
    score: (sample, answer) => {
      const targets = targetsOf(sample)?.map((target) => letterIn(target, letters));
      if (targets === undefined) return null;
      const mistake = choiceMistake(spec, sample);
      if (mistake !== null) throw new UserError(mistake);
      const named = lettersNamed(answer.text, letters);
      const right = named.length === 1 && targets.includes(named[0]!);
      return verdict(right, targets.join(" or "), named.join(" and ") || `no letter: ${answer.text.trim()}`);
    },
  };
}

/** A target that no answer can name. */
export function choiceMistake(spec: Spec, sample: Targeted): Mistake | null {
  const letters = lettersOf(spec);
  const target = targetsOf(sample)?.find((one) => letterIn(one, letters) === null);
  if (target === undefined) return null;
  return {
    happened: `sample ${sample.id}: the target ${JSON.stringify(target)} is no choice`,
    expected: `a letter from A to ${letters.at(-1)}`,
    mend: "correct the target, or set `choices` to how many there are",
  };
}

const lettersOf = ({ choices }: Spec) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ".slice(0, choices);

function letterIn(target: string, letters: string): string | null {
  const letter = /^\s*\(?([a-z])[).]?\s*$/i.exec(target)?.[1]?.toUpperCase();
  return letter !== undefined && letters.includes(letter) ? letter : null;
}

/**
 * The letter that an answer decides for; all that it names where it does not decide; none where it names none. In this
 * order: a letter alone on the last line; one line that begins like `B) Paris`; what the last "answer is", `Answer:` or
 * `\boxed{` names; a letter alone on the first line; the letters that stand alone. What is denied (`not B`, `B is wrong`)
 * is not named.
 *
 * @param letters  the choices, `ABCD`
 * @see LongBench's pred.py and MMLU-Pro's evaluate_from_api.py, which look for some of these forms in such an order
 */
export function lettersNamed(answer: string, letters: string): string[] {
  const wide = answer.replace(/[Ａ-Ｚａ-ｚ（）．：]/g, (character) => character.normalize("NFKC"));
  const capital = `[A-${letters.at(-1)}]`;
  const text = withoutWrongLines(wide.replace(/[*_`$]/g, "").trim(), capital);
  const lone = lettersOfLines(text, letters);
  const lastLines = lone.slice(lone.lastIndexOf(null) + 1);
  if (lastLines.length > 0) return distinct(lastLines);
  const option = new RegExp(`^\\(?(${capital})[).:] (.*)$`).exec(text);
  if (option !== null && !hasFurtherOption(option[2]!, capital)) return [option[1]!];
  const last = decisionsIn(text, letters).at(-1);
  if (last !== undefined) return distinct(last);
  const firstLines = lone.slice(0, lone.indexOf(null));
  if (firstLines.length > 0) return distinct(firstLines);
  return distinct(
    standingIn(text, `${capital}|(?<=\\b(?:[Oo]ption|[Cc]hoice) \\(?)${capital.toLowerCase()}`, capital, {
      text,
      at: 0,
    }),
  );
}

const distinct = (letters: readonly (string | null)[]) => [
  ...new Set(letters.flatMap((letter) => letter?.toUpperCase() ?? [])),
];

/** Leaves out lines like `A: wrong` where several lines are such verdicts. */
function withoutWrongLines(text: string, capital: string): string {
  const verdictLine = (words: string) =>
    new RegExp(`^\\s*\\(?${capital}[).:]{1,2}\\s*(?:${words})\\s*(?:[.,;:(–—-].*|because .*)?$`, "i");
  const wrong = verdictLine("wrong|incorrect|false|no");
  const right = verdictLine("right|correct|true|yes");
  const lines = text.split("\n");
  if (lines.filter((line) => wrong.test(line) || right.test(line)).length < 2) return text;
  return lines
    .filter((line) => !wrong.test(line))
    .join("\n")
    .trim();
}

/** Of each line that is not empty the letter that it is, null for any other. */
function lettersOfLines(text: string, letters: string): (string | null)[] {
  const alone = new RegExp(`^["'([]{0,2}([${letters}${letters.toLowerCase()}])[)"'\\].:,]{0,3}$`);
  const lines = text.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "").map((line) => alone.exec(line)?.[1] ?? null);
}

/** Whether the line goes on with another option, as in `A) or B)`. `D) Both (A) and (B)` is one option about others. */
function hasFurtherOption(rest: string, capital: string): boolean {
  if (new RegExp(`^(?:[Bb]oth |[Nn]either )?\\(?${capital}\\)?(?: and| n?or|,)`).test(rest)) return false;
  const further = new RegExp(
    `^(?:and|or|[,/&]) ?\\(?(${capital})(?![\\p{L}\\p{N}'’-])|\\b(?:and|or) (${capital})[.:] |(?<![\\p{L}\\p{N}])(${capital})\\)`,
    "gu",
  );
  return [...rest.matchAll(further)].some((match) => {
    const letter = match[1] ?? match[2] ?? match[3]!;
    const at = match.index + match[0].lastIndexOf(letter);
    return !isWord(letter, rest.slice(at + 1)) && !isDenied(rest, at, capital);
  });
}

/** What each "answer is", `Answer:` and `\boxed{` names, one letter or several: `A or B`, `A, B`. */
function decisionsIn(text: string, letters: string): string[][] {
  const capital = `[A-${letters.at(-1)}]`;
  const either = `[${letters}${letters.toLowerCase()}]`;
  const noun = "(?:[Bb]oth |[Ee]ither )?(?:[Oo]ptions? |[Cc]hoices? )?";
  const end = `(?![\\p{L}\\p{N}'’]|-\\p{Ll})`;
  const perhaps = "(?:(?:possibly|perhaps|maybe|probably|even|also) )?";
  const further = (letter: string) =>
    [
      `(?:,? ?(?:and/or|and|or) |[ ]?[/&+] ?)${perhaps}(?:\\\\boxed\\{)?${noun}\\(?${letter}${end}`,
      `, ?\\(?${letter}${end}(?!\\)? (?!and\\b|or\\b|are\\b)\\p{L})`,
    ].join("|");
  const forms = [
    `\\b[Aa](?:nswer|NSWER) (?:is|(?:would|should|must|has to) be):?\\s?${noun}\\(?${capital}`,
    `\\b[Aa](?:nswer|NSWER)\\s?:\\s?${noun}\\(?${either}`,
    `\\\\boxed\\{(?:\\\\text\\{)?\\(?${either}`,
  ];
  const decided = new RegExp(
    forms.map((form, index) => `${form}${end}(?:[)\\]}"']*(?:${further(index === 0 ? capital : either)}))*`).join("|"),
    "gu",
  );
  return [...text.matchAll(decided)]
    .map(({ 0: decision, index }) => standingIn(decision, either, capital, { text, at: index }))
    .filter((named) => named.length > 0);
}

/** The letters in a part of a text that stand alone, are no words, and are not denied. */
function standingIn(part: string, letter: string, capital: string, whole: { text: string; at: number }): string[] {
  const standing = part.matchAll(new RegExp(`(?<![\\p{L}\\p{N}'’-])(?:${letter})(?![\\p{L}\\p{N}'’-])`, "gu"));
  return [...standing]
    .map(({ 0: named, index }) => ({ named, at: whole.at + index }))
    .filter(({ named, at }) => !isWord(named, whole.text.slice(at + 1, at + 20)) && !isDenied(whole.text, at, capital))
    .map(({ named }) => named);
}

const excluding = [
  "rul(?:e|es|ed|ing) out|eliminat(?:e|es|ed|ing)|exclud(?:e|es|ed|ing)",
  "reject(?:s|ed|ing)?|discard(?:s|ed|ing)?|dismiss(?:es|ed|ing)?",
].join("|");
const doubting = String.raw`(?<!\b(?:no|not|any|without|without a)\s|n['’]t\s)doubt(?:\s+that)?`;
const denying = `not|cannot|never|neither|nor|rather than|instead of|anything but|except|${doubting}|${excluding}`;
const adverbs = String.raw`(?:(?:both|all|also|therefore|hence|thus|just|still|\p{L}+ly)\s+){0,2}`;
const isWrong = String.raw`\s+(?:is|are|was|were)\s+(?!unlikely\s+to be\s+(?:wrong|incorrect))${adverbs}(?:(?:the|an?)\s+)?(?:(?:wrong|incorrect|false|impossible|unlikely|out)\b|(?:ruled|eliminated|excluded)\b)`;
const isNot = String.raw`\s+(?:is|are|was|were|do|does|can|could|would)(?:n['’]t|\s*not|\s+${adverbs}(?:not|never))\b(?!\s+(?:wrong|incorrect|false|only))`;

/** Whether the words around the letter say that it is not the answer: `not B`, `neither A nor B`, `A and B are wrong`. */
function isDenied(text: string, at: number, capital: string): boolean {
  const [clause] = /[^.;:!?\n]*$/.exec(text.slice(Math.max(0, at - 80), at))!;
  const rest = text.slice(at + 1, at + 80);
  const item = String.raw`\(?${capital}\)?`;
  const noun = String.raw`(?:(?:think|believe)\s+(?:that\s+)?|(?:be|choose|pick|select|take|go (?:for|with))\s+)?(?:the\s+)?(?:(?:answer|option|choice)s?\s+)?`;
  const all = new RegExp(String.raw`\b(?:all|every\p{L}*|each)\b.*\b(?:but|except)(?:\s+for)?\s+${noun}["'([]*$`, "iu");
  if (all.test(clause)) return !/\b(?:wrong|incorrect|false)\b/i.test(clause + /^[^.;:!?\n]*/.exec(rest)![0]);
  const opinion = new RegExp(
    String.raw`(?:\b(?:do(?:es)? not|do(?:es)?n['’]t|not the case)\b|${doubting}\b)[^,]*\b(?:is|be)\s+\W*$`,
    "i",
  );
  const earlier = String.raw`(?:${item},?\s+n?or\s+)*`;
  const before = new RegExp(String.raw`(?:\b(?:${denying})|n['’]t)\s+${noun}${earlier}["'([]*$`, "i");
  const inList = new RegExp(String.raw`\b(?:${excluding})\s+${noun}(?:${item},\s*)*["'([]*$`, "i");
  const endOfList = new RegExp(
    String.raw`\b(?:${excluding})\s+${noun}(?:${item},\s*)*(?:${item}\s+)?and\s+["'([]*$`,
    "i",
  );
  const listGoesOn = new RegExp(String.raw`^\)?(?:,\s*${item})*,?\s+(?:and|or)\s+${item}`);
  const later = String.raw`(?:(?:,\s*${item})*,?\s+(?:and(?!\s+${item}\s+(?:is|was|does)\b)|or|nor)\s+${item})?`;
  const after = new RegExp(String.raw`^[)\]"']*${later}(?:${isWrong}|${isNot})`, "u");
  return (
    opinion.test(clause) ||
    before.test(clause) ||
    (inList.test(clause) && listGoesOn.test(rest)) ||
    (endOfList.test(clause) && !/^\)?\s+(?:is|must|remains)\b/.test(rest)) ||
    after.test(rest)
  );
}

/** The article A and the pronoun I go on with a word; a letter goes on with few. */
const isWord = (letter: string, rest: string) =>
  /[AI]/i.test(letter) && /^ \p{L}/u.test(rest) && !goesOnFromLetter.test(rest);
const goesOnFromLetter = new RegExp(
  [
    "^ (?:is|isn['’]t|and|or|because|since|as|but|for|from|with|by|if|so|when|while|where|which|though|although|not",
    "rather than|instead of|according to|based on)(?![\\p{L}-])",
  ].join("|"),
  "u",
);
