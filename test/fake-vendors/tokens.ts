/**
 * The simplest honest tokenizer: a token for each whitespace-separated word, and tokens of their own for the marks of a
 * chat template, which no text can contain. Equal words have equal numbers, within one process.
 */
const numbers = new Map<string, number>();
/** A conversation has the same texts in request after request. */
const texts = new Map<string, readonly number[]>();

export function words(text: string): readonly number[] {
  const known = texts.get(text);
  if (known !== undefined) return known;
  const tokens = (text.match(/\S+/g) ?? []).map((word) => numberOf(`word ${word}`));
  texts.set(text, tokens);
  return tokens;
}

export function mark(name: string): number {
  return numberOf(`mark ${name}`);
}

/** How many tokens two sequences have in common, from the first on. */
export function commonPrefix(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return length;
}

export function startsWith(tokens: readonly number[], prefix: readonly number[]): boolean {
  return prefix.length <= tokens.length && commonPrefix(tokens, prefix) === prefix.length;
}

/** The multiple of `unit` at or below `tokens`. */
export function floorTo(unit: number, tokens: number): number {
  return Math.floor(tokens / unit) * unit;
}

function numberOf(key: string): number {
  const known = numbers.get(key);
  if (known !== undefined) return known;
  numbers.set(key, numbers.size);
  return numbers.size - 1;
}
