import { expect, test } from "vitest";
import { routeTo } from "../../test/fixtures/route.ts";
import { type Plan, plannedTrials, type Trial } from "../evals/index.ts";
import { runProgress } from "./run-progress.ts";

const scenario = {
  cells: [{}],
  sampleCount: () => 4,
  *samples() {
    for (let id = 0; id < 4; id++) yield { id: `${id}` };
  },
} as unknown as Plan["scenario"];
const routes = ["custom/a", "custom/a-b"].map((id) => routeTo("http://localhost", { id }));
const plan = { scenario, routes, repeats: 1, limit: () => 4 } as unknown as Plan;

/** What is said when all is through that is not among `done`. */
function said(done: readonly string[]): string[] {
  const notes: string[] = [];
  const io = { note: (text: string) => notes.push(text), progress: null };
  const onTrial = runProgress(plan, new Set(done), () => {}, io as never);
  for (const route of routes)
    for (const { id } of plannedTrials(plan, route))
      if (!done.includes(id))
        onTrial({
          id,
          candidate: route.id,
          outcome: "scored",
          scores: { right: { value: 1 } },
          answerable: true,
        } as unknown as Trial);
  return notes;
}

test("a line for each candidate that is through", () => {
  expect(said([])).toEqual(["custom/a: right 4 of 4", "custom/a-b: right 4 of 4"]);
});

test("the rest of a run has its lines too, of what it asked itself", () => {
  const [first, second] = routes.map((route) => [...plannedTrials(plan, route)].map(({ id }) => id));
  expect(said([...first!.slice(0, 3), ...second!.slice(0, 1)])).toEqual([
    "custom/a: right 1 of 1; of those asked now, after 3 before",
    "custom/a-b: right 3 of 3; of those asked now, after 1 before",
  ]);
  expect(said(first!)).toEqual(["custom/a-b: right 4 of 4"]);
});
