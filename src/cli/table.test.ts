import { expect, test } from "vitest";
import { table } from "./table.ts";

const head = ["run", "status", "why it is so"];
const rows = [
  ["2026-11-24-grounding-98beb0", "finished", "every question was asked and every answer came"],
  ["2026-11-24-grounding-000000", "running", ""],
];

test("the last column is folded into its room", () => {
  expect(table(head, rows, 64)).toBe(`\
run                          status    why it is so
2026-11-24-grounding-98beb0  finished  every question was asked
                                       and every answer came
2026-11-24-grounding-000000  running`);
});

test("columns that do not fit stand below, and no line is too long", () => {
  expect(table(head, rows, 40)).toBe(`\
run                          status
2026-11-24-grounding-98beb0  finished
    why it is so: every question was
    asked and every answer came
2026-11-24-grounding-000000  running`);
  for (const width of [30, 40, 64, 120])
    for (const line of table(head, rows, width).split("\n")) expect(line.length).toBeLessThanOrEqual(width);
});
