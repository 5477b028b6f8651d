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
    version: 2,
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
 * order: an answer that is a letter alone, or one line that begins like `B) Paris`; the last letter after "answer is",
 * `Answer:` or `\boxed{`; a capital that stands alone, if it is the only one. What is denied (`not B`, `B is wrong`) is not
 * named.
 *
 * @param letters  the choices, `ABCD`
 * @see LongBench's pred.py and MMLU-Pro's evaluate_from_api.py, which look for these forms in this order
 */
export function lettersNamed(answer: string, letters: string): string[] {
  const text = answer.replace(/[*_`$]/g, "").trim();
  const capital = `[A-${letters.at(-1)}]`;
  const letter = `[A-${letters.at(-1)}a-${letters.at(-1)!.toLowerCase()}]`;
  const alone = new RegExp(`^[("'[]{0,2}(${letter})[)"'\\].:,]{0,3}$|^\\(?(${capital})[).:] .*$`).exec(text);
  if (alone !== null) return [(alone[1] ?? alone[2]!).toUpperCase()];
  const decided = new RegExp(
    [
      `\\b[Aa](?:nswer|NSWER) (?:is|would be|should be):?\\s?(?:[Oo]ption |[Cc]hoice )?\\(?(${capital})`,
      `\\b[Aa](?:nswer|NSWER)\\s?:\\s?(?:[Oo]ption |[Cc]hoice )?\\(?(${letter})`,
      `\\\\boxed\\{(?:\\\\text\\{)?\\(?(${letter})`,
    ]
      .map((form) => `${form}(?![\\p{L}\\p{N}'’])`)
      .join("|"),
    "gu",
  );
  const last = [...text.matchAll(decided)]
    .map((match) => ({ letter: match[1] ?? match[2] ?? match[3]!, end: match.index + match[0].length }))
    .findLast(({ end }) => !isDenied(text, end - 1, capital));
  if (last !== undefined) return [last.letter.toUpperCase()];
  const standing = text.matchAll(new RegExp(`(?<![\\p{L}\\p{N}'’-])${capital}(?![\\p{L}\\p{N}'’-])`, "gu"));
  const named = [...standing].filter(
    ({ 0: letter, index }) => !isWord(letter, text.slice(index + 1)) && !isDenied(text, index, capital),
  );
  return [...new Set(named.map(([letter]) => letter))];
}

const denying = [
  "not|cannot|never|neither|nor|rather than|instead of|anything but|except",
  "rul(?:e|es|ed|ing) out|eliminat(?:e|es|ed|ing)|exclud(?:e|es|ed|ing)",
].join("|");
const isWrong = String.raw`\s+(?:is|are|was|were)\s+(?:wrong|incorrect|false|out\b|(?:ruled|eliminated|excluded)\b)`;
const isNot = String.raw`\s+(?:is|are|was|were|do|does|can|could|would)(?:n['’]t|\s*not)\b(?!\s+(?:wrong|incorrect|false|only))`;

/** Whether the words around the letter say that it is not the answer: `not B`, `neither A nor B`, `A and B are wrong`. */
function isDenied(text: string, at: number, capital: string): boolean {
  const [clause] = /[^.;:!?\n]*$/.exec(text.slice(Math.max(0, at - 80), at))!;
  const opinion = /\b(?:do(?:es)? not|do(?:es)?n['’]t|doubt|not the case)\b[^,]*\b(?:is|be)\s+\W*$/i;
  const noun = String.raw`(?:be\s+)?(?:the\s+)?(?:(?:answer|option|choice)\s+)?`;
  const earlier = String.raw`(?:\(?${capital}\)?,?\s+n?or\s+)*`;
  const before = new RegExp(String.raw`(?:\b(?:${denying})|n['’]t)\s+${noun}${earlier}["'([]*$`, "i");
  const later = String.raw`(?:(?:,\s*\(?${capital}\)?)*,?\s+(?:and|or|nor)\s+\(?${capital}\)?)?`;
  const after = new RegExp(String.raw`^[)\]"']*${later}(?:${isWrong}|${isNot})`);
  return opinion.test(clause) || before.test(clause) || after.test(text.slice(at + 1, at + 80));
}

/** The article A and the pronoun I go on with a word; a letter goes on with few. */
const isWord = (letter: string, rest: string) =>
  /[AI]/.test(letter) && /^ (?!(?:is|and|or|because|since)\b)\p{L}/u.test(rest.slice(0, 12));
