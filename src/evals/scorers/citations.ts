/** What an answer cites is in the sample's material. */
import { z } from "zod";
import type { Document, Sample, Scorer } from "../scenario.ts";
import { type CitedPassage, citationsIn } from "./cited-passages.ts";
import { normalised } from "./normalise.ts";
import { scoreName } from "./score-name.ts";
import { excerpt } from "./verdict.ts";

export const Citations = z.strictObject({
  type: z.literal("citations"),
  name: scoreName,
  minWords: z.int().min(1).default(4).describe("A shorter quotation is not counted: it may be a term, or irony"),
  matching: z
    .enum(["normalised", "exact"])
    .default("normalised")
    .describe("`normalised`: capitals, white space, kinds of quotes and dashes, and Markdown's emphasis do not count"),
});
type Spec = z.infer<typeof Citations>;

/**
 * The share of an answer's citations that are found: each passage in the material (in the document that a reference behind
 * it names, if one does), each reference among the documents. 0 for an answer that cites nothing. Nothing to say about
 * samples without material, and about answers without citations where abstaining was right.
 *
 * An ellipsis stands for any text: the parts have to follow each other in one document. `[3]` is the third document, or any
 * mark `[3]` in the text, as numbered lines carry.
 */
export function citations(spec: Spec): Scorer {
  return {
    name: spec.name ?? spec.type,
    version: 2,
    score: (sample, answer) => {
      const material = sample.material ?? [];
      if (material.length === 0) return null;
      const cited = citationsIn(
        answer.text,
        spec.minWords,
        material.map(({ id }) => id),
      );
      const total = cited.passages.length + cited.references.length;
      if (total === 0)
        return sample.answerable
          ? { value: 0, explanation: "expected a passage of the material, got none cited" }
          : null;
      const missing = [
        ...cited.passages.flatMap((passage) => passageProblem(passage, material, spec) ?? []),
        ...cited.references
          .filter((reference) => documentsOf(reference, material).length === 0)
          .map((name) => `[${name}]`),
      ];
      return {
        value: (total - missing.length) / total,
        explanation:
          missing.length === 0
            ? `right: all ${total} found`
            : `expected ${total} found, got ${total - missing.length}; not in the material: ${excerpt(missing.join("; "))}`,
      };
    },
  };
}

/** Null where the passage is where it is said to be. */
function passageProblem(
  { text, reference }: CitedPassage,
  material: Sample["material"] & object,
  spec: Spec,
): string | null {
  const holds = (document: Document) => isIn(text, document, spec.matching);
  const named = reference === null ? material : documentsOf(reference, material);
  if (named.some(holds)) return null;
  const elsewhere = named === material ? undefined : material.find(holds);
  const shown = `“${excerpt(text.trim(), 80)}”`;
  return elsewhere === undefined ? shown : `${shown} in ${reference} (it is in ${elsewhere.id})`;
}

/** The documents that a reference may mean: those of that name, else the one of that number, else all that carry it as a mark. */
function documentsOf(reference: string, material: readonly Document[]): readonly Document[] {
  const named = material.filter(({ id }) => id === reference || id.endsWith(`/${reference}`));
  if (named.length > 0) return named;
  const number = /^\d+$/.test(reference) ? Number(reference) : null;
  if (number === null) return [];
  const marked = material.filter(({ text }) => text.includes(`[${reference}]`));
  return marked.length > 0 ? marked : material.slice(number - 1, number);
}

function isIn(passage: string, document: Document, matching: Spec["matching"]): boolean {
  const text = matching === "exact" ? document.text : comparableText(document);
  let from = 0;
  for (const part of passage.split(/\[?(?:…|\.{3})\]?/)) {
    const wanted = matching === "exact" ? part.trim() : comparable(part);
    const at = text.indexOf(wanted, from);
    if (at < 0) return false;
    from = at + wanted.length;
  }
  return true;
}

/** Documents are long and shared by many samples: each is made comparable once. */
const comparableTexts = new WeakMap<Document, string>();

function comparableText(document: Document): string {
  const known = comparableTexts.get(document);
  if (known !== undefined) return known;
  const text = comparable(document.text);
  comparableTexts.set(document, text);
  return text;
}

const comparable = (text: string) =>
  normalised(
    text
      .replace(/[\u00ad\u200b*_`]/g, "")
      .replace(/[“”„‟«»]/g, '"')
      .replace(/[‘’‚‛]/g, "'")
      .replace(/[‐‑–—]/g, "-"),
    { caseSensitive: false, whiteSpace: "collapse", punctuation: "trim" },
  );
