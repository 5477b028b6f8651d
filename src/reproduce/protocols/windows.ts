/** How far back can windowed and compressed attention recall, and where does it break? */
import type { Arm, Form, Outcome, Protocol } from "../experiment/protocol.ts";
import type { Attention } from "../model/config.ts";
import { grouped, recallDecoder, recallTraining } from "./settings.ts";

const window = 32;
const all = grouped(4);
const near = grouped(4, 32, window);

/** Through layers of windows a value can travel this far: each passes it on by one less than its window. */
const reach = (layers: number) => layers * (window - 1);

const designs: readonly (readonly [name: string, attentions: readonly Attention[]])[] = [
  ["full attention", [all, all, all]],
  [`windows of ${window}`, [near, near, near]],
  [`windows of ${window}, last layer full`, [near, near, all]],
  [`windows of ${window}, first layer full`, [all, near, near]],
];
const [full, windows, lastFull, firstFull] = designs.map(([name]) => name) as [string, string, string, string];

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
  ],
  figures: [{ kind: "byDistance", title: `Recall in ${tokens} tokens`, tokens, arms: designs.map(([name]) => name) }],
  power: null,
  cpuMinutes,
});

export const windowsProtocol: Protocol = {
  name: "windows",
  title: "Recall by distance: where windows break",
  ideas: ["csa", "hca"],
  claims: [],
  question: `Do three layers of ${window}-token windows lose everything beyond their reach of ${reach(3)} tokens, and does one full layer restore it?`,
  scope:
    "Decoders of three layers and 0.5 M parameters on associative recall in 256 tokens, 64 pairs, each asked for once; chance is 1.6 %.",
  method: `Each design tries three learning rates with a seed that is not used again. Recall is by the tokens between a value and the place that asks for it. A value can be handed on from layer to layer, by ${window - 1} tokens in each, so ${reach(3)} tokens is the furthest that three layers of windows can reach at all.`,
  ifNegative:
    "Recall beyond the reach would be a fault of the experiment; no recall just within it means that handing values on is hard to learn, not that windows cannot.",
  full: formOf(256, [1e-3, 2e-3, 4e-3], [1, 2, 3, 4, 5], 60),
  quick: formOf(256, [2e-3], [1, 2, 3], 20),
};
