/** `assay plan [scenario|file]`: what a run would take, in calls, tokens, money and minutes, and what it could tell apart. */
import { z } from "zod";
import { defineCommand, jsonFlag } from "../command.ts";
import { planSummary, planText } from "../plan-summary.ts";
import { storeFlag } from "../result.ts";
import { readSettings, Settings } from "../settings.ts";

const share = (describe: string) =>
  z.coerce
    .number("expected a number above 0 and below 1")
    .gt(0, "expected a number above 0 and below 1")
    .lt(1, "expected a number above 0 and below 1")
    .optional()
    .describe(describe);

export const planCommand = defineCommand({
  name: "plan",
  summary: "Say what a run would take, and what it could tell apart; nothing is sent",
  args: [{ name: "[scenario|file]", describe: "As for `assay run` (default: grounding)" }],
  flags: Settings.omit({ scenario: true, job: true }).extend({
    detect: share("Also say how many samples detect this difference of quality: 0.05"),
    discordance: share("Share of samples that exactly one of two candidates gets right [0.2]"),
    ...storeFlag,
    json: jsonFlag,
  }),
  examples: [
    "assay plan job.yaml --detect 0.05",
    "assay plan job.yaml --model deepseek/deepseek-v4-pro --concurrency 4",
  ],
  async run({ args: [scenarioOrFile = "grounding"], flags, io }) {
    const summary = await planSummary(readSettings(scenarioOrFile, flags, io.cwd), flags, io);
    io.print(flags.json ? JSON.stringify(summary, null, 2) : planText(summary, io.width));
    return 0;
  },
});
