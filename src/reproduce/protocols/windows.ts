/** How far back can windowed and compressed attention recall, and where does it break? */
import type { Arm, Form, Outcome, Protocol } from "../experiment/protocol.ts";
import type { Attention } from "../model/config.ts";
import { grouped, recallDecoder, recallTraining } from "./settings.ts";

const tokens = 64;
const window = 8;
const layers = 2;
/** Through layers of windows a value can travel this far: each passes it on by one less than its window. */
const reach = layers * (window - 1);

const all = grouped(4);
const near = grouped(4, 32, window);

/** Beside its window, DeepSeek-V4's attention reads the text before as entries of four tokens each, here all of them. */
const entries = (values: number): Attention => ({
  kind: "compressed",
  headDim: values,
  ropeDim: 16,
  queryRank: 64,
  window,
  ratio: 4,
  outputGroups: 2,
  outputRank: 64,
  indexer: null,
});

const twoOf = (attention: Attention) => [attention, attention];

const designs = {
  full: { name: "full attention", attentions: twoOf(all) },
  windows: { name: `windows of ${window}`, attentions: twoOf(near) },
  lastFull: { name: `windows of ${window}, last layer full`, attentions: [near, all] },
  narrow: { name: "entries of 4 tokens, 32 values", attentions: twoOf(entries(32)) },
  wide: { name: "entries of 4 tokens, 128 values", attentions: twoOf(entries(128)) },
} as const;
type Design = keyof typeof designs;

const at = (
  design: Design,
  from: number,
  to: number,
  relation: "at most" | "at least",
  value: number,
  isPrimary: boolean,
): Outcome => ({
  name: `${designs[design].name}: recall from ${from} to ${to} tokens back`,
  of: { kind: "recallAt", arm: designs[design].name, tokens, from, to },
  rule: { relation, value },
  isPrimary,
});

const formOf = (rates: readonly number[], seeds: readonly number[], cpuMinutes: number): Form => ({
  arms: Object.values(designs).map(
    ({ name, attentions }): Arm => ({
      name,
      training: recallTraining(recallDecoder(attentions), tokens, [tokens], 512),
      rates,
    }),
  ),
  seeds,
  tuningSeed: 100,
  outcomes: [
    at("full", 1, tokens, "at least", 0.95, true),
    at("windows", 1, 8, "at least", 0.95, true),
    at("windows", 8, 16, "at least", 0.95, false),
    at("windows", 16, tokens, "at most", 0.05, true),
    at("lastFull", 16, tokens, "at least", 0.95, true),
    at("narrow", 1, 8, "at least", 0.95, false),
    at("narrow", 16, tokens, "at least", 0.95, false),
    at("wide", 1, 8, "at least", 0.95, false),
    at("wide", 16, tokens, "at least", 0.95, true),
  ],
  figures: [
    {
      kind: "byDistance",
      title: `Recall in ${tokens} tokens`,
      tokens,
      arms: Object.values(designs).map(({ name }) => name),
    },
  ],
  power: null,
  cpuMinutes,
});

const scope = `Decoders of two layers and 0.4 M parameters on associative recall in ${tokens} tokens, 16 pairs, each asked for once; chance is 1.6 %.`;

/** Of both forms. */
const howRead = `Recall is by the tokens between a value and the place that asks for it. A value can be handed on from layer to layer, by ${window - 1} tokens in each, so ${reach} tokens is the furthest that two layers of windows can reach at all. Entries are DeepSeek-V4's, beside a window of ${window}, and every entry is read, as an indexer that is not trained would choose at random. An entry has the given number of values, keys and values in one, where full attention caches 256 values for each token. In a pilot training with three layers and 256 tokens the narrow entries kept half of the recall; so their rule does not decide, and wider ones were added, before any trial of this experiment.`;

export const windowsProtocol: Protocol = {
  name: "windows",
  title: "Recall by distance: where windows and compressed entries break",
  ideas: ["csa"],
  claims: [],
  question: `Do two layers of ${window}-token windows lose everything beyond their reach of ${reach} tokens, and does one full layer, or what is read as compressed entries, restore it?`,
  ifNegative:
    "Recall beyond the reach would be a fault of the experiment; no recall just within it means that handing values on is hard to learn, not that windows cannot.",
  caveats: [],
  full: {
    scope,
    method: `Each design tries two learning rates with a seed that is not used again. ${howRead}`,
    ...formOf([1e-3, 2e-3], [1, 2, 3, 4, 5], 55),
  },
  quick: {
    scope,
    method: `All designs have one learning rate, the larger of those that the full form tries. ${howRead}`,
    ...formOf([2e-3], [1, 2, 3], 20),
  },
};
