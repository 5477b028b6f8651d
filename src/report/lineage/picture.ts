/** The picture of a lineage as SVG: time runs down, a colour for each organisation, a kind of line for each kind of link. */
import { lineageLayout, type Point, type Route, seriesOf } from "../../charts/index.ts";
import { wrapped } from "../../units/index.ts";
import { html, type Markup } from "../markup.ts";
import {
  type EdgeKind,
  type Evidence,
  edgeKinds,
  kindWords,
  type LineageEdge,
  type LineageGraph,
  type LineageNode,
  standsOn,
} from "./graph.ts";

interface Line {
  readonly role: "title" | "name" | "sub";
  readonly text: string;
  /** Whose colour it has at its side; null for the first organisation's. */
  readonly orgId: string | null;
}

interface Box {
  readonly lines: readonly Line[];
  readonly width: number;
  readonly height: number;
}

/** Pixels a letter, about, and pixels a line. */
const type = { title: { letter: 9.6, line: 20 }, name: { letter: 8.5, line: 18 }, sub: { letter: 7, line: 16 } };
const subLetters = 30;
const padding = { x: 14, y: 9 };
const gutter = 92;
const margin = 20;

/** @param href  where a click on a node or an edge leads; null where it leads nowhere */
export function lineagePicture(graph: LineageGraph, href: (evidence: readonly Evidence[]) => string | null): Drawing {
  const boxes = new Map(graph.nodes.map((node) => [node.id, boxOf(node)]));
  const orgs = [...new Set(graph.nodes.flatMap(({ members }) => members.map(({ orgId }) => orgId)))];
  const colours = new Map(seriesOf(orgs).map(({ id, colour }) => [id, colour]));
  const placed = lineageLayout(
    graph.nodes.map(({ id, on }) => ({ id, on, ...boxes.get(id)! })),
    graph.edges,
  );
  const width = gutter + placed.width + margin;
  const height = placed.height + 2 * margin;
  const link = (shown: readonly Evidence[], name: string, kind: string, inside: Markup): Markup => {
    const unverified = standsOn(shown) ? "" : " unverified";
    const target = href(shown);
    return html`<a class="${kind}${unverified}"${target === null ? null : html` href="${target}"`} data-evidence="${shown.map(({ id }) => id).join(" ")}" aria-label="${name}${unverified && ", unverified"}">${inside}</a>`;
  };
  const bands = placed.bands.map(
    ({ on, top }, index) =>
      html`<g class="band">${
        index === 0 ? null : html`<line x1="0" x2="${round(width)}" y1="${round(top - 23)}" y2="${round(top - 23)}"/>`
      }<text x="0" y="${round(top + 15)}">${bandLines(on).map((line, row) => html`<tspan x="0" dy="${row === 0 ? 0 : 16}">${line}</tspan>`)}</text></g>`,
  );
  const edges = graph.edges.map((edge) =>
    link(edge.evidence, edgeName(edge), `edge ${edge.kind}`, edgeMarkup(edge, placed.routes.get(edge.id)!)),
  );
  const nodes = graph.nodes.map((node) =>
    link(
      node.evidence,
      nodeName(node),
      node.ideas.length > 0 ? "node idea" : "node",
      nodeMarkup(node, boxes.get(node.id)!, placed.nodes.get(node.id)!, (orgId) => colours.get(orgId)!),
    ),
  );
  return {
    width,
    height,
    inside: html`<g transform="translate(0 ${margin})">${bands}<g transform="translate(${gutter} 0)">${edges}${nodes}</g></g>`,
    kinds: edgeKinds.filter((kind) => graph.edges.some((edge) => edge.kind === kind)),
    anyUnverified: [...graph.nodes, ...graph.edges].some(({ evidence }) => !standsOn(evidence)),
  };
}

export interface Drawing {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly inside: Markup;
  /** Kinds of edges in it, for the legend. */
  readonly kinds: readonly EdgeKind[];
  readonly anyUnverified: boolean;
}

function boxOf({ ideas, members }: LineageNode): Box {
  const titles = ideas.map(({ short }) => short).join(", ");
  const full = ideas.length === 1 && ideas[0]!.name !== ideas[0]!.short ? fullName(ideas[0]!) : "";
  const lines: Line[] = [
    ...linesOf("title", titles, 26, null),
    ...linesOf("sub", full, subLetters, null),
    ...members.flatMap(({ name, orgId, org, on }) => [
      ...linesOf("name", titles === "" || name === "" ? name : `in ${name}`, 24, orgId),
      ...subLines([org === name ? null : org, on], orgId),
    ]),
  ];
  return {
    lines,
    width: Math.max(...lines.map(({ role, text }) => text.length * type[role].letter)) + 2 * padding.x,
    height: lines.reduce((sum, { role }) => sum + type[role].line, 0) + 2 * padding.y,
  };
}

