import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { getLlama, type Llama, LlamaLogLevel, type LlamaModel, type Token } from "node-llama-cpp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  answerLine,
  citableLine,
  drawFacts,
  instruction,
  questionAbout,
  registerLines,
  registerWords,
} from "../corpus/index.ts";
import { randomFrom } from "../stats/index.ts";
import { f32, string, u32, writeGguf } from "../weights/index.ts";
import { specimenTokenizer } from "./tokenizer.ts";

const tokenizer = specimenTokenizer();
const facts = drawFacts(20, randomFrom(1));
const register = registerLines({ lines: 60, needles: [], distractors: facts }, randomFrom(2))
  .map(citableLine)
  .join("\n");
const prompt =
  `<|im_start|>system\n${instruction}\n${register}<|im_end|>\n<|im_start|>user\n${questionAbout(facts.slice(0, 2))}` +
  `<|im_end|>\n<|im_start|>assistant\n ${answerLine(facts[0]!, 311)}<|im_end|>\n<|endoftext|>`;

test("special tokens have ids 0 to 2 and the bytes follow in GPT-2's order", () => {
  expect(tokenizer.encode("<|endoftext|><|im_start|><|im_end|>", { special: true })).toEqual([0, 1, 2]);
  expect(tokenizer.encode("!")).toEqual([3]);
  // In GPT-2's vocabulary `!` is 0, newline 198 and space 220.
  expect(tokenizer.encode("\n")).toEqual([3 + 198]);
  expect(tokenizer.encode(" ")).toEqual([3 + 220]);
  expect(tokenizer.vocabularySize % 32).toBe(0);
});

test.each([
  ["every word of the register", registerWords()],
  ["the opening bracket of a reference", [" ["]],
  ["every line number from 10 to 400", Array.from({ length: 391 }, (_, index) => String(index + 10))],
])("%s is one token", (_what, texts) => {
  expect(texts.filter((text) => tokenizer.encode(text).length !== 1)).toEqual([]);
});

test("special tokens are plain text unless they are asked for", () => {
  expect(tokenizer.encode("<|im_end|>").length).toBeGreaterThan(1);
  expect(tokenizer.decode(tokenizer.encode("<|im_end|>"))).toBe("<|im_end|>");
});

test("decoding gives back any text", () => {
  expect(tokenizer.decode(tokenizer.encode(prompt, { special: true }))).toBe(prompt);
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => tokenizer.decode(tokenizer.encode(text)) === text));
});

test("an id outside the vocabulary is refused, an unused one is silent", () => {
  expect(() => tokenizer.decode([tokenizer.vocabularySize])).toThrow(RangeError);
  expect(tokenizer.decode([tokenizer.vocabularySize - 1])).toBe("");
});

describe("llama.cpp gives the same tokens", () => {
  let llama: Llama;
  let model: LlamaModel;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "tokenizer-"));
    const modelPath = join(folder, "vocabulary.gguf");
    await writeVocabularyModel(modelPath);
    llama = await getLlama({
      gpu: false,
      build: "never",
      skipDownload: true,
      maxThreads: 1,
      // Else its estimate of the memory complains about the layer that is not there.
      logLevel: LlamaLogLevel.disabled,
    });
    model = await llama.loadModel({ modelPath, vocabOnly: true });
  });
  afterAll(async () => {
    await llama?.dispose();
    await rm(folder, { recursive: true });
  });

  const same = (text: string, special: boolean) =>
    expect(tokenizer.encode(text, { special })).toEqual([...model.tokenize(text, special)]);

  test("for the register's words and numbers", () => {
    for (const word of registerWords()) same(word, false);
    same(Array.from({ length: 1100 }, (_, number) => `[${number}] [${number}]${number}`).join(" "), false);
  });

  test("for a prompt, with and without special tokens", () => {
    same(prompt, true);
    same(prompt, false);
    expect(model.detokenize(tokenizer.encode(prompt, { special: true }) as Token[], true)).toBe(prompt);
  });

  test("for any text", () => {
    const word = fc.constantFrom(
      ...registerWords(),
      " [",
      "]",
      "\n",
      "\n\n",
      "  ",
      "'s",
      "'LL",
      "123",
      "212",
      "<|im_end|>",
      "\t",
      "\u0085",
      "\ufeff",
      "\u3000",
    );
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: "grapheme" }),
      fc.array(fc.oneof(word, fc.string({ unit: "binary", maxLength: 2 }))).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, fc.boolean(), (text, special) => {
        same(text, special);
      }),
      { numRuns: 2_000 },
    );
  });
});

/** A llama that carries the vocabulary and stops there: with `vocabOnly` llama.cpp asks for no layer. */
async function writeVocabularyModel(path: string) {
  await writeGguf(path, {
    metadata: {
      "general.architecture": string("llama"),
      "llama.vocab_size": u32(tokenizer.vocabularySize),
      "llama.context_length": u32(256),
      "llama.embedding_length": u32(32),
      "llama.block_count": u32(1),
      "llama.feed_forward_length": u32(32),
      "llama.attention.head_count": u32(1),
      "llama.attention.layer_norm_rms_epsilon": f32(1e-6),
      ...tokenizer.metadata,
    },
    tensors: [
      { name: "output_norm.weight", shape: [32], type: "f32", values: () => new Float32Array(32) },
      {
        name: "token_embd.weight",
        shape: [32, tokenizer.vocabularySize],
        type: "f16",
        values: () => new Float32Array(32 * tokenizer.vocabularySize),
      },
    ],
  });
}
