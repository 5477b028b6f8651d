/** Does QK-Clip hold the attention logits that Muon lets grow, at no cost in loss? */
import type { Arm, Form, Protocol } from "../experiment/protocol.ts";
import { alike } from "../model/config.ts";
import { adamwAlone, grouped, languageDecoder, languageTraining, muon } from "./settings.ts";

/** Above the best rate, where logits grow; the same for both optimisers' sake of comparison. */
const rate = 1.6e-2;
const threshold = 20;

const config = languageDecoder(alike(4, { attention: grouped(4), feedForward: { kind: "dense", hidden: 320 } }));

const names = { plain: "Muon", clipped: `Muon with QK-Clip at ${threshold}`, adamw: "AdamW" } as const;

const arms = (steps: number): Arm[] => [
  { name: names.plain, training: languageTraining(config, muon, steps), rates: [rate] },
  { name: names.clipped, training: languageTraining(config, { ...muon, qkClip: threshold }, steps), rates: [rate] },
  { name: names.adamw, training: languageTraining(config, adamwAlone, steps), rates: [rate / 4] },
];

const formOf = (steps: number, seeds: readonly number[], cpuMinutes: number): Form => ({
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
  power: null,
  cpuMinutes,
});

export const qkClipProtocol: Protocol = {
  name: "qk-clip",
  title: "Muon's attention logits with and without QK-Clip",
  ideas: ["muonclip"],
  claims: [],
  question: "Does QK-Clip hold attention logits near its threshold without costing loss?",
  scope:
    "A decoder of 0.8 M parameters with multi-head attention, 600 steps on 1.9 MB of English and JavaScript bytes, at twice the learning rate that is best for Muon. Kimi K2 clips at 100 in a model with a trillion parameters, where logits passed 1,000 without it.",
  method: `Logits are the largest of all heads, layers and tokens of every step, before the softmax. The threshold of ${threshold} is below what Muon reaches unclipped in a trial, so that the clip has work to do. AdamW is trained at a quarter of Muon's rate, which is twice its own best. The clip acts after a step, so a step's own growth passes the threshold: the rule allows a quarter above it.`,
  ifNegative:
    "That scaling queries and keys after the step is too late or too coarse at this size and rate, or that short training feels the clip where long training does not.",
  full: formOf(600, [1, 2, 3, 4, 5], 9),
  quick: formOf(300, [1, 2, 3], 3),
};
