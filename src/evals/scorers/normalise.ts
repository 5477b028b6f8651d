/** Which differences between two texts do not count. */
import { z } from "zod";

export const normalisation = {
  caseSensitive: z.boolean().default(false).describe("Capitals count"),
  whiteSpace: z
    .enum(["collapse", "keep"])
    .default("collapse")
    .describe("`collapse`: white space around the text does not count, and any inside it is one space"),
  punctuation: z
    .enum(["trim", "drop", "keep"])
    .default("trim")
    .describe("`trim`: marks, quotes and emphasis around the text do not count; `drop`: no punctuation counts"),
};
export type Normalisation = z.infer<z.ZodObject<typeof normalisation>>;

/**
 * The text without the differences that do not count. Unicode's compatibility forms are always made one (NFKC), so that
 * a full-width digit is a digit and a no-break space a space. A point before a digit is part of a number. Normalising twice
 * changes nothing.
 */
export function normalised(text: string, { caseSensitive, whiteSpace, punctuation }: Normalisation): string {
  const unified = text.normalize("NFKC");
  const cased = caseSensitive ? unified : unified.toLowerCase();
  const bare = punctuation === "drop" ? cased.replace(/(?!\.\d)\p{P}/gu, "") : cased;
  // A capital that lost its dot, or a letter that now touches an accent, may have another NFKC form.
  const marked = bare.normalize("NFKC");
  const spaced = whiteSpace === "collapse" ? marked.replace(/\s+/g, " ").trim() : marked;
  return punctuation === "trim" ? trimmed(spaced, marksAround) : spaced;
}

const marksAround: ReadonlySet<string> = new Set(" .,;:!?*_\"'`()“”„‟‘’‚‛«»‹›、。");

/** The text without these characters at its ends, but for the point of `.5`. In one pass: a pattern like `[…]+$` is quadratic on long runs of them. */
export function trimmed(text: string, characters: ReadonlySet<string>): string {
  let start = 0;
  let end = text.length;
  const isDecimalPoint = () => text[start] === "." && /\d/.test(text[start + 1] ?? "");
  while (start < end && characters.has(text[start]!) && !isDecimalPoint()) start++;
  while (end > start && characters.has(text[end - 1]!)) end--;
  return text.slice(start, end);
}
