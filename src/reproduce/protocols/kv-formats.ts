/** What do quantised keys and values save, and what do they break? */
import type { KvType } from "../../engine/index.ts";
import type { Arm, Form, Outcome, Protocol } from "../experiment/protocol.ts";

/** The specimens and the SHA-256 of their weights. */
const specimens = {
  MHA: { specimen: "reader-mha", sha256: "80133c6e6413554dbce5e2fef7fd4724af62df5dc5d24350b1af9ce165c47472" },
  GQA: { specimen: "reader-gqa", sha256: "6e18dc6baf6a66ceb3efd5f7dbfc9e0f425cf0d6846aa51a62230aecc6146f61" },
  MQA: { specimen: "reader-mqa", sha256: "f82d060bc3ef8442bdaba9a56dae62636a88c390ed83bb43d695d0ea2e1b8490" },
  MLA: { specimen: "reader-mla", sha256: "0c35fa4dcd627f4657e1b04597343a6fead4c5f92d7eeb38650b7299266da92e" },
  SWA: { specimen: "reader-swa", sha256: "fb735afd02281c04040808162168806e38172170291ac6cb3b48ece47704841e" },
} as const;
type Design = keyof typeof specimens;

const formats: readonly KvType[] = ["f16", "q8_0", "q4_0"];
const contextTokens = 1024;

const armName = (design: Design, format: KvType) => `${design}, ${format}`;

const formOf = (designs: readonly Design[], questions: number, seeds: readonly number[], cpuMinutes: number): Form => ({
  arms: designs.flatMap((design) =>
    formats.map(
      (cache): Arm => ({
        name: armName(design, cache),
        training: { task: "reading", ...specimens[design], cache, contextTokens, questions },
        rates: [0],
      }),
    ),
  ),
  seeds,
  tuningSeed: 100,
  outcomes: designs.flatMap((design) => [
    ...formats.slice(1).map(
      (format): Outcome => ({
        name: `recall of ${armName(design, format)} less that of f16`,
        of: { kind: "difference", measure: "recall", arm: armName(design, format), against: armName(design, "f16") },
        rule: { relation: "at least", value: -0.02 },
        isPrimary: format === "q8_0",
      }),
    ),
    ...formats.slice(1).map(
      (format): Outcome => ({
        name: `cache of ${armName(design, format)} over that of f16`,
        of: {
          kind: "ratio",
          measure: "kvBytesPerToken",
          arm: armName(design, format),
          against: armName(design, "f16"),
        },
        rule: null,
        isPrimary: false,
      }),
    ),
  ]),
  figures: [
    {
      kind: "tradeOff",
      title: "Against KV cache",
      x: "kvBytesPerToken",
      panels: (["recall", "abstention"] as const).map((y) => ({
        y,
        arms: designs.flatMap((design) =>
          formats.map((format) => ({ arm: armName(design, format), label: armName(design, format) })),
        ),
      })),
    },
  ],
  power: null,
  cpuMinutes,
});

const words = {
  scope: `Specimens of three layers and 0.6 to 0.7 M parameters with heads of 32, or 96 latents and 32 rotated dimensions, reading registers of ${contextTokens} tokens in the embedded engine, greedy.`,
  method:
    "Nothing is trained: each seed draws questions, three quarters of which a line answers, and all formats get the same ones. Recall counts an answer whose value and line are right. Bytes a token are measured in saved states of the engine. A block of 32 values, which is a whole head here and a quarter of MLA's entry, shares one scale in both quantised formats.",
};

export const kvFormatsProtocol: Protocol = {
  name: "kv-formats",
  title: "Quantised keys and values: what they save, what they break",
  ideas: ["fp4-kv"],
  claims: [],
  question: "Do the reading specimens find as much with their keys and values in q8_0, and in q4_0, as in f16?",
  caveats: ["The specimen with latent attention has 0.76 M parameters, not 0.6 to 0.7."],
  ifNegative:
    "That the format's rounding is coarser than what tells this specimen's keys apart. Larger models have more dimensions to tell them apart with, and values of other spread: it says nothing on them.",
  full: { ...words, ...formOf(["MHA", "GQA", "MQA", "MLA", "SWA"], 80, [1, 2, 3, 4, 5], 35) },
  quick: { ...words, ...formOf(["MHA", "MLA"], 40, [1, 2, 3], 6) },
};
