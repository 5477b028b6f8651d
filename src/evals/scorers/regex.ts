/**
 * The answer matches a pattern. Patterns come from job files and answers from models, so a backtracking engine could be
 * made to search for hours, and would hold up the clock of every call under way; RE2 is linear in the answer's length.
 */
import { z } from "zod";
import { messageOf, UserError } from "../../errors.ts";
import type { Scorer } from "../scenario.ts";
import { scoreName } from "./score-name.ts";
import { verdict } from "./verdict.ts";

export const Regex = z.strictObject({
  type: z.literal("regex"),
  name: scoreName,
  pattern: z
    .string()
    .min(1)
    .max(10_000)
    .describe("Searched for anywhere in the answer; JavaScript's syntax without lookaround and backreferences"),
  flags: z
    .string()
    .regex(/^(?!.*(.).*\1)[ims]*$/, "expected some of i, m, s, each once")
    .default("")
    .describe("`i`: capitals do not count; `m`: ^ and $ match at every line; `s`: . matches line ends"),
});

/**
 * 1 where the answer matches. Every sample is judged.
 *
 * @throws UserError for a pattern that is not RE2's
 */
export async function regex(spec: z.infer<typeof Regex>): Promise<Scorer> {
  // Loaded here, because whoever has no pattern need not wait for an engine.
  const { RE2JS } = await import("re2js");
  const flags = {
    i: RE2JS.CASE_INSENSITIVE,
    m: RE2JS.MULTILINE,
    s: RE2JS.DOTALL,
  };
  const bits = [...spec.flags].reduce((sum, flag) => sum | flags[flag as keyof typeof flags], 0);
  const compiled = compile(spec.pattern, (pattern) => RE2JS.compile(RE2JS.translateRegExp(pattern), bits));
  const shown = `/${spec.pattern}/${spec.flags}`;
  return {
    name: spec.name ?? spec.type,
    version: 1,
    score: (_sample, answer) => {
      const match = compiled.matcher(answer.text);
      return match.find()
        ? verdict(true, `“${match.group()}” matches ${shown}`, answer.text)
        : verdict(false, `a match of ${shown}`, answer.text.trim());
    },
  };
}

function compile<Compiled>(pattern: string, compiler: (pattern: string) => Compiled): Compiled {
  try {
    return compiler(pattern);
  } catch (error) {
    throw new UserError(
      {
        happened: `the pattern ${pattern} cannot be used: ${messageOf(error)}`,
        expected: "a regular expression without lookaround and backreferences, repeats of at most 1000",
        mend: "rewrite the pattern, or score with a module of your own",
      },
      { cause: error },
    );
  }
}
