/** `assay compare`: models side by side. */
import { z } from "zod";
import { compareReleases, resolveCompared } from "../../audit/index.ts";
import { UserError } from "../../errors.ts";
import { readLedger } from "../../ledger-files/index.ts";
import { comparisonDocument } from "../../report/audits/index.ts";
import { type DocumentTable, lineText } from "../../report/index.ts";
import { plain, unknown, wrapped } from "../../units/index.ts";
import { defineCommand, jsonFlag, listFlag } from "../command.ts";
import { tokensOf } from "../quantities.ts";
import { sideBySide } from "../side-by-side.ts";
import { tablesFlag, writeTables } from "../tables-output.ts";

export const compareCommand = defineCommand({
  name: "compare",
  summary: "Models side by side: identity, ideas, parameters, cache, work, hardware, prices",
  args: [
    { name: "<model...>", describe: "Two or more: releases, config.json, checkpoints, Hugging Face repositories" },
  ],
  flags: z.object({
    context: listFlag("Tokens of context, one or more, e.g. 32K,1M [32K,128K]"),
    cacheFormat: z.string().optional().describe("How all caches are stored, e.g. bf16 [each vendor's own]"),
    ...tablesFlag,
    json: jsonFlag,
  }),
  examples: [
    "assay compare kimi-k3 deepseek-v4.1-flash",
    "assay compare deepseek-v3 kimi-k2 glm-5 --output three.html",
  ],
  async run({ args, flags, io }) {
    if (args.length < 2) throw onlyOne(args[0]!);
    const contexts = (flags.context.length > 0 ? flags.context : ["32K", "128K"])
      .map((context) => tokensOf("--context", context))
      .toSorted((a, b) => a - b);
    const compared = [];
    for (const given of args) compared.push(await resolveCompared(given, io));
    const today = io.now().toISOString().slice(0, 10);
    const { cacheFormat } = flags;
    const comparison = compareReleases(compared, readLedger(), { today, contexts, cacheFormat });
    const document = comparisonDocument(comparison);
    if (flags.output !== undefined) writeTables(flags.output, document, comparison, io);
    if (flags.json) io.print(JSON.stringify(comparison, null, 2));
    else {
      for (const text of [document.title, document.lede]) io.print(wrapped(plain(text), io.width).join("\n"));
      for (const table of document.tables) io.print(`\n${table.title}\n${tableText(table, io.width)}`);
      io.print("");
      for (const remark of document.remarks) io.print(wrapped(`- ${plain(remark)}`, io.width, "  ").join("\n"));
    }
    return 0;
  },
});

const tableText = ({ head: [, ...names], rows }: DocumentTable, width: number): string =>
  sideBySide(
    names.map((name) => plain(name)),
    rows.map(([says = [], ...cells]) => [
      plain(says.map(lineText).join(" ")),
      ...cells.map((cell) => (cell.length === 0 ? [unknown] : cell.map((line) => plain(lineText(line))))),
    ]),
    width,
  );

const onlyOne = (given: string) =>
  new UserError({
    happened: `only ${given} was given`,
    expected: "two models or more to lay side by side",
    mend: "name another; `assay catalog` lists the releases of the ledger",
  });
