/** `assay export <run> --format jsonl|csv|parquet`: a run's trials for other programs. */
import { resolve } from "node:path";
import { z } from "zod";
import { exportFormats, exportRun } from "../../report/index.ts";
import { defineCommand, type ExitCode } from "../command.ts";
import { storeFlag, withRun } from "../result.ts";

export const exportCommand = defineCommand({
  name: "export",
  summary: "Write a run's trials as JSONL, CSV or Parquet",
  args: [{ name: "<run>", describe: "A run's id, the beginning of it, or `latest`" }],
  flags: z.object({
    format: z.enum(exportFormats).optional().describe("[by the output's extension, else jsonl]"),
    output: z
      .string()
      .optional()
      .describe("File to write [<run>.<format> here]; - is standard output (not for Parquet)"),
    ...storeFlag,
  }),
  run: ({ args: [id], flags, io }) =>
    withRun<ExitCode>(id!, flags, io, async (run, store) => {
      const byName = exportFormats.find((format) => flags.output?.endsWith(`.${format}`));
      const format = flags.format ?? byName ?? "jsonl";
      const output = flags.output === "-" ? "-" : resolve(io.cwd, flags.output ?? `${run.id}.${format}`);
      const rows = await exportRun(run, store.records(run.id), format, output);
      if (output !== "-") io.print(`${rows} trials written to ${output}`);
      return 0;
    }),
});
