/** `assay specimens`: the small models that the project makes, and what each is. */
import { z } from "zod";
import { ensureSpecimen, specimens } from "../../specimens/index.ts";
import { wrapped } from "../../units/index.ts";
import { specimenNamed } from "../candidates.ts";
import { defineCommand, jsonFlag } from "../command.ts";
import { progressBar } from "../progress.ts";
import { table } from "../table.ts";

const noiseRemark =
  "Calibration specimens have random weights: their caches and timings are real, their answers are noise.";

export const specimensCommand = defineCommand({
  name: "specimens",
  summary: "List the small models that come with Assay; --build makes them",
  args: [{ name: "[name...]", describe: "Only these" }],
  flags: z.object({
    build: z.boolean().default(false).describe("Make those that are not there yet, and print their paths"),
    json: jsonFlag,
  }),
  async run({ args, flags, io }) {
    const chosen = args.length === 0 ? specimens : args.map(specimenNamed);
    if (flags.build) {
      for (const { name } of chosen) {
        const bar = progressBar(io, `building ${name}`);
        const path = await ensureSpecimen(name, { onProgress: bar.update });
        bar.done();
        io.print(flags.json ? JSON.stringify({ name, path }) : `${name}  ${path}`);
      }
      return 0;
    }
    if (flags.json) io.print(JSON.stringify(chosen, null, 2));
    else {
      io.print(
        table(
          ["specimen", "kind", "attention", "what it is"],
          chosen.map(({ name, kind, attention, summary }) => [name, kind, attention, summary]),
          io.width,
        ),
      );
      io.print(`\n${wrapped(noiseRemark, io.width).join("\n")}`);
    }
    return 0;
  },
});
