/** Does the bias of aux-loss-free balancing even out the experts' load, at no cost in loss? */
import type { Arm, Form, Protocol } from "../experiment/protocol.ts";
import { alike, type ExpertFeedForward } from "../model/config.ts";
import { grouped, languageDecoder, languageTraining, muon } from "./settings.ts";

const experts = (balanceRate: number): ExpertFeedForward => ({
  kind: "experts",
  count: 16,
  used: 4,
  shared: 1,
  hidden: 48,
  balanceRate,
});

const rates = { none: 0, published: 1e-3, faster: 1e-2 } as const;
const names = {
  none: "no balancing",
  published: `bias, ${rates.published} a step`,
  faster: `bias, ${rates.faster} a step`,
} as const;

const arms = (steps: number, tried: readonly number[]): Arm[] =>
  (Object.keys(names) as (keyof typeof names)[]).map((which) => ({
    name: names[which],
    training: languageTraining(
      languageDecoder(alike(4, { attention: grouped(4), feedForward: experts(rates[which]) })),
      muon,
      steps,
    ),
    rates: tried,
  }));

const formOf = (
  steps: number,
  tried: readonly number[],
  seeds: readonly number[],
  power: string,
  cpuMinutes: number,
): Form => ({
  arms: arms(steps, tried),
  seeds,
  tuningSeed: 100,
  outcomes: [
    {
      name: "load excess with the bias over that without",
      of: { kind: "ratio", measure: "loadExcess", arm: names.published, against: names.none },
      rule: { relation: "at most", value: 0.5 },
      isPrimary: true,
    },
    {
      name: "held-out loss with the bias less that without",
      of: { kind: "difference", measure: "heldOutLoss", arm: names.published, against: names.none },
      rule: { relation: "at most", value: 0.01 },
      isPrimary: true,
    },
    {
      name: "load excess with the ten times faster bias over that without",
      of: { kind: "ratio", measure: "loadExcess", arm: names.faster, against: names.none },
      rule: { relation: "at most", value: 0.5 },
      isPrimary: false,
    },
    {
      name: "held-out loss with the faster bias less that without",
      of: { kind: "difference", measure: "heldOutLoss", arm: names.faster, against: names.none },
      rule: { relation: "at most", value: 0.01 },
      isPrimary: false,
    },
  ],
  figures: [
    { kind: "curves", title: "Load excess", measure: "loadExcess", arms: Object.values(names) },
    { kind: "curves", title: "Held-out loss", measure: "heldOutLoss", arms: Object.values(names) },
  ],
  power,
  cpuMinutes,
});

const words = (steps: number, tuning: string) => ({
  scope: `A decoder of 1.6 M parameters, 16 experts of 48 hidden units of which a token takes 4, and a shared one; ${steps} steps of 1,024 bytes of English and JavaScript. The paper's models have 1 and 3 B parameters and see 100 B tokens or more.`,
  method: `Load excess is the largest load of an expert over the mean load, less 1 (MaxVio), of all steps between two points of the curve, mean of layers, without the first tenth of training. The published rate of the bias, 0.001 a step, has ${steps} steps to work here; ten times that is tried beside it. ${tuning}`,
});

export const expertBalanceProtocol: Protocol = {
  name: "expert-balance",
  title: "Balancing experts by a bias against no balancing",
  ideas: ["aux-loss-free"],
  claims: [],
  question: "Does moving the router's biases against the load halve its excess without costing loss?",
  ifNegative:
    "That 600 steps are too few for the published rate to move biases as far as the router's scores differ, or that even loads cost a small model more than a large one.",
  caveats: [
    "There is no arm with an auxiliary loss, which is what the paper compares the bias with.",
    "The held-out blocks that choose the rates are those of the final figures.",
  ],
  full: {
    ...words(600, "Each arm tries three learning rates with a seed that is not used again."),
    ...formOf(
      600,
      [4e-3, 8e-3, 1.6e-2],
      [1, 2, 3, 4, 5],
      "five seeds decide with a probability of 80 % where the true ratio of excesses is 0.045 from the rule, or the true loss 0.010 nats/byte, with the spread that was found.",
      25,
    ),
  },
  quick: {
    ...words(300, "All arms have the learning rate that was best in the full form."),
    ...formOf(
      300,
      [8e-3],
      [1, 2, 3],
      "three seeds decide with a probability of 80 % where the true ratio of excesses is 0.09 from the rule, or the true loss 0.019 nats/byte, with the spread of the full form.",
      5,
    ),
  },
};
