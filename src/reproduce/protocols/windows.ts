/** How far back can windowed and compressed attention recall, and where does it break? */
import type { Arm, Form, Outcome, Protocol } from "../experiment/protocol.ts";
import type { Attention } from "../model/config.ts";
import { grouped, recallDecoder, recallTraining } from "./settings.ts";

const window = 32;
const all = grouped(4);
const near = grouped(4, 32, window);

/** Beside its window, DeepSeek-V4's attention reads the text before as entries of `ratio` tokens each, here all of them. */
const compressed = (ratio: 4 | 128): Attention => ({
  kind: "compressed",
  headDim: 32,
  ropeDim: 16,
  queryRank: 64,
  window,
  ratio,
  outputGroups: 2,
  outputRank: 64,
  indexer: null,
});

/** Through layers of windows a value can travel this far: each passes it on by one less than its window. */
const reach = (layers: number) => layers * (window - 1);

const designs: readonly (readonly [name: string, attentions: readonly Attention[]])[] = [
  ["full attention", [all, all, all]],
  [`windows of ${window}`, [near, near, near]],
  [`windows of ${window}, last layer full`, [near, near, all]],
  [`windows of ${window}, first layer full`, [all, near, near]],
  ["entries of 4 tokens", [compressed(4), compressed(4), compressed(4)]],
  ["entries of 4, 128 and 4", [compressed(4), compressed(128), compressed(4)]],
  ["entries of 128 tokens", [compressed(128), compressed(128), compressed(128)]],
];
const [full, windows, lastFull, firstFull, entriesOf4, mixed, entriesOf128] = designs.map(([name]) => name) as [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
];

const arms = (tokens: number, rates: readonly number[]): Arm[] =>
  designs.map(([name, attentions]) => ({
    name,
    training: recallTraining(recallDecoder(attentions), tokens, [tokens]),
    rates,
  }));

const at = (
  tokens: number,
  arm: string,
  from: number,
  to: number,
  relation: "at most" | "at least",
  value: number,
  isPrimary: boolean,
): Outcome => ({
  name: `${arm}: recall from ${from} to ${to} tokens back`,
  of: { kind: "recallAt", arm, tokens, from, to },
  rule: { relation, value },
  isPrimary,
});

const formOf = (tokens: number, rates: readonly number[], seeds: readonly number[], cpuMinutes: number): Form => ({
  arms: arms(tokens, rates),
  seeds,
  tuningSeed: 100,
  outcomes: [
    at(tokens, full, 1, tokens, "at least", 0.95, true),
    at(tokens, windows, 1, window, "at least", 0.95, true),
    at(tokens, windows, 128, tokens, "at most", 0.05, true),
    at(tokens, lastFull, 128, tokens, "at least", 0.95, true),
    at(tokens, firstFull, 128, tokens, "at least", 0.95, false),
    at(tokens, windows, window, 64, "at least", 0.95, false),
    at(tokens, windows, 64, 128, "at least", 0.95, false),
    at(tokens, entriesOf4, 1, window, "at least", 0.95, false),
    at(tokens, entriesOf4, 128, tokens, "at least", 0.95, true),
    at(tokens, mixed, 128, tokens, "at least", 0.95, false),
    at(tokens, entriesOf128, 128, tokens, "at most", 0.05, false),
  ],
  figures: [{ kind: "byDistance", title: `Recall in ${tokens} tokens`, tokens, arms: designs.map(([name]) => name) }],
  power: null,
  cpuMinutes,
});

export const windowsProtocol: Protocol = {
  name: "windows",
  title: "Recall by distance: where windows and compressed entries break",
  ideas: ["csa", "hca"],
  claims: [],
  question: `Do three layers of ${window}-token windows lose everything beyond their reach of ${reach(3)} tokens, and does one full layer, or what is read as compressed entries, restore it?`,
  scope:
    "Decoders of three layers and 0.5 M parameters on associative recall in 256 tokens, 64 pairs, each asked for once; chance is 1.6 %.",
  method: `Each design tries three learning rates with a seed that is not used again. Recall is by the tokens between a value and the place that asks for it. A value can be handed on from layer to layer, by ${window - 1} tokens in each, so ${reach(3)} tokens is the furthest that three layers of windows can reach at all. Entries are DeepSeek-V4's, beside a window of ${window}: an entry has 32 values, an eighth of a token's keys and values under full attention, and every entry is read, as an indexer that is not trained would choose at random. The rule for them was set after one pilot training with the tuning seed, in which entries of four kept half of the recall.`,
  ifNegative:
    "Recall beyond the reach would be a fault of the experiment; no recall just within it means that handing values on is hard to learn, not that windows cannot.",
  full: formOf(256, [1e-3, 2e-3, 4e-3], [1, 2, 3, 4, 5], 95),
  quick: formOf(256, [2e-3], [1, 2, 3], 35),
};
