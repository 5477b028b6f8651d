/** What an answer cites: passages in quotation marks or block quotes, and references in square brackets. */

export interface CitedPassage {
  readonly text: string;
  /** The reference directly behind the passage; null where there is none. */
  readonly reference: string | null;
}

export interface Citations {
  readonly passages: readonly CitedPassage[];
  /** All references, those behind passages included, each once. */
  readonly references: readonly string[];
}

/** Quotation marks by their opening one. German closes with what English opens with, and both are seen. */
const closings: Readonly<Record<string, string>> = { "“": "”", "„": "“”", '"': '"', "«": "»", "「": "」", "『": "』" };

/**
 * The passages of at least `minWords` words, and the references. A reference is a number (`[3]`, `[1, 2]`) or the name of a
 * document (`[refunds.md]`); other brackets are not. A quotation ends at the next closing mark; one that meets an empty
 * line first is none.
 */
export function citationsIn(answer: string, minWords: number, documents: readonly string[]): Citations {
  const names = new Set(documents);
  const unquoted = answer.replace(blockQuote, (lines) => " ".repeat(lines.length));
  const passages = [...blockQuotes(answer), ...quotations(unquoted)]
    .map(({ start, end }) => ({ text: quotedText(answer.slice(start, end)), end }))
    .filter(({ text }) => hasWords(text, minWords))
    .map(({ text, end }) => ({ text, reference: referenceAt(answer, end, names) }));
  return { passages, references: [...new Set(referencesIn(answer, names))] };
}

/** Places in the answer: from the first character to behind the last, marks included. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** Without the marks that make it a quotation: `>` before its lines, or a pair of quotation marks around it. */
function quotedText(quoted: string): string {
  const text = quoted.replace(/^ {0,3}> ?/gm, "").trim();
  return closings[text[0] ?? ""]?.includes(text.at(-1)!) ? text.slice(1, -1).trim() : text;
}

/** Lines that begin with `>`; those that follow each other are one. */
const blockQuote = /(?:^ {0,3}>.*(?:\r?\n|$))+/gm;

const blockQuotes = (answer: string): Span[] =>
  [...answer.matchAll(blockQuote)].map((match) => ({
    start: match.index,
    end: match.index + match[0].trimEnd().length,
  }));

function* quotations(answer: string): Iterable<Span> {
  const places = (pattern: RegExp) => ascending([...answer.matchAll(pattern)].map(({ index }) => index));
  const emptyLine = places(/\n[ \t]*\r?\n/g);
  const closing = Object.fromEntries(
    Object.entries(closings).map(([opening, marks]) => [opening, places(new RegExp(`[${marks}]`, "g"))]),
  );
  for (let at = 0; at < answer.length; at++) {
    const end = closing[answer[at]!]?.(at + 1) ?? Number.POSITIVE_INFINITY;
    if (end >= Math.min(answer.length, emptyLine(at))) continue;
    yield { start: at, end: end + 1 };
    at = end;
  }
}

/** The next place at or after another; both only grow, so that looking for all of them is one pass. */
function ascending(places: readonly number[]): (from: number) => number {
  let index = 0;
  return (from) => {
    while (index < places.length && places[index]! < from) index++;
    return places[index] ?? Number.POSITIVE_INFINITY;
  };
}

const bracket = /\[([^[\]\n]{1,200})\]/g;

/** The references of the brackets that stand directly behind a passage, the first one of them. */
function referenceAt(answer: string, end: number, names: ReadonlySet<string>): string | null {
  const behind = /^[\s.,;:)—–-]{0,4}(\[[^[\]\n]{1,200}\])/.exec(answer.slice(end, end + 210))?.[1];
  return behind === undefined ? null : (referencesIn(behind, names)[0] ?? null);
}

function referencesIn(text: string, names: ReadonlySet<string>): string[] {
  return [...text.matchAll(bracket)].flatMap(([, inside]) => {
    const whole = inside!.trim();
    if (names.has(whole) || isFileName(whole)) return [whole];
    const parts = whole.split(/\s*[,;]\s*/);
    return parts.every((part) => /^\d{1,6}$/.test(part) || names.has(part) || isFileName(part)) ? parts : [];
  });
}

const isFileName = (text: string) => /^[^\s,;]+\.[a-z][a-z0-9]{1,4}$/i.test(text);

const segmenter = new Intl.Segmenter("en", { granularity: "word" });

/** Words as Unicode sets their bounds, so that a script without spaces has words too. */
function hasWords(text: string, count: number): boolean {
  let words = 0;
  for (const { isWordLike } of segmenter.segment(text)) if (isWordLike && ++words === count) return true;
  return false;
}
