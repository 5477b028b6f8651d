import { expect, test } from "vitest";
import { answer, sample, unasked } from "../../test/fixtures/scored.ts";
import { ScorerSpec } from "../evals/index.ts";
import { jobScorers } from "./job-scorers.ts";

const spec = (given: object) => ScorerSpec.parse(given);
const days = spec({ type: "contains", value: "30 days" });
const hours = spec({ type: "contains", value: "24 hours" });
const exact = spec({ type: "exact", name: "contains" });

test("samples that say otherwise are judged by their own scorers, under the same score's name", async () => {
  const scorers = await jobScorers(
    [
      { id: "a", scorers: [days] },
      { id: "b", scorers: [hours, spec({ type: "exact" })] },
      { id: "c", scorers: [exact] },
      { id: "d", scorers: [] },
    ],
    ".",
  );
  expect(scorers.map(({ name, version }) => [name, version])).toEqual([
    ["contains", 4],
    ["exact", 2],
  ]);
  const valuesOf = async (id: string, text: string) =>
    Promise.all(
      scorers.map(
        async ({ score }) => (await score(sample({ id, target: "30 days" }), answer(text), unasked))?.value ?? null,
      ),
    );
  expect(await valuesOf("a", "within 30 days")).toEqual([1, null]);
  expect(await valuesOf("b", "within 30 days")).toEqual([0, 0]);
  expect(await valuesOf("c", "within 30 days")).toEqual([0, null]);
  expect(await valuesOf("d", "within 30 days")).toEqual([null, null]);
});

test("one sample cannot have two scores of one name", async () => {
  await expect(jobScorers([{ id: "a", scorers: [days, hours] }], ".")).rejects.toThrow(
    "two scorers have the name contains",
  );
});
