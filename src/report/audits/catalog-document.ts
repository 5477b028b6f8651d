/** The catalogue of releases, in the words and numbers that a reader sees. */
import type { CatalogEntry, Figure } from "../../audit/index.ts";
import { formatValue, type Ledger, subjectsOf, type Unit } from "../../ledger/index.ts";
import { unknown } from "../../units/index.ts";
import type { DocumentCell, TablesDocument } from "../tables-document.ts";

/** @param filters  as they were given */
export function catalogDocument(
  entries: readonly CatalogEntry[],
  ledger: Ledger,
  filters: readonly string[] = [],
): TablesDocument {
  const names = new Map(subjectsOf(ledger).map(({ id, name }) => [id, name]));
  const nameOf = (id: string) => names.get(id) ?? id;
  const rows = entries.map((entry): DocumentCell[] => {
    const { id, name, org, releasedOn, openWeights, licenses, attention, ideas } = entry;
    return [
      [{ text: name, marks: [id] }],
      [{ text: nameOf(org) }],
      text(releasedOn),
      [{ text: figureText(entry.totalParameters, "parameters") }],
      [{ text: figureText(entry.activeParameters, "parameters") }],
      [{ text: figureText(entry.cacheBytesPerToken, "bytes") }],
      [{ text: contextText(entry) }],
      text(weightsText(openWeights)),
      licenses.map((license) => ({ text: license })),
      attention.map((words) => ({ text: words })),
      text(ideas.length === 0 ? null : ideas.map(nameOf).join("; ")),
    ];
  });
  const filtered = filters.length === 0 ? "" : `, filtered by ${filters.join(" and ")}`;
  return {
    title: "Catalogue of releases",
    lede: `${entries.length} of ${ledger.releases.length} releases of the ledger${filtered}.`,
    tables: [{ title: "Releases", note: null, head: catalogHead, rows }],
    remarks: catalogRemarks,
  };
}

const catalogHead = [
  "release",
  "organisation",
  "released",
  "total",
  "active",
  "cache a token",
  "context",
  "weights",
  "licence",
  "attention",
  "ideas",
];

export const catalogRemarks = [
  "total, active, cache: computed from the config; backbone alone, embedding and head in, cache in the vendor's format",
  "*: as published, no config to compute from; ?: unverified; context: as the release says, else as its config does",
];

const text = (words: string | null): DocumentCell => (words === null ? [] : [{ text: words }]);

export const weightsText = (open: boolean | null): string | null => (open === null ? null : open ? "open" : "closed");

/** `671B`, computed; `671B*`, published alone; `130B* / 140B*` where publishers disagree. */
export const figureText = (figure: Figure | null, unit: Unit): string =>
  figure === null
    ? unknown
    : figure.values
        .map(
          (value) => formatValue(value, unit) + (figure.from === "published" ? "*" : "") + (figure.verified ? "" : "?"),
        )
        .join(" / ");

export const contextText = ({ contextTokens: figure }: CatalogEntry): string =>
  figureText(figure && { ...figure, from: "config" }, "tokens");
