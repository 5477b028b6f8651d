/**
 * Where everything stands in the picture of a lineage: time runs down, a band for each month; dagre keeps crossings few.
 *
 * Edges that leave one node share a trunk, and branch off it one row above where they lead: ten users of an idea are one
 * line with ten branches, not ten lines.
 */
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

export interface Route {
  /** Shared with other edges; empty where there is nothing to share. */
  readonly trunk: readonly Point[];
  /** From the trunk, or from the node, to the node. */
  readonly branch: readonly Point[];
}

export interface LineageLayout {
  readonly width: number;
  readonly height: number;
  /** Centres, by node. */
  readonly nodes: ReadonlyMap<string, Point>;
  /** Ways around the nodes, by edge. */
  readonly routes: ReadonlyMap<string, Route>;
  /** From the oldest to the newest; `on` is null in the last one, where there are nodes without a date. */
  readonly bands: readonly { readonly on: string | null; readonly top: number; readonly bottom: number }[];
}

/** A node, or a place where a trunk branches. */
interface Stop {
  readonly id: string;
  readonly row: number;
  readonly width: number;
  readonly height: number;
}

interface Downward extends LayoutEdge {
  /** It was turned round to lead downwards. */
  readonly isUpward: boolean;
}

interface Leg {
  readonly id: string;
  readonly from: Stop;
  readonly to: Stop;
}

interface Row {
  readonly on: string | null;
  readonly stops: readonly Stop[];
}

const gap = { node: 20, edge: 14, row: 40 };
const portGap = 18;

/** Nodes of one month stand side by side, or below each other where one leads to the other. */
export function lineageLayout(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): LineageLayout {
  const ordered = nodes.toSorted(byDate);
  const place = new Map(ordered.map(({ id }, index) => [id, index]));
  // Downwards, whatever the dates say of cause and effect: layers need a graph without circles.
  const downwards = edges
    .filter(({ from, to }) => from !== to)
    .map((edge): Downward => {
      const isUpward = place.get(edge.from)! > place.get(edge.to)!;
      return isUpward ? { id: edge.id, from: edge.to, to: edge.from, isUpward } : { ...edge, isUpward };
    });
  const rows = rowsOf(ordered, downwards);
  const stops = new Map(rows.flatMap((row) => row.stops.map((stop) => [stop.id, stop])));
  const ways = waysOf(downwards, stops);
  const legs = new Map([...ways.values()].flat().map((leg) => [leg.id, leg]));
  const graph = new Graph({ multigraph: true });
  // With `none`, ranks are the ones given. dagre keeps the odd ones for labels on edges, and halves the gap for them.
  graph.setGraph({ nodesep: gap.node, edgesep: gap.edge, ranksep: gap.row, align: "UL", ranker: "none" as never });
  for (const { id, row, width, height } of [...stops.values(), ...[...legs.values()].map(({ to }) => to)])
    graph.setNode(id, { width, height, rank: 2 * row });
  for (const { id, from, to } of legs.values()) graph.setEdge(from.id, to.id, { weight: isJunction(to) ? 4 : 1 }, id);
  layout(graph);
  const extents = rows.map(({ on, stops: side }) => {
    const { y } = graph.node(side[0]!.id);
    const half = Math.max(...side.map(({ height }) => height)) / 2;
    return { on, y, top: y - half, bottom: y + half };
  });
  const placed = new Map(nodes.map(({ id }) => [id, pointOf(graph.node(id))]));
  const legPoints = legPointsOf([...legs.values()], extents, graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return {
    width,
    height,
    nodes: placed,
    routes: new Map(
      downwards.map(({ id, isUpward }) => {
        const parts = ways.get(id)!.map((leg) => legPoints.get(leg.id)!);
        const branch = parts.at(-1)!;
        const trunk = parts.length === 1 ? [] : [...parts.slice(0, -1).flat(), branch[0]!];
        return [id, { trunk, branch: isUpward ? branch.toReversed() : branch }];
      }),
    ),
    bands: [...Map.groupBy(extents, ({ on }) => on)].map(([on, group]) => ({
      on,
      top: group[0]!.top,
      bottom: group.at(-1)!.bottom,
    })),
  };
}

const monthOf = ({ on }: LayoutNode) => on?.slice(0, 7) ?? null;
const pointOf = ({ x, y }: Point): Point => ({ x, y });
const isJunction = ({ width }: Stop) => width === 0;
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
  return [...Map.groupBy(ordered, monthOf)]
    .flatMap(([on, group]) =>
      [...Map.groupBy(group, ({ id }) => depths.get(id)!)]
        .toSorted(([a], [b]) => a - b)
        .map(([, side]) => ({ on, side })),
    )
    .map(({ on, side }, row) => ({ on, stops: side.map(({ id, width, height }) => ({ id, row, width, height })) }));
}

