/** `assay lineage`: who introduced, reused, proved or contradicted an idea, and how it compounds. */
import { resolve } from "node:path";
import { z } from "zod";
import { UserError } from "../../errors.ts";
import { compoundingOf, type Ledger, lineageOf, resolveName, withDevelopments } from "../../ledger/index.ts";
import { readLedger } from "../../ledger-files/index.ts";
import { daysWords, lineagePage, lineageSvg, lineageText } from "../../report/lineage/index.ts";
import { wrapped } from "../../units/index.ts";
import { defineCommand, jsonFlag } from "../command.ts";
import { writeOutput } from "../result.ts";
import { table } from "../table.ts";

export const lineageCommand = defineCommand({
  name: "lineage",
  summary: "Who introduced, reused, proved or contradicted an idea, and how it compounds",
  args: [{ name: "[idea]", describe: "Id or name of an idea of the ledger [lists all]" }],
  flags: z.object({
    output: z
      .string()
      .regex(/\.(svg|html)$/i, "expected a file that ends in .svg or .html")
      .optional()
      .describe("File to draw it in: a picture (.svg) or a page with all evidence (.html)"),
    json: jsonFlag,
  }),
  examples: ["assay lineage", "assay lineage muon", "assay lineage mla --output mla.html"],
  async run({ args: [given], flags, io }) {
    const ledger = readLedger();
    if (given === undefined) {
      if (flags.output !== undefined) throw nothingToDraw();
      const rows = overview(ledger);
      if (flags.json) io.print(JSON.stringify(rows, null, 2));
      else io.print(overviewTable(rows, io.width));
      return 0;
    }
    const lineage = lineageOf(ledger, resolveName(given, ledger.ideas, "idea").id)!;
    if (flags.output !== undefined) {
      const path = resolve(io.cwd, flags.output);
      writeOutput(path, await (path.toLowerCase().endsWith(".svg") ? lineageSvg : lineagePage)(lineage, ledger));
      io.note(`drawn in ${path}`);
    }
    if (flags.json) io.print(JSON.stringify({ ...lineage, compounding: compoundingOf(lineage) }, null, 2));
    else io.print(lineageText(lineage, ledger, io.width));
    return 0;
  },
});

/** Every idea, the ones that spread furthest first. */
const overview = (ledger: Ledger) =>
  ledger.ideas
    .map(({ id, name, introduced }) => {
      const lineage = lineageOf(ledger, id)!;
      const { adoptions, firstOutsideReuse } = compoundingOf(lineage);
      return {
        id,
        name,
        introducedOn: introduced.on,
        outsideOrgs: adoptions.at(-1)?.outsideOrgs ?? 0,
        developments: withDevelopments(lineage).length - 1,
        daysToFirstOutsideReuse: firstOutsideReuse?.days ?? null,
      };
    })
    .toSorted((a, b) => b.outsideOrgs - a.outsideOrgs || b.developments - a.developments);

function overviewTable(rows: ReturnType<typeof overview>, width: number): string {
  const head = ["idea", "introduced", "others", "built on", "first outside reuse"];
  const cells = table(
    head,
    rows.map(({ id, introducedOn, outsideOrgs, developments, daysToFirstOutsideReuse: days }) => [
      id,
      introducedOn ?? "no date",
      orNone(outsideOrgs),
      orNone(developments),
      days !== null ? daysWords(days) : outsideOrgs > 0 ? "no date" : "–",
    ]),
    width,
  );
  return [
    cells,
    "",
    ...wrapped("others: organisations that use it without having introduced it; built on: ideas", width),
  ].join("\n");
}

const orNone = (count: number) => (count === 0 ? "–" : String(count));

const nothingToDraw = () =>
  new UserError({
    happened: "--output was given without an idea",
    expected: "the idea to draw",
    mend: "name one, as in `assay lineage muon --output muon.svg`; `assay lineage` lists them",
  });
