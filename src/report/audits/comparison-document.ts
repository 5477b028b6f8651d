/** A comparison of models, in the words and numbers that a reader sees. */
import type { ComparedRow, ComparedSection, ComparedValue, Comparison } from "../../audit/index.ts";
import { formatValue } from "../../ledger/index.ts";
import { formatSignificant } from "../../units/index.ts";
import type { CellLine, DocumentTable, TablesDocument } from "../tables-document.ts";

export function comparisonDocument({ today, models, sections }: Comparison): TablesDocument {
  const names = models.map(({ name }) => name);
  return {
    title: names.join(" · "),
    lede: `Side by side on ${today}. Multiples are to ${names[0]}; a dash is unknown, or a part that a model does not have. Values that disagree stand below each other.`,
    tables: sections.map((section) => tableOf(section, names)),
    remarks: models.flatMap(({ name, configSource, noEstimate, assumptions }) => [
      noEstimate === null
        ? `${name}: computed from ${configSource!.title}${configSource!.date === null ? "" : `, seen ${configSource!.date}`}`
        : `${name}: ${noEstimate}`,
      ...assumptions.map((assumption) => `${name}: ${assumption}`),
    ]),
  };
}

const tableOf = ({ title, provenance, rows }: ComparedSection, names: readonly string[]): DocumentTable => ({
  title: `${title}, ${provenanceWords[provenance]}`,
  note: null,
  head: ["", ...names],
  rows: rows.map((row) => [
    [{ text: row.says }],
    ...row.cells.map((cell, index) => cell.map((value) => lineOf(value, row, index))),
  ]),
});

const provenanceWords: Readonly<Record<ComparedSection["provenance"], string>> = {
  recorded: "as recorded",
  computed: "computed from configs",
  published: "as published",
};

function lineOf({ value, detail, said }: ComparedValue, { unit, ratios }: ComparedRow, index: number): CellLine {
  const ratio = index === 0 ? null : (ratios[index] ?? null);
  const marks = [
    ratio === null ? null : ratio === 1 ? "same" : `${formatSignificant(ratio)}×`,
    detail,
    said === null || said.expires === null ? null : said.observed,
    said?.stale ? "stale" : null,
    said === null || said.unverified === null ? null : "unverified",
  ].filter((mark) => mark !== null);
  const source = said && { title: said.source, url: said.url, observed: said.observed };
  return { text: valueText(value, unit), marks, source };
}

function valueText(value: number | string, unit: ComparedRow["unit"]): string {
  if (unit === "USD") return formatValue(value, "usd");
  if (unit === "CNY" || unit === "EUR")
    return `${typeof value === "number" ? formatSignificant(value) : value} ${unit}`;
  return formatValue(value, unit);
}
