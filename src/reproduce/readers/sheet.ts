/** One sequence in the making: its tokens, and which of them have to be told. */
import { specimenTokenizer } from "../../specimens/index.ts";

export interface Judged {
  /** The token after which it has to be told. */
  readonly after: number;
  readonly target: number;
  readonly importance: number;
  /** What marks are given for, e.g. `number`; `null` where it is only form. */
  readonly kind: string | null;
}

export class Sheet {
  readonly tokens: number[] = [];
  readonly judged: Judged[] = [];

  write(text: string): void {
    this.tokens.push(...encode(text));
  }

  /** Writes a text of one token that has to be told. */
  ask(text: string, kind: string): void {
    this.askEach(text, () => ({ kind, importance: 1 }));
  }

  /** Writes a text whose tokens all have to be told. */
  askEach(text: string, judging: (part: number) => Pick<Judged, "kind" | "importance">): void {
    for (const [part, target] of encode(text).entries()) {
      this.judged.push({ after: this.tokens.length - 1, target, ...judging(part) });
      this.tokens.push(target);
    }
  }
}

const known = new Map<string, readonly number[]>();

/** Tokens of a text, made piece by piece from line to line: lines come again and again. */
function encode(text: string): number[] {
  return (text.match(/[^\n[]*[\n[]?/g) ?? []).flatMap((piece) => {
    const tokens = known.get(piece) ?? specimenTokenizer().encode(piece, { special: true });
    known.set(piece, tokens);
    return [...tokens];
  });
}
