/** A job that needs no model from outside and can be checked by hand: a page of the built-in register, ten questions. */
import {
  answerLine,
  citableLine,
  drawFacts,
  factSentence,
  instruction,
  nearMisses,
  questionAbout,
  registerLines,
  unknownAnswer,
} from "../../corpus/index.ts";
import type { JobInput } from "../../jobs/index.ts";
import { randomFrom } from "../../stats/index.ts";

export interface Example {
  /** The material, a line for each sentence, with its number. */
  readonly register: string;
  readonly instructions: string;
  readonly samples: Extract<NonNullable<JobInput["samples"]>, readonly unknown[]>;
  /** What an answer is where no line says it. */
  readonly unknownAnswer: string;
}

const lines = 40;
const answered = 8;

export function example(): Example {
  const random = randomFrom("example");
  const facts = drawFacts(answered + 2, random);
  const stated = facts.slice(0, answered);
  const missing = facts.slice(answered);
  const needles = stated.map((fact, place) => ({ fact, depth: place / answered }));
  const distractors = missing.flatMap((fact) => nearMisses(fact, 2, random));
  const sentences = registerLines({ lines, needles, distractors }, random);
  const numberOf = (sentence: string) => sentences.indexOf(sentence) + 1;
  return {
    register: `${sentences.map((sentence, index) => citableLine(sentence, index + 1)).join("\n")}\n`,
    instructions: instruction,
    samples: [
      ...stated.map((fact) => {
        const evidence = factSentence(fact);
        const number = numberOf(evidence);
        return {
          id: `line-${number}`,
          input: questionAbout([fact]),
          target: answerLine(fact, number),
          metadata: { evidence },
        };
      }),
      ...missing.map((fact, index) => ({
        id: `no-line-${index + 1}`,
        input: questionAbout([fact]),
        answerable: false,
      })),
    ],
    unknownAnswer,
  };
}
