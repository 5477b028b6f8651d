import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { UserError } from "../../errors.ts";
import { specimenTokenizer } from "../../specimens/index.ts";
import { randomFrom } from "../../stats/index.ts";
import { writeGguf } from "../../weights/index.ts";
import {
  type Attention,
  alike,
  type DecoderConfig,
  type ExpertFeedForward,
  type FeedForward,
  type HyperConnections,
} from "../model/config.ts";
import { firstValues, type WeightValues } from "../model/first-values.ts";
import type { Batch } from "../training/batch.ts";
import { forwardPass, weightsOf } from "../training/forward.ts";
import { openLlama } from "./engine.ts";
import { ggufOf } from "./export.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-parity-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const { vocabularySize, metadata } = specimenTokenizer();
const promptTokens = 100;
const writtenTokens = 200;
const allTokens = promptTokens + writtenTokens;

const dense: FeedForward = { kind: "dense", hidden: 128 };
const experts: ExpertFeedForward = { kind: "experts", count: 8, used: 3, shared: 2, hidden: 32, balanceRate: 0 };
const latent: Attention = { kind: "latent", kvRank: 48, ropeDim: 16, plainDim: 32, valueDim: 32 };
const grouped = (kvHeads: number, window: number | null = null): Attention => ({
  kind: "grouped",
  kvHeads,
  headDim: 32,
  window,
});
const compressed = (ratio: 0 | 4 | 128, topK: number): Attention => ({
  kind: "compressed",
  headDim: 32,
  ropeDim: 16,
  queryRank: 48,
  window: 24,
  ratio,
  outputGroups: 2,
  outputRank: 24,
  // Many heads: where few are positive, scores are tied at 0, and ties are cut in another order.
  indexer: ratio === 4 ? { heads: 32, keyDim: 64, topK } : null,
});
const mixedRatios = (topK: number) =>
  model(([0, 4, 128] as const).map((ratio) => ({ attention: compressed(ratio, topK), feedForward: dense })));
const nope: Attention = { ...latent, nope: true };
const delta: Attention = { kind: "delta", headDim: 32, convolution: 4 };
const deltaWithExperts = (shared: number) =>
  model([
    { attention: nope, feedForward: dense },
    ...alike(2, { attention: delta, feedForward: { ...experts, shared } }),
  ]);
const connections = (streams: number, sinkhornIterations = 20): HyperConnections => ({ streams, sinkhornIterations });
const model = (layers: DecoderConfig["layers"], ropeBase?: number): DecoderConfig => ({
  width: 64,
  heads: 4,
  vocabularySize,
  layers,
  ...(ropeBase && { ropeBase }),
});

const designs: readonly (readonly [string, DecoderConfig])[] = [
  ["MHA", model(alike(3, { attention: grouped(4), feedForward: dense }))],
  ["GQA", model(alike(3, { attention: grouped(2), feedForward: dense }), 10_000)],
  ["MQA", model(alike(3, { attention: grouped(1), feedForward: dense }))],
  ["MLA", model(alike(3, { attention: latent, feedForward: dense }))],
  [
    "MLA with experts",
    model([{ attention: latent, feedForward: dense }, ...alike(2, { attention: latent, feedForward: experts })]),
  ],
  [
    "sliding window",
    model(
      [...alike(2, { attention: grouped(2, 24), feedForward: dense }), { attention: grouped(2), feedForward: dense }],
      20_000,
    ),
  ],
  [
    "KDA and MLA",
    model([...alike(3, { attention: delta, feedForward: dense }), { attention: nope, feedForward: dense }]),
  ],
  ["KDA and MLA with experts", deltaWithExperts(2)],
  ["KDA and MLA with experts, none of them shared", deltaWithExperts(0)],
  ["window, CSA and HCA, all entries read", mixedRatios(512)],
  ["window, CSA and HCA, 8 entries chosen", mixedRatios(8)],
  ["window, CSA and HCA with 4 streams", { ...mixedRatios(512), hyperConnections: connections(4) }],
  [
    "window, CSA and HCA with 4 streams, normalised twice",
    { ...mixedRatios(512), hyperConnections: connections(4, 2) },
  ],
];

