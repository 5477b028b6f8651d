/** `assay report <run>`: makes a run's HTML report again. */

import { z } from "zod";
import { defineCommand, jsonFlag } from "../command.ts";
import { printResult, reportFlags, storeFlag, withRun } from "../result.ts";

export const reportCommand = defineCommand({
  name: "report",
  summary: "Write a run's HTML report again, and print its summary",
  args: [{ name: "<run>", describe: "A run's id, the beginning of it, or `latest`" }],
  flags: z.object({ ...reportFlags, ...storeFlag, json: jsonFlag }),
  run: ({ args: [id], flags, io }) =>
    withRun(id!, flags, io, (run, store) => printResult(run, store, flags, io, run.status === "finished" ? 0 : 3)),
});
