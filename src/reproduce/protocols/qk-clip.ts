/** Does QK-Clip hold the attention logits that Muon lets grow, at no cost in loss? */
import type { Arm, Form, Protocol } from "../experiment/protocol.ts";
import { alike } from "../model/config.ts";
import { adamwAlone, grouped, languageDecoder, languageTraining, muon } from "./settings.ts";

/** Four times Muon's best, where logits grow. */
const rate = 1.6e-2;
const threshold = 20;

const config = languageDecoder(alike(4, { attention: grouped(4), feedForward: { kind: "dense", hidden: 320 } }));

const names = { plain: "Muon", clipped: `Muon with QK-Clip at ${threshold}`, adamw: "AdamW" } as const;

const arms = (steps: number): Arm[] => [
  { name: names.plain, training: languageTraining(config, muon, steps), rates: [rate] },
  { name: names.clipped, training: languageTraining(config, { ...muon, qkClip: threshold }, steps), rates: [rate] },
  { name: names.adamw, training: languageTraining(config, adamwAlone, steps), rates: [rate / 4] },
];

const formOf = (steps: number, seeds: readonly number[], power: string, cpuMinutes: number): Form => ({
  arms: arms(steps),
  seeds,
  tuningSeed: 100,
  outcomes: [
    {
      name: `largest logit with QK-Clip at ${threshold}`,
      of: { kind: "level", measure: "largestLogit", arm: names.clipped },
      rule: { relation: "at most", value: 1.25 * threshold },
      isPrimary: true,
    },
    {
      name: "held-out loss with QK-Clip less that without",
      of: { kind: "difference", measure: "heldOutLoss", arm: names.clipped, against: names.plain },
      rule: { relation: "at most", value: 0.01 },
      isPrimary: true,
    },
    {
      name: "largest logit of Muon over AdamW's",
      of: { kind: "ratio", measure: "largestLogit", arm: names.plain, against: names.adamw },
      rule: { relation: "at least", value: 1 },
      isPrimary: false,
    },
    {
      name: "largest logit without QK-Clip",
      of: { kind: "level", measure: "largestLogit", arm: names.plain },
      rule: null,
      isPrimary: false,
    },
  ],
  figures: [
    { kind: "curves", title: "Largest attention logit", measure: "largestLogit", arms: Object.values(names) },
    { kind: "curves", title: "Held-out loss", measure: "heldOutLoss", arms: Object.values(names) },
  ],
  power,
  cpuMinutes,
});

const words = (steps: number) => ({
  scope: `A decoder of 0.8 M parameters with multi-head attention, ${steps} steps on 1.9 MB of English and JavaScript bytes, at four times the learning rate that is best for Muon. Kimi K2 clips at 100; its report saw logits pass 1,000 without it in a model with 9 B active of 53 B parameters.`,
  method: `Logits are the largest of all heads, layers and tokens of every step, before the softmax. The threshold of ${threshold} is below what Muon reaches unclipped in a trial, so that the clip has work to do. AdamW is trained at a quarter of Muon's rate, which is twice its own best. The clip acts after a step, so a step's own growth passes the threshold: the rule allows a quarter above it.`,
});

export const qkClipProtocol: Protocol = {
  name: "qk-clip",
  title: "Muon's attention logits with and without QK-Clip",
  ideas: ["muonclip"],
  claims: [],
  question: "Does QK-Clip hold attention logits near its threshold without costing loss?",
  ifNegative:
    "That scaling queries and keys after the step is too late or too coarse at this size and rate, or that short training feels the clip where long training does not.",
  caveats: [
    "The rates are set and not tuned: Muon's is four times the best of the experiment on Muon (0.004, found later with 1,000 steps), AdamW's twice its best. Whether the clip costs loss at the best rate was not asked; at this one it helps.",
    "Until 2026-11-28 the scope called the rate twice the best, and said of the trillion-parameter K2 what its report says of a model with 53 B parameters.",
  ],
  full: {
    ...words(600),
    ...formOf(
      600,
      [1, 2, 3, 4, 5],
      "five seeds decide with a probability of 80 % where the true largest logit is 2.9 from the rule, or the true loss 0.007 nats/byte, with the spread that was found.",
      9,
    ),
  },
  quick: {
    ...words(300),
    ...formOf(
      300,
      [1, 2, 3],
      "three seeds decide with a probability of 80 % where the true largest logit is 5.6 from the rule, or the true loss 0.013 nats/byte, with the spread of the full form.",
      3,
    ),
  },
};
