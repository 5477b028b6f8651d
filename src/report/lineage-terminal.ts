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
} from "../ledger/index.ts";
import { plain, wrapped } from "../units/index.ts";
import { introducedWords, lineageFacts, type NameOf, namesOf, who } from "./lineage-facts.ts";

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
    ...wrapped(plain(idea.summary), width - 2).map((line) => `  ${line}`),
    ...wrapped(plain(`Source: ${sourceWords(idea.introduced.source)}`), width - 2, "  ").map((line) => `  ${line}`),
    "",
    ...wrapped(plain(ideaWords(lineage, nameOf)), width - 13).map(
      (line, index) => (index === 0 ? dateCell(idea.introduced.on) : " ".repeat(12)) + " " + line,
    ),
    ...branches(lineage, nameOf, width, ""),
    "",
    ...legendLines(width),
    "",
    ...factLines(lineage, nameOf, width),
    ...adoptionLines(lineage, nameOf, width),
    ...hopLines(lineage, nameOf, width),
  ].join("\n");
}

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
    const [first, ...rest] = wrapped(plain(text), width - start.length);
    return [
      start + first,
      ...rest.map((line) => below + " ".repeat(start.length - below.length + 2) + line),
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
  const indent = " ".repeat(2 + Math.max(...lineageFacts(lineage, nameOf).map(([name]) => name.length)));
  return lineageFacts(lineage, nameOf).flatMap(([name, value]) => {
    const [first, ...rest] = wrapped(plain(value), width - indent.length);
    return [name.padEnd(indent.length) + first, ...rest.map((line) => indent + line)];
  });
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
