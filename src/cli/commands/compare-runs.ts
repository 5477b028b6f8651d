/** `assay compare-runs <run…>`: which candidate is better at the job, by how much, how sure, and at what cost. */
import { z } from "zod";
import { defaultCareAbout, startDecision } from "../../decision/index.ts";
import type { RunInfo } from "../../evals/index.ts";
import { decisionDocument, decisionText } from "../../report/decision/index.ts";
import { defineCommand, jsonFlag } from "../command.ts";
import { notAnswers } from "../preference-question.ts";
import { openEarlierStore, storeFlag } from "../result.ts";
import { tablesFlag, writeTables } from "../tables-output.ts";

export const compareRunsCommand = defineCommand({
  name: "compare-runs",
  summary: "Candidates and arms of one run or several: who is better, how sure, at what cost",
  args: [{ name: "<run...>", describe: "Runs of one scenario: ids, beginnings of them, or `latest`" }],
  flags: z.object({
    baseline: z.string().optional().describe("Hold all others against this one too: an option, candidate, arm or run"),
    volume: z.coerce
      .number()
      .positive()
      .optional()
      .describe("Calls a month, for the cost of a month [the runs' own, where they agree]"),
    careAbout: z.coerce
      .number()
      .gt(0)
      .lt(1)
      .default(defaultCareAbout)
      .describe("The smallest difference of quality that matters, 0 to 1"),
    ...tablesFlag,
    ...storeFlag,
    json: jsonFlag,
  }),
  examples: [
    "assay compare-runs latest --volume 100000",
    "assay compare-runs 2026-11-02 latest --baseline 2026-11-02 --output decision.html",
  ],
  async run({ args, flags, io }) {
    const store = await openEarlierStore(flags, io);
    try {
      const runs: RunInfo[] = [];
      for (const id of args) {
        const run = await store.findRun(id);
        if (run.preference !== undefined) throw notAnswers(run);
        runs.push(run);
      }
      const builder = startDecision(runs, {
        volume: flags.volume === undefined ? undefined : { callsPerMonth: flags.volume },
        careAbout: flags.careAbout,
        baseline: flags.baseline,
        today: io.now().toISOString().slice(0, 10),
      });
      for (const { id } of runs)
        for await (const { trial } of store.records(id, "withoutBodies")) builder.add(trial, id);
      const decision = builder.decision();
      if (flags.output !== undefined) writeTables(flags.output, decisionDocument(decision), decision, io);
      io.print(flags.json ? JSON.stringify(decision, null, 2) : decisionText(decision, { width: io.width }));
      return 0;
    } finally {
      await store.close();
    }
  },
});
