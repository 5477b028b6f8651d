/** `assay export <run> --format jsonl|csv|parquet`: a run's trials for other programs. */
import { existsSync, statSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { messageOf, UserError } from "../../errors.ts";
import { exportCsv, exportJsonl, exportParquet, inferredHitsOf } from "../../report/index.ts";
import { defineCommand, type ExitCode } from "../command.ts";
import { storeFlag, withRun } from "../result.ts";

const formats = ["jsonl", "csv", "parquet"] as const;

export const exportCommand = defineCommand({
  name: "export",
  summary: "Write a run's trials as JSONL, CSV or Parquet",
  args: [{ name: "<run>", describe: "A run's id, the beginning of it, or `latest`" }],
  flags: z.object({
    format: z.enum(formats).optional().describe("[by the output's extension, else jsonl]"),
    output: z
      .string()
      .optional()
      .describe("File to write [<run>.<format> here]; - is standard output (not for Parquet)"),
    ...storeFlag,
  }),
  examples: ["assay export latest -o trials.csv", "assay export latest -o - | jq .answer"],
  run: ({ args: [id], flags, io }) =>
    withRun<ExitCode>(id!, flags, io, async (run, store) => {
      refuseOtherExtension(flags);
      const format = flags.format ?? formats.find((one) => flags.output?.endsWith(`.${one}`)) ?? "jsonl";
      if (format === "parquet" && flags.output === "-") throw parquetOnStandardOutput();
      const inferred = await inferredHitsOf(store.records(run.id, "withoutBodies"));
      const records = store.records(run.id);
      const content = { jsonl: exportJsonl, csv: exportCsv, parquet: exportParquet }[format](records, inferred);
      if (flags.output === "-" && !(content instanceof Promise)) {
        await pipeline(Readable.from(content), process.stdout, { end: false });
        return 0;
      }
      const path = resolve(io.cwd, flags.output ?? `${run.id}.${format}`);
      await writeWhole(path, content);
      io.print(`Written to ${path}`);
      return 0;
    }),
});

function refuseOtherExtension({ format, output }: { format?: string | undefined; output?: string | undefined }): void {
  const extension = extname(output ?? "").slice(1);
  if (format !== undefined || extension === "" || formats.some((one) => one === extension)) return;
  throw new UserError({
    happened: `--output ends in .${extension}, which is no export format`,
    expected: `.jsonl, .csv or .parquet, or --format`,
    mend: "name the file after its format, or add --format",
  });
}

/** The file is there whole or not at all; a pipe or a device, which renaming would replace, is written as it is. */
async function writeWhole(path: string, content: AsyncIterable<string> | Promise<Uint8Array>): Promise<void> {
  const special = existsSync(path) && !statSync(path).isFile();
  const part = special ? path : `${path}.part`;
  try {
    await writeFile(part, await content);
    if (!special) await rename(part, path);
  } catch (error) {
    if (!special) await rm(part, { force: true });
    throw new UserError(
      {
        happened: `${path} cannot be written: ${messageOf(error)}`,
        expected: "a folder that can be written, on a disk with room",
        mend: "name another file with --output",
      },
      { cause: error },
    );
  }
}

function parquetOnStandardOutput(): UserError {
  return new UserError({
    happened: "Parquet was asked for on standard output",
    expected: "a file: its index stands at the end",
    mend: "name one with --output, or choose --format jsonl",
  });
}