/** The legs of each edge: along the trunk from branching to branching, then to the node. */
function waysOf(downwards: readonly Downward[], stops: ReadonlyMap<string, Stop>): Map<string, Leg[]> {
  const ways = new Map<string, Leg[]>();
  for (const [trunk, group] of Map.groupBy(downwards, ({ id, from, isUpward }) => (isUpward ? id : from))) {
    let tip = stops.get(group[0]!.from)!;
    let trunkLegs: Leg[] = [];
    for (const { id, to, isUpward } of group.toSorted((a, b) => stops.get(a.to)!.row - stops.get(b.to)!.row)) {
      const target = stops.get(to)!;
      if (target.row - 1 > tip.row && !isUpward) {
        const junction = { id: `trunk of ${trunk}, ${target.row}`, row: target.row - 1, width: 0, height: 0 };
        trunkLegs = [...trunkLegs, { id: junction.id, from: tip, to: junction }];
        tip = junction;
      }
      ways.set(id, [...trunkLegs, { id, from: tip, to: target }]);
    }
  }
  return ways;
}

/** Legs go straight down beside the nodes of a row. Each leaves and enters a node at a place of its own. */
function legPointsOf(
  legs: readonly Leg[],
  rows: readonly { readonly y: number; readonly top: number; readonly bottom: number }[],
  graph: Graph,
): Map<string, Point[]> {
  const columns = new Map(
    legs.map(({ id, from, to }): [string, { x: number; top: number; bottom: number }[]] => [
      id,
      graph
        .edge(from.id, to.id, id)
        .points.slice(1, -1)
        .flatMap(({ x, y }: Point) =>
          rows.filter((row) => Math.abs(row.y - y) < 1).map(({ top, bottom }) => ({ x, top, bottom })),
        ),
    ]),
  );
  const ports = (side: "from" | "to") =>
    [...Map.groupBy(legs, (leg) => leg[side].id)].flatMap(([stop, here]) => {
      const centre = graph.node(stop).x;
      const [
        {
          [side]: { width },
        },
      ] = here as [Leg];
      const toward = (leg: Leg) =>
        (side === "from" ? columns.get(leg.id)![0] : columns.get(leg.id)!.at(-1))?.x ??
        graph.node(leg[side === "from" ? "to" : "from"].id).x;
      const step = Math.max(0, Math.min(portGap, (width - 2 * portGap) / Math.max(1, here.length - 1)));
      return here
        .toSorted((a, b) => toward(a) - toward(b))
        .map(({ id }, index) => [id, centre + (index - (here.length - 1) / 2) * step] as const);
    });
  const leaving = new Map(ports("from"));
  const entering = new Map(ports("to"));
  const edgeOf = ({ id, row, height }: Stop, sign: 1 | -1) =>
    height === 0 ? rows[row]![sign > 0 ? "bottom" : "top"] : graph.node(id).y + (sign * height) / 2;
  return new Map(
    legs.map(({ id, from, to }) => [
      id,
      [
        { x: leaving.get(id)!, y: edgeOf(from, 1) },
        ...columns.get(id)!.flatMap(({ x, top, bottom }) => [
          { x, y: top },
          { x, y: bottom },
        ]),
        { x: entering.get(id)!, y: edgeOf(to, -1) },
      ],
    ]),
  );
}
