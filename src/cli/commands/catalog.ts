/** `assay catalog`: all releases of the ledger in one table. */
import { z } from "zod";
import { type CatalogEntry, catalogOf, catalogOrders, filteredCatalog, sortedCatalog } from "../../audit/index.ts";
import { readLedger } from "../../ledger-files/index.ts";
import { catalogDocument, catalogRemarks, contextText, figureText, weightsText } from "../../report/audits/index.ts";
import { plain, unknown, wrapped } from "../../units/index.ts";
import { defineCommand, jsonFlag, listFlag } from "../command.ts";
import { table } from "../table.ts";
import { tablesFlag, writeTables } from "../tables-output.ts";

export const catalogCommand = defineCommand({
  name: "catalog",
  summary: "The releases of the ledger: date, parameters, cache, context, licence, ideas",
  flags: z.object({
    filter: listFlag("org:ID, idea:ID, family:NAME, weights:open|closed|unknown, or words; all must hold"),
    sort: z.enum(catalogOrders).default("date").describe("Newest or largest first, names from A to Z"),
    ...tablesFlag,
    json: jsonFlag,
  }),
  examples: [
    "assay catalog --filter idea:mla --sort total",
    'assay catalog --filter org:moonshot-ai --filter "mit k2"',
  ],
  async run({ flags, io }) {
    const ledger = readLedger();
    const entries = sortedCatalog(filteredCatalog(catalogOf(ledger), flags.filter, ledger), flags.sort);
    const document = catalogDocument(entries, ledger, flags.filter);
    if (flags.output !== undefined) writeTables(flags.output, document, entries, io);
    if (flags.json) io.print(JSON.stringify(entries, null, 2));
    else {
      io.print(wrapped(plain(document.lede), io.width).join("\n"));
      if (entries.length === 0) return 0;
      io.print(`\n${table(head, entries.map(cellsOf), io.width)}\n`);
      for (const remark of catalogRemarks) io.print(wrapped(remark, io.width, "  ").join("\n"));
    }
    return 0;
  },
});

const head = ["release", "released", "total", "active", "cache", "context", "of", "ideas"];

function cellsOf(entry: CatalogEntry): string[] {
  const { id, org, releasedOn, openWeights, licenses, attention, ideas } = entry;
  const weights = weightsText(openWeights);
  return [
    id,
    releasedOn ?? unknown,
    figureText(entry.totalParameters, "parameters"),
    figureText(entry.activeParameters, "parameters"),
    figureText(entry.cacheBytesPerToken, "bytes"),
    contextText(entry),
    [org, weights && `${weights} weights`, ...licenses, ...attention].filter((word) => word !== null).join("; "),
    ideas.join(", "),
  ].map((cell) => plain(cell));
}