/** Organisation and date, below each other where they are too long for a line. */
function subLines(parts: readonly (string | null)[], orgId: string): Line[] {
  const known = parts.filter((part) => part !== null);
  const whole = known.join(" · ");
  return (whole.length <= subLetters ? [whole] : known).flatMap((text) => linesOf("sub", text, subLetters, orgId));
}

const linesOf = (role: Line["role"], text: string, letters: number, orgId: string | null): Line[] =>
  text === "" ? [] : wrapped(text, letters).map((line) => ({ role, text: line, orgId }));

/** Without what its short name says already. */
const fullName = ({ short, name }: LineageNode["ideas"][number]) =>
  name.replace(` (${short})`, "").replace(`${short}: `, "");

function nodeMarkup(
  { ideas, members }: LineageNode,
  { lines, width, height }: Box,
  centre: Point,
  colourOf: (orgId: string) => string,
): Markup {
  const left = centre.x - width / 2;
  const top = centre.y - height / 2;
  const radius = ideas.length > 0 ? 9 : 4;
  const [{ orgId: first }] = members as [LineageNode["members"][number]];
  let y = top + padding.y;
  const drawn = lines.map(({ role, text, orgId }) => {
    y += type[role].line;
    return html`<rect x="${round(left)}" y="${round(y - type[role].line)}" width="5" height="${type[role].line}" fill="${colourOf(orgId ?? first)}"/><text class="${role}" x="${round(left + padding.x + 2)}" y="${round(y - 5)}">${text}</text>`;
  });
  return html`<rect class="box" x="${round(left)}" y="${round(top)}" width="${round(width)}" height="${round(height)}" rx="${radius}" stroke="${colourOf(first)}"/>${drawn}`;
}

function edgeMarkup({ kind }: LineageEdge, { trunk, branch }: Route): Markup {
  const path = pathOf(branch);
  const end = branch.at(-1)!;
  const isUpward = end.y < branch.at(-2)!.y;
  return html`<path class="trunk" d="${pathOf(trunk)}"/><path class="reach" d="${path}"/><path class="line" d="${path}"/><g transform="translate(${round(end.x)} ${round(end.y)})${isUpward ? " rotate(180)" : ""}">${marks[kind]}</g>`;
}

/** How lines end: drawn above the origin, where the line comes down on a node. */
const marks: Readonly<Record<EdgeKind, Markup>> = {
  develops: html`<path class="mark" d="M-6.5,-11H6.5L0,0Z"/>`,
  "validates-at-scale": html`<circle class="mark" cx="0" cy="-7.5" r="7"/><path class="tick" d="M-3.2,-7.6L-0.8,-5L3.4,-10"/>`,
  reuses: html`<path class="mark" d="M-4.5,-8.5H4.5L0,0Z"/>`,
  cites: html`<path class="mark" d="M-4.5,-8.5L0,0L4.5,-8.5"/>`,
  supersedes: html`<path class="mark" d="M0,0L5,-6L0,-12L-5,-6Z"/>`,
  contradicts: html`<path class="mark" d="M-9,-5H9V-1H-9Z"/>`,
};

/** What a kind looks like: a line to the right, 38 pixels long. */
export const kindSample = (kind: EdgeKind): Markup => {
  const isUpright = kind === "validates-at-scale";
  return html`<g class="edge ${kind}"><path class="line" d="M0,0H38"/><g transform="${isUpright ? "translate(32 7.5)" : "translate(38 0) rotate(-90)"}">${marks[kind]}</g></g>`;
};

export const legendWords = (kind: EdgeKind): string =>
  ({ ...kindWords, contradicts: "argues against", "validates-at-scale": "proves at scale" })[kind];

/** Straight beside the nodes of a row, curved between rows. */
function pathOf(points: readonly Point[]): string {
  return points
    .map(({ x, y }, index) => {
      const before = points[index - 1];
      if (before === undefined) return `M${round(x)},${round(y)}`;
      if (before.x === x) return `V${round(y)}`;
      const middle = round((before.y + y) / 2);
      return `C${round(before.x)},${middle} ${round(x)},${middle} ${round(x)},${round(y)}`;
    })
    .join("");
}

const edgeName = ({ evidence }: LineageEdge) => evidence.map(({ title }) => title).join("; ");
const nodeName = ({ ideas, members, on }: LineageNode) =>
  [...ideas.map(({ name }) => name), ...members.map(({ name, org }) => `${name} ${org}`.trim()), on ?? "no date"].join(
    ", ",
  );

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
function bandLines(on: string | null): string[] {
  if (on === null) return ["no date"];
  const [year, month] = on.split("-");
  return month === undefined ? [year!, "month", "unknown"] : [`${months[Number(month) - 1]} ${year}`];
}

const round = (pixels: number) => Math.round(pixels * 10) / 10;
