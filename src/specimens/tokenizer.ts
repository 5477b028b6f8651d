/**
 * The tokenizer that every specimen shares: byte-level BPE as in GPT-2, with merges made by hand instead of learnt, so
 * that each word of the built-in register and each line number from 10 to 400 is one token. Anything else falls apart
 * into bytes, so every text can be encoded and comes back whole. llama.cpp tokenizes the same way from the metadata.
 *
 * @see Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", §2.2, and openai/gpt-2, encoder.py
 */
import { registerWords } from "../corpus/index.ts";
import { bool, type GgufMetadata, i32s, string, strings, u32 } from "../weights/index.ts";

/** Ids 0, 1 and 2. The first ends a text and pads; the other two frame a chat turn. */
export const specialTokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"] as const;

/** ChatML; node-llama-cpp and llama-server know it by its look. */
const chatTemplate =
  "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

/** GGUF's token types, from `llama_token_type` in llama.h. */
const tokenTypes = { normal: 1, control: 3, unused: 5 };

/** GPT-2's split into pieces; no merge crosses from one piece to the next. llama.cpp's \s is Unicode White_Space. */
const pieces =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

export interface SpecimenTokenizer {
  /** A multiple of 32, unused tokens at the end included. */
  readonly vocabularySize: number;
  /** Token ids of a text. With `special`, `<|im_start|>` and its like become their one token, else plain text. */
  readonly encode: (text: string, options?: { readonly special?: boolean }) => number[];
  /** The text of the tokens, special ones spelt out; bytes that are not UTF-8 become U+FFFD, unused tokens nothing. */
  readonly decode: (ids: readonly number[]) => string;
  /** What a GGUF needs so that llama.cpp tokenizes alike. */
  readonly metadata: GgufMetadata;
}

let made: SpecimenTokenizer | undefined;

/** The tokenizer, made at the first call. */
export function specimenTokenizer(): SpecimenTokenizer {
  made ??= makeTokenizer();
  return made;
}

function makeTokenizer(): SpecimenTokenizer {
  const { merges, tokens } = vocabulary();
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const ranks = new Map(merges.map((merge, rank) => [merge, rank]));
  const vocabularySize = Math.ceil(tokens.length / 32) * 32;
  const unused = Array.from({ length: vocabularySize - tokens.length }, (_, index) => `<|unused${index}|>`);

  const encodeText = (text: string) =>
    (text.match(pieces) ?? []).flatMap((piece) => mergeAll(symbolsOf(piece), ranks).map((token) => ids.get(token)!));
  const encodeWithSpecial = (text: string) =>
    text
      .split(/(<\|endoftext\|>|<\|im_start\|>|<\|im_end\|>)/)
      .flatMap((part, index) => (index % 2 === 1 ? [ids.get(part)!] : encodeText(part)));

  return {
    vocabularySize,
    encode: (text, { special = false } = {}) =>
      special ? encodeWithSpecial(text.toWellFormed()) : encodeText(text.toWellFormed()),
    decode: (tokenIds) => {
      const bytes = tokenIds.flatMap((id) => {
        if (!Number.isInteger(id) || id < 0 || id >= vocabularySize)
          throw new RangeError(`${id} is not a token: ids go from 0 to ${vocabularySize - 1}`);
        if (id < specialTokens.length) return [...Buffer.from(tokens[id]!)];
        return [...(tokens[id] ?? "")].map((symbol) => byteOfSymbol.get(symbol)!);
      });
      return Buffer.from(bytes).toString("utf8");
    },
    metadata: {
      "tokenizer.ggml.model": string("gpt2"),
      "tokenizer.ggml.pre": string("gpt-2"),
      "tokenizer.ggml.tokens": strings([...tokens, ...unused]),
      "tokenizer.ggml.token_type": i32s([
        ...tokens.map((_, id) => (id < specialTokens.length ? tokenTypes.control : tokenTypes.normal)),
        ...unused.map(() => tokenTypes.unused),
      ]),
      "tokenizer.ggml.merges": strings(merges),
      "tokenizer.ggml.bos_token_id": u32(0),
      "tokenizer.ggml.eos_token_id": u32(0),
      "tokenizer.ggml.eot_token_id": u32(2),
      "tokenizer.ggml.padding_token_id": u32(0),
      "tokenizer.ggml.add_bos_token": bool(false),
      "tokenizer.chat_template": string(chatTemplate),
    },
  };
}

/**
 * Merges in order of rank, and tokens in order of id. Each word is taken as far as the merges so far take it and the
 * rest is joined from the left. Words after a space come first: inside them the pair that begins with the space always
 * has the lowest rank, so each of them is reached by its own chain of beginnings. Later merges rank higher and cannot
 * undo a word that was reached before them.
 */
function vocabulary(): { readonly merges: readonly string[]; readonly tokens: readonly string[] } {
  const ranks = new Map<string, number>();
  const tokens = new Set<string>([...specialTokens, ...byteSymbols]);
  const words = registerWords();
  const numbers = Array.from({ length: 391 }, (_, index) => String(index + 10));
  for (const word of [
    ...words.filter((word) => word.startsWith(" ")),
    ...words.filter((word) => !word.startsWith(" ")),
    " [",
    ...numbers,
  ]) {
    const [first, ...rest] = mergeAll(symbolsOf(word), ranks);
    rest.reduce((joined, symbol) => {
      ranks.set(`${joined} ${symbol}`, ranks.size);
      tokens.add(joined + symbol);
      return joined + symbol;
    }, first!);
  }
  return { merges: [...ranks.keys()], tokens: [...tokens] };
}

/** Merges the pair of lowest rank, the leftmost of equals, until no pair has a rank. */
function mergeAll(symbols: readonly string[], ranks: ReadonlyMap<string, number>): string[] {
  const merged = [...symbols];
  for (;;) {
    let best = -1;
    let bestRank = Infinity;
    for (let index = 0; index + 1 < merged.length; index++) {
      const rank = ranks.get(`${merged[index]} ${merged[index + 1]}`) ?? Infinity;
      if (rank < bestRank) [best, bestRank] = [index, rank];
    }
    if (best < 0) return merged;
    merged.splice(best, 2, merged[best]! + merged[best + 1]!);
  }
}

/**
 * GPT-2's printable stand-ins for the 256 bytes, in the order of its vocabulary: the printable bytes as themselves, then
 * the others as U+0100 and up. A space is `Ġ`.
 */
const [byteSymbols, symbolOfByte] = (() => {
  const every = Array.from({ length: 256 }, (_, byte) => byte);
  const printable = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte !== 173);
  const symbols = new Map<number, string>();
  for (const byte of every.filter(printable)) symbols.set(byte, String.fromCodePoint(byte));
  for (const [index, byte] of every.filter((byte) => !printable(byte)).entries())
    symbols.set(byte, String.fromCodePoint(256 + index));
  return [[...symbols.values()], symbols] as const;
})();

const byteOfSymbol = new Map([...symbolOfByte].map(([byte, symbol]) => [symbol, byte]));

const symbolsOf = (text: string) => Array.from(Buffer.from(text, "utf8"), (byte) => symbolOfByte.get(byte)!);
