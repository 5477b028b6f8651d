/**
 * Patterns that name modules in a quantization_config. They come from strangers, and a regular expression can be written
 * to run for years: they are never compiled. The part of the language that such configs use is matched here, by following
 * all ways through the pattern at once; anything else is refused.
 */

const longestPattern = 500;
const mostAlternatives = 16;

/** Whether a name matches from its start on, as Python's `re.match` has it. */
export type ModulePattern = (name: string) => boolean;

interface Token {
  readonly accepts: (character: string) => boolean;
  readonly repeats: boolean;
  readonly optional: boolean;
}

/**
 * Knows literals, `.`, `\d`, `\w`, escaped characters, `[…]`, `(a|b)`, `*`, `+`, `?`, a leading `^` and a closing `$`.
 *
 * @param spend  told of the work done: it may throw when that is too much
 * @returns null where the pattern uses anything else or is too long
 */
export function modulePattern(pattern: string, spend: (steps: number) => void): ModulePattern | null {
  const alternatives = pattern.length > longestPattern ? null : alternativesOf(pattern);
  const ways = alternatives?.map((text) => {
    const anchored = text.endsWith("$");
    const tokens = tokensOf(text.slice(text.startsWith("^") ? 1 : 0, anchored ? -1 : undefined));
    return tokens === null ? null : { tokens, anchored };
  });
  if (!ways?.every((way) => way !== null)) return null;
  return (name) => ways.some(({ tokens, anchored }) => matches(tokens, anchored, name, spend));
}

/** `a(b|c)d` as `abd` and `acd`; null where a group repeats, where there are too many, or where it is not clear what `|` parts. */
function alternativesOf(pattern: string): string[] | null {
  if (/\[[^\]]*[()|]|\\\|/.test(pattern)) return null;
  let open = [pattern];
  for (let rounds = 0; rounds < mostAlternatives; rounds++) {
    const expanded = open.flatMap((text) => {
      const group = /\((?!\?)([^()\\]*(?:\\.[^()\\]*)*)\)(?![*+?{])/.exec(text);
      if (group === null) return [text];
      const [before, after] = [text.slice(0, group.index), text.slice(group.index + group[0].length)];
      return group[1]!.split("|").map((choice) => before + choice + after);
    });
    if (expanded.length > mostAlternatives) return null;
    if (expanded.every((text, index) => text === open[index]))
      return open.some((text) => /(?<!\\)[()|]/.test(text)) ? null : open;
    open = expanded;
  }
  return null;
}

function tokensOf(pattern: string): Token[] | null {
  const tokens: Token[] = [];
  for (let rest = pattern; rest !== ""; ) {
    const [text, atom, count] = /^(\[[^\]\\]{1,100}\]|\\.|[^\\])([*+?]?)/su.exec(rest) ?? [];
    const accepts = atom === undefined ? null : acceptorOf(atom);
    if (text === undefined || accepts === null) return null;
    tokens.push({ accepts, repeats: count === "*" || count === "+", optional: count === "*" || count === "?" });
    rest = rest.slice(text.length);
  }
  return tokens;
}

function acceptorOf(atom: string): Token["accepts"] | null {
  if (atom === ".") return () => true;
  if (atom === "\\d") return (character) => character >= "0" && character <= "9";
  if (atom === "\\w") return (character) => /\w/.test(character);
  if (atom.length > 1 && atom.startsWith("[")) return classAcceptor(atom.slice(1, -1));
  const escaped = atom.startsWith("\\");
  const literal = escaped ? atom.slice(1) : atom;
  // A letter or digit behind a backslash means something, which is not known here.
  if (escaped ? /[a-z0-9]/i.test(literal) : "*+?{}[]^$()|".includes(literal)) return null;
  return (character) => character === literal;
}

function classAcceptor(inside: string): Token["accepts"] {
  const negated = inside.startsWith("^");
  const members = new Set<string>();
  const characters = Array.from(negated ? inside.slice(1) : inside);
  for (let at = 0; at < characters.length; at++) {
    const [from, to] = [characters[at]!.codePointAt(0)!, characters[at + 2]?.codePointAt(0)];
    const isRange = characters[at + 1] === "-" && to !== undefined && to >= from && to - from < 256;
    for (let code = from; code <= (isRange ? to : from); code++) members.add(String.fromCodePoint(code));
    if (isRange) at += 2;
  }
  return (character) => members.has(character) !== negated;
}

function matches(tokens: readonly Token[], anchored: boolean, name: string, spend: (steps: number) => void): boolean {
  const roundOf = new Uint32Array(tokens.length + 1);
  let round = 1;
  /** Adds a position in the pattern, and those behind it that can be skipped to, once a round. */
  const reach = (reached: number[], from: number) => {
    for (let position = from; roundOf[position] !== round; position++) {
      roundOf[position] = round;
      reached.push(position);
      if (!tokens[position]?.optional) return;
    }
  };
  let reached: number[] = [];
  reach(reached, 0);
  for (const character of name) {
    if (!anchored && roundOf[tokens.length] === round) return true;
    spend(reached.length);
    round++;
    const next: number[] = [];
    for (const position of reached) {
      const token = tokens[position];
      if (!token?.accepts(character)) continue;
      if (token.repeats) reach(next, position);
      reach(next, position + 1);
    }
    if (next.length === 0) return false;
    reached = next;
  }
  return roundOf[tokens.length] === round;
}
