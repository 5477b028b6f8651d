/** Where everything stands in the picture of a lineage: time runs down, a band for each month; dagre keeps crossings few. */
import { Graph, layout } from "@dagrejs/dagre";

export interface LayoutNode {
  readonly id: string;
  /** Day, month or year; null where nobody says. */
  readonly on: string | null;
  /** Pixels, as all lengths here. */
  readonly width: number;
  readonly height: number;
}

export interface LayoutEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface LineageLayout {
  readonly width: number;
  readonly height: number;
  /** Centres, by node. */
  readonly nodes: ReadonlyMap<string, Point>;
  /** Ways around the nodes, by edge. */
  readonly routes: ReadonlyMap<string, readonly Point[]>;
  /** From the oldest to the newest; `on` is null in the last one, where there are nodes without a date. */
  readonly bands: readonly { readonly on: string | null; readonly top: number; readonly bottom: number }[];
}

interface Row {
  readonly on: string | null;
  readonly nodes: readonly LayoutNode[];
}

const gap = { node: 22, edge: 14, row: 46 };
const portGap = 16;

/** Nodes of one month stand side by side, or below each other where one leads to the other. */
export function lineageLayout(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): LineageLayout {
  const ordered = nodes.toSorted(byDate);
  const place = new Map(ordered.map(({ id }, index) => [id, index]));
  // Downwards, whatever the dates say of cause and effect: a layered layout needs a graph without circles.
  const downwards = edges
    .filter(({ from, to }) => from !== to)
    .map((edge) => (place.get(edge.from)! < place.get(edge.to)! ? edge : { ...edge, from: edge.to, to: edge.from }));
  const rows = rowsOf(ordered, downwards);
  const graph = new Graph({ multigraph: true });
  // dagre halves the gap between ranks to make room for labels on edges, which stand on the odd ones.
  graph.setGraph({ nodesep: gap.node, edgesep: gap.edge, ranksep: gap.row, ranker: "none" });
  for (const [row, { nodes: side }] of rows.entries())
    for (const { id, width, height } of side) graph.setNode(id, { width, height, rank: 2 * row });
  for (const { id, from, to } of downwards) graph.setEdge(from, to, {}, id);
  layout(graph);
  const placed = new Map(nodes.map(({ id }) => [id, pointOf(graph.node(id))]));
  const extents = rows.map(({ on, nodes: side }) => {
    const y = placed.get(side[0]!.id)!.y;
    const half = Math.max(...side.map(({ height }) => height)) / 2;
    return { on, y, top: y - half, bottom: y + half };
  });
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return {
    width,
    height,
    nodes: placed,
    routes: routesOf(edges, downwards, nodes, placed, extents, (id, from, to) => graph.edge(from, to, id).points),
    bands: [...Map.groupBy(extents, ({ on }) => on)].map(([on, group]) => ({
      on,
      top: group[0]!.top,
      bottom: group.at(-1)!.bottom,
    })),
  };
}

const monthOf = ({ on }: LayoutNode) => on?.slice(0, 7) ?? null;
const pointOf = ({ x, y }: Point): Point => ({ x, y });
const byDate = (a: LayoutNode, b: LayoutNode) =>
  (a.on ?? "9999") < (b.on ?? "9999") ? -1 : Number((a.on ?? "9999") > (b.on ?? "9999"));

/** @param ordered  by date @param downwards  edges to later nodes only */
function rowsOf(ordered: readonly LayoutNode[], downwards: readonly LayoutEdge[]): Row[] {
  const sources = Map.groupBy(downwards, ({ to }) => to);
  const months = new Map(ordered.map((node) => [node.id, monthOf(node)]));
  const depths = new Map<string, number>();
  for (const { id } of ordered) {
    const above = (sources.get(id) ?? []).filter(({ from }) => months.get(from) === months.get(id));
    depths.set(id, Math.max(0, ...above.map(({ from }) => depths.get(from)! + 1)));
  }
  return [...Map.groupBy(ordered, monthOf)].flatMap(([on, group]) =>
    [...Map.groupBy(group, ({ id }) => depths.get(id)!)]
      .toSorted(([a], [b]) => a - b)
      .map(([, side]) => ({ on, nodes: side })),
  );
}

/** Each edge leaves and enters at a place of its own, and goes straight down beside the nodes of a row. */
function routesOf(
  edges: readonly LayoutEdge[],
  downwards: readonly LayoutEdge[],
  nodes: readonly LayoutNode[],
  placed: ReadonlyMap<string, Point>,
  rows: readonly { readonly y: number; readonly top: number; readonly bottom: number }[],
  bendsOf: (id: string, from: string, to: string) => readonly Point[],
): Map<string, Point[]> {
  const columns = new Map(
    downwards.map(({ id, from, to }) => [
      id,
      bendsOf(id, from, to)
        .slice(1, -1)
        .flatMap(({ x, y }) =>
          rows.filter((row) => Math.abs(row.y - y) < 1).map(({ top, bottom }) => ({ x, top, bottom })),
        ),
    ]),
  );
  const widths = new Map(nodes.map(({ id, width }) => [id, width]));
  const portsOf = (node: string, leaving: boolean) => {
    const next = ({ id, from, to }: LayoutEdge) =>
      (leaving ? columns.get(id)!.at(0)?.x : columns.get(id)!.at(-1)?.x) ?? placed.get(leaving ? to : from)!.x;
    const here = downwards
      .filter(({ from, to }) => (leaving ? from : to) === node)
      .toSorted((a, b) => next(a) - next(b));
    const step = Math.min(portGap, (widths.get(node)! - 2 * portGap) / Math.max(1, here.length - 1));
    return here.map(({ id }, index) => [id, placed.get(node)!.x + (index - (here.length - 1) / 2) * step] as const);
  };
  const leaving = new Map(nodes.flatMap(({ id }) => portsOf(id, true)));
  const entering = new Map(nodes.flatMap(({ id }) => portsOf(id, false)));
  const heights = new Map(nodes.map(({ id, height }) => [id, height]));
  const given = new Map(edges.map((edge) => [edge.id, edge]));
  return new Map(
    downwards.map(({ id, from, to }) => {
      const points = [
        { x: leaving.get(id)!, y: placed.get(from)!.y + heights.get(from)! / 2 },
        ...columns.get(id)!.flatMap(({ x, top, bottom }) => [
          { x, y: top },
          { x, y: bottom },
        ]),
        { x: entering.get(id)!, y: placed.get(to)!.y - heights.get(to)! / 2 },
      ];
      return [id, given.get(id)!.from === from ? points : points.toReversed()];
    }),
  );
}
