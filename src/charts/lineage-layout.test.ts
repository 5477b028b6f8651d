import fc from "fast-check";
import { expect, test } from "vitest";
import { type LayoutEdge, type LayoutNode, lineageLayout, type Point } from "./lineage-layout.ts";

const dates = [null, "2024", "2024-05", "2024-05-06", "2024-12", "2025-02-22", "2025-02-24", "2026"];
const graphs = fc
  .array(
    fc.record({
      on: fc.constantFrom(...dates),
      width: fc.integer({ min: 60, max: 240 }),
      height: fc.integer({ min: 30, max: 110 }),
    }),
    {
      minLength: 1,
      maxLength: 14,
    },
  )
  .chain((nodes) => {
    const place = fc.nat({ max: nodes.length - 1 });
    return fc.tuple(
      fc.constant(nodes.map((node, index): LayoutNode => ({ id: `n${index}`, ...node }))),
      // Circles, links backwards in time, links to oneself and double links included: data may be wrong.
      fc
        .array(fc.tuple(place, place), { maxLength: 24 })
        .map((pairs) =>
          pairs.map(([from, to], index): LayoutEdge => ({ id: `e${index}`, from: `n${from}`, to: `n${to}` })),
        ),
    );
  });

const boxOf = ({ id, width, height }: LayoutNode, at: ReadonlyMap<string, Point>) => {
  const { x, y } = at.get(id)!;
  return { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 };
};

test("whatever the graph: boxes stand apart, time runs down, lines lead from box to box and past all others", () => {
  fc.assert(
    fc.property(graphs, ([nodes, edges]) => {
      const { nodes: placed, routes, bands, width, height } = lineageLayout(nodes, edges);
      const boxes = nodes.map((node) => ({ ...node, ...boxOf(node, placed) }));
      for (const [index, a] of boxes.entries()) {
        expect(a.left).toBeGreaterThanOrEqual(-0.5);
        expect(a.right).toBeLessThanOrEqual(width + 0.5);
        expect(a.bottom).toBeLessThanOrEqual(height + 0.5);
        for (const b of boxes.slice(index + 1))
          expect(a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top).toBe(true);
        const band = bands.find(({ top, bottom }) => top <= a.top + 0.5 && bottom >= a.bottom - 0.5)!;
        expect(band.on).toBe(a.on?.slice(0, 7) ?? null);
      }
      expect(bands.map(({ on }) => on ?? "9")).toEqual(bands.map(({ on }) => on ?? "9").toSorted());
      for (const { id, from, to } of edges.filter((edge) => edge.from !== edge.to)) {
        const { trunk, branch } = routes.get(id)!;
        const [source, target] = [from, to].map((end) => boxes.find((box) => box.id === end)!) as [
          (typeof boxes)[0],
          (typeof boxes)[0],
        ];
        const way = [...trunk, ...branch];
        expect(way[0]!.x).toSatisfy((x: number) => x >= source.left && x <= source.right);
        expect([source.top, source.bottom].some((y) => Math.abs(y - way[0]!.y) < 0.5)).toBe(true);
        expect(way.at(-1)!.x).toSatisfy((x: number) => x >= target.left && x <= target.right);
        expect([target.top, target.bottom].some((y) => Math.abs(y - way.at(-1)!.y) < 0.5)).toBe(true);
        for (const [step, { x, y }] of way.slice(1).entries()) {
          const before = way[step]!;
          for (const box of boxes.filter((one) => one !== source && one !== target && before.x === x))
            expect(
              x > box.left && x < box.right && Math.min(before.y, y) < box.bottom && Math.max(before.y, y) > box.top,
            ).toBe(false);
        }
      }
    }),
    { numRuns: 150 },
  );
});

test("users of one idea in later months share its trunk", () => {
  const node = (id: string, on: string): LayoutNode => ({ id, on, width: 100, height: 40 });
  const { routes } = lineageLayout(
    [node("idea", "2024-05"), node("a", "2024-12"), node("b", "2025-02"), node("c", "2025-07")],
    ["a", "b", "c"].map((to) => ({ id: to, from: "idea", to })),
  );
  const [a, b, c] = ["a", "b", "c"].map((id) => routes.get(id)!) as [never, never, never] as readonly {
    trunk: readonly Point[];
    branch: readonly Point[];
  }[];
  expect(a!.trunk).toEqual([]);
  expect(c!.trunk.slice(0, 2)).toEqual(b!.trunk.slice(0, 2));
  expect(c!.branch).not.toEqual(b!.branch);
});