test.each(designs)(
  "%s has the same logits and writes the same text in llama.cpp as in our forward pass",
  async (name, config) => {
    const values = spreadValues(config);
    const path = join(folder, `${name}.gguf`);
    await writeGguf(path, ggufOf(name, config, values, "f32", metadata));
    await using llama = await openLlama(path, { contextTokens: 512, cache: "F32", flashAttention: false });
    const forward = await forwardPass(config, { sequences: 1, tokens: allTokens }, { places: null, isWeighed: false });
    const logitsOf = (tokens: readonly number[]) => {
      const padded = Int32Array.from({ length: allTokens }, (_, place) => tokens[place] ?? 0);
      const batch: Batch = { tokens: padded, targets: padded, judged: null, importance: null };
      return forward.logits(values, batch);
    };

    const random = randomFrom(`${name} prompt`);
    const text = Array.from({ length: allTokens }, () => random.integer(vocabularySize));
    const ours = await logitsOf(text);
    const theirs = await llama.probabilities(text);
    // Logits are known up to a constant from probabilities, so log-probabilities are compared.
    const differences = theirs.map((shares, place) => {
      const logits = ours.subarray(place * vocabularySize, (place + 1) * vocabularySize);
      const logSum = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
      return Math.max(...logits.map((logit, token) => Math.abs(logit - logSum - Math.log(shares[token]!))));
    });
    expect(Math.max(...differences)).toBeLessThan(2e-3);

    const written = text.slice(0, promptTokens);
    while (written.length < allTokens) {
      const logits = await logitsOf(written);
      const last = logits.subarray((written.length - 1) * vocabularySize, written.length * vocabularySize);
      written.push(last.indexOf(Math.max(...last)));
    }
    expect(await llama.greedy(text.slice(0, promptTokens), writtenTokens)).toEqual(written.slice(promptTokens));
  },
);

test.each([
  ["delta attention alone", [delta]],
  ["latent attention alone without positions", [nope, nope]],
  ["latent attention with positions beside delta attention", [delta, latent]],
  ["latent attention that has positions in some layers", [nope, latent]],
  ["grouped attention beside delta attention", [delta, grouped(2)]],
] as const)("%s is refused: llama.cpp has nothing that runs it", (_, attentions) => {
  const config = model(attentions.map((attention) => ({ attention, feedForward: dense })));
  expect(() => ggufOf("refused", config, spreadValues(config), "f32", metadata)).toThrow("no architecture");
});

test.each([
  ["3 residual streams", connections(3), compressed(4, 8), "3 residual streams"],
  ["4 residual streams and grouped attention", connections(4), grouped(2), "4 residual streams"],
  ["4 residual streams and latent attention", connections(4), latent, "4 residual streams"],
] as const)("%s are refused: llama.cpp has nothing that runs them", (_, hyperConnections, attention, words) => {
  const config: DecoderConfig = { ...model([{ attention, feedForward: dense }]), hyperConnections };
  const attempt = () => ggufOf("refused", config, spreadValues(config), "f32", metadata);
  expect(attempt).toThrow(UserError);
  expect(attempt).toThrow(words);
});

test("what joins streams stays f32 in a file of 8 bits", () => {
  const config: DecoderConfig = { ...mixedRatios(8), hyperConnections: connections(4) };
  const { tensors } = ggufOf("of 8 bits", config, spreadValues(config), "q8_0", metadata);
  const typeOf = (name: string) => tensors.find((tensor) => tensor.name === name)!.type;
  expect(["blk.1.hc_attn_fn.weight", "blk.1.hc_ffn_fn.weight", "output_hc_fn.weight"].map(typeOf)).toEqual([
    "f32",
    "f32",
    "f32",
  ]);
  expect(typeOf("blk.1.attn_kv.weight")).toBe("q8_0");
});

/** Random weights, larger than those that training starts from, so that logits are far apart and every part has a say. */
function spreadValues(config: DecoderConfig): WeightValues {
  const weights = weightsOf(config);
  const random = randomFrom("spread");
  return Object.fromEntries(
    Object.entries(firstValues(config, weights, 5)).map(([name, values]) => {
      const { role } = weights.find((weight) => weight.name === name)!;
      if (role === "bias") return [name, values.map(() => 0.5 * random.normal())];
      if (role === "balance") return [name, values.map(() => 0.3 * random.normal())];
      if (role === "decay" || role === "time-step") return [name, values];
      if (role === "connection") return [name, values.map((value) => value + random.normal())];
      if (role === "gate") return [name, values.map(() => 1 + 0.2 * random.normal())];
      return [name, values.map((value) => (role === "norm" ? 1 + 0.2 * random.normal() : 3 * value))];
    }),
  );
}
