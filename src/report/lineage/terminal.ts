/** A lineage on a terminal: the tree of what happened, and how the idea compounds. */
import {
  compoundingOf,
  firstDay,
  isVerified,
  type Ledger,
  type Lineage,
  type LineageEvent,
  type LinkKind,
  type Source,
} from "../../ledger/index.ts";
import { plain, wrapped } from "../../units/index.ts";
import { introducedWords, lineageFacts, type NameOf, namesOf, who } from "./facts.ts";

const marks: Readonly<Record<LinkKind, string>> = {
  introduces: "*",
  reuses: "+",
  "validates-at-scale": "!",
  cites: "~",
  supersedes: ">",
  contradicts: "x",
};
const legend = [
  "* introduced",
  "+ reused",
  "! proved at scale",
  "~ cited",
  "> superseded",
  "x argued against",
  "? unverified",
];

/** @param width  columns */
export function lineageText(lineage: Lineage, ledger: Ledger, width: number): string {
  const nameOf = namesOf(ledger);
  const { idea } = lineage;
  return [
    ...wrapped(plain(idea.name), width),
    ...hung("  ", "  ", idea.summary, width),
    ...hung("  Source: ", "    ", sourceWords(idea.introduced.source), width),
    "",
    ...hung(`${dateCell(idea.introduced.on)} `, " ".repeat(13), ideaWords(lineage, nameOf), width),
    ...branches(lineage, nameOf, width, ""),
    "",
    ...legendLines(width),
    "",
    ...factLines(lineage, nameOf, width),
    ...adoptionLines(lineage, nameOf, width),
    ...hopLines(lineage, nameOf, width),
    "",
    ...wrapped(`What shows each of these: assay lineage ${idea.id} --output ${idea.id}.html`, width, "  "),
  ].join("\n");
}

/** Text behind its start; what does not fit stands below. */
const hung = (start: string, below: string, text: string, width: number): string[] =>
  wrapped(plain(text), width - Math.max(start.length, below.length)).map(
    (line, index) => (index === 0 ? start : below) + line,
  );

/** A mark stays with its meaning. */
const legendLines = (width: number) =>
  wrapped(legend.map((entry) => entry.replaceAll(" ", "\u00a0")).join(" \u00a0"), width).map((line) =>
    line.replaceAll("\u00a0", " ").trim(),
  );

interface Branch {
  readonly on: string | null;
  readonly text: string;
  readonly development: Lineage | null;
}

/** What happened to an idea and what was developed from it, oldest first; introductions are part of their idea. */
function branches(lineage: Lineage, nameOf: NameOf, width: number, indent: string): string[] {
  const all: Branch[] = [
    ...lineage.events
      .filter(({ kind }) => kind !== "introduces")
      .map((event) => ({ on: event.on, text: eventWords(event, nameOf), development: null })),
    ...lineage.developments.map((one) => ({
      on: one.idea.introduced.on,
      text: ideaWords(one, nameOf),
      development: one,
    })),
  ];
  const ordered = all.toSorted((a, b) => dayOf(a) - dayOf(b));
  return ordered.flatMap(({ on, text, development }, index) => {
    const isLast = index === ordered.length - 1;
    const start = `${indent}${isLast ? "└" : "├"} ${dateCell(on)} `;
    const below = `${indent}${isLast ? " " : "│"} `;
    return [
      ...hung(start, below.padEnd(start.length + 2), text, width),
      ...(development === null ? [] : branches(development, nameOf, width, below)),
    ];
  });
}

const dayOf = ({ on }: Branch) => (on === null ? Infinity : Date.parse(firstDay(on)));
const dateCell = (on: string | null) => (on ?? "no date").padEnd(10);
const doubt = (entry: Parameters<typeof isVerified>[0]) => (isVerified(entry).verified ? "" : " ?");

const ideaWords = (lineage: Lineage, nameOf: NameOf) =>
  `${marks.introduces} ${lineage.idea.name} ${introducedWords(lineage, nameOf, false)}${doubt(lineage.idea.introduced)}`;

const eventWords = ({ kind, actor, org, link }: LineageEvent, nameOf: NameOf) =>
  `${marks[kind]} ${nameOf(actor)}${actor === org ? "" : `, ${nameOf(org)}`}${doubt(link)}`;

function factLines(lineage: Lineage, nameOf: NameOf, width: number): string[] {
  const facts = lineageFacts(lineage, nameOf);
  const column = 2 + Math.max(...facts.map(([name]) => name.length));
  return facts.flatMap(([name, value]) => hung(name.padEnd(column), " ".repeat(column), value, width));
}

/** A line for each organisation that joined, a dot for each there was by then. */
function adoptionLines(lineage: Lineage, nameOf: NameOf, width: number): string[] {
  const { adoptions } = compoundingOf(lineage);
  const joined = adoptions.filter(({ outsideOrgs }, index) => outsideOrgs > (adoptions[index - 1]?.outsideOrgs ?? 0));
  if (joined.length === 0) return [];
  const most = joined.at(-1)!.outsideOrgs;
  const rows = joined.map(
    ({ event, outsideOrgs }) =>
      `  ${dateCell(event.on)} ${"●".repeat(outsideOrgs).padEnd(most)} ${outsideOrgs}  ${who(event, nameOf, false)}`,
  );
  return ["", "Other organisations that use it", ...rows.map((row) => plain(row, width))];
}

function hopLines(lineage: Lineage, nameOf: NameOf, width: number): string[] {
  const { hops } = compoundingOf(lineage);
  if (hops.length === 0) return [];
  const rows = hops.map(({ from, to, on, idea }) => `  ${dateCell(on)} ${nameOf(from)} → ${nameOf(to)}  (${idea})`);
  return ["", "From lab to lab", ...rows.map((row) => plain(row, width))];
}

function sourceWords(source: Source): string {
  return "url" in source && source.url !== null ? `${source.title}, ${source.url}` : source.title;
}
