/** The letter that an answer to a multiple-choice question names. */
import { z } from "zod";
import { UserError } from "../../errors.ts";
import type { Scorer } from "../scenario.ts";
import { scoreName } from "./score-name.ts";
import { targetsOf } from "./targets.ts";
import { verdict } from "./verdict.ts";

export const Choice = z.strictObject({
  type: z.literal("choice"),
  name: scoreName,
  choices: z.int().min(2).max(26).default(4).describe("How many there are: 4 for A to D"),
});

/** 1 where the letter is the target's. A sample whose target is no letter of the choices throws a UserError. */
export function choice(spec: z.infer<typeof Choice>): Scorer {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".slice(0, spec.choices);
  return {
    name: spec.name ?? spec.type,
    version: 1,
    score: (sample, answer) => {
      const targets = targetsOf(sample)?.map((target) => targetLetter(target, letters, sample.id));
      if (targets === undefined) return null;
      const named = lettersNamed(answer.text, letters);
      const right = named.length === 1 && targets.includes(named[0]!);
      return verdict(right, targets.join(" or "), named.join(" and ") || `no letter: ${answer.text.trim()}`);
    },
  };
}

function targetLetter(target: string, letters: string, sampleId: string): string {
  const letter = /^\s*\(?([a-z])[).]?\s*$/i.exec(target)?.[1]?.toUpperCase();
  if (letter !== undefined && letters.includes(letter)) return letter;
  throw new UserError({
    happened: `sample ${sampleId}: the target ${JSON.stringify(target)} is no choice`,
    expected: `a letter from A to ${letters.at(-1)}`,
    mend: "correct the target, or set `choices` to how many there are",
  });
}

/**
 * The letter that an answer decides for; all that it names where it does not decide; none where it names none. In this
 * order: an answer that is a letter alone, or one line that begins like `B) Paris`; the last letter after "answer is",
 * `Answer:` or `\boxed{`; a capital that stands alone, if it is the only one.
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
  const last = [...text.matchAll(decided)].at(-1);
  if (last !== undefined) return [(last[1] ?? last[2] ?? last[3]!).toUpperCase()];
  const standing = text.matchAll(new RegExp(`(?<![\\p{L}\\p{N}'’-])${capital}(?![\\p{L}\\p{N}'’-])`, "gu"));
  return [
    ...new Set([...standing].filter((match) => !isWord(match[0], text.slice(match.index + 1))).map(([one]) => one)),
  ];
}

/** The article A and the pronoun I go on with a word; a letter goes on with few. */
const isWord = (letter: string, rest: string) =>
  /[AI]/.test(letter) && /^ (?!(?:is|and|or|because|since)\b)\p{L}/u.test(rest.slice(0, 12));
