import { expect, test } from "vitest";
import type { Idea } from "./idea.ts";
import type { Ledger } from "./ledger.ts";
import { compoundingOf, lineageOf, withDevelopments } from "./lineage.ts";
import type { Link } from "./link.ts";
import type { Release } from "./release.ts";

const source = { provenance: "official-report", title: "Report", url: "https://example.org", seen: true } as const;
const subject = { claims: [], links: [], contradictions: [] };
const idea = (id: string, by: string, on: string | null, buildsOn: string[] = []): Idea => ({
  ...subject,
  id,
  name: id,
  area: "test",
  summary: "test",
  introduced: { by: [by], on, release: null, source, observed: "2024" },
  buildsOn,
  precursors: [],
});
const release = (id: string, org: string, date: string | null, links: [Link["kind"], string][]): Release => ({
  ...subject,
  id,
  name: id,
  org,
  family: null,
  openWeights: true,
  hubId: null,
  base: null,
  ideas: [],
  config: { status: "unknown" },
  configSource: null,
  prices: [],
  hardware: [],
  claims:
    date === null
      ? []
      : [
          {
            id: `${id}-date`,
            subject: id,
            quantity: "releaseDate",
            value: date,
            unit: "date",
            scope: { setting: "first" },
            source,
            observed: date,
          },
        ],
  links: links.map(([kind, to]) => ({ from: id, kind, to, evidence: "test", source, observed: "2026" })),
});
const ledger = (ideas: Idea[], releases: Release[]): Ledger => ({
  ideas,
  releases,
  orgs: [],
  hardware: [],
  bottlenecks: [],
  apiNames: [],
  apiNameContradictions: [],
  openQuestions: [],
});

const compounding = ledger(
  [idea("latent", "lab-a", "2024-05"), idea("sparse", "lab-a", "2025-09-29", ["latent"])],
  [
    release("b-2", "lab-b", "2025-07-11", [["reuses", "latent"]]),
    release("a-1", "lab-a", "2024-05-06", [["introduces", "latent"]]),
    release("b-1", "lab-b", "2025-02-22", [["reuses", "latent"]]),
    release("a-2", "lab-a", "2024-12-26", [
      ["reuses", "latent"],
      ["validates-at-scale", "latent"],
    ]),
    release("c-1", "lab-c", null, [["validates-at-scale", "latent"]]),
    release("d-1", "lab-d", "2026-02", [
      ["contradicts", "latent"],
      ["reuses", "sparse"],
      ["validates-at-scale", "sparse"],
    ]),
  ],
);

test("an idea's events are in order, what has no date last", () => {
  const { events, developments } = lineageOf(compounding, "latent")!;
  expect(events.map(({ actor, kind }) => `${actor} ${kind}`)).toEqual([
    "a-1 introduces",
    "a-2 reuses",
    "a-2 validates-at-scale",
    "b-1 reuses",
    "b-2 reuses",
    "d-1 contradicts",
    "c-1 validates-at-scale",
  ]);
  expect(developments.map(({ idea }) => idea.id)).toEqual(["sparse"]);
});

test("compounding counts others, not those who introduced the idea", () => {
  const result = compoundingOf(lineageOf(compounding, "latent")!);
  expect(result.adoptions.map(({ event, outsideOrgs }) => [event.actor, outsideOrgs])).toEqual([
    ["a-2", 0],
    ["b-1", 1],
    ["b-2", 1],
    ["c-1", 2],
  ]);
  expect(result.independentValidations.map(({ actor }) => actor)).toEqual(["c-1"]);
  expect(result.contradictions.map(({ actor }) => actor)).toEqual(["d-1"]);
  expect(result.hops.map(({ idea, from, to, on }) => [idea, from, to, on])).toEqual([
    ["latent", "lab-a", "lab-b", "2025-02-22"],
    ["latent", "lab-a", "lab-c", null],
    ["sparse", "lab-a", "lab-d", "2026-02"],
  ]);
  // From May 2024, whichever day, to 22 February 2025.
  expect(result.firstOutsideReuse).toMatchObject({ event: { actor: "b-1" }, days: { atLeast: 267, atMost: 297 } });
  expect(result.undatedOutsideUses).toBe(1);
});

const usedBy = (...uses: readonly (readonly [org: string, date: string | null])[]) =>
  compoundingOf(
    lineageOf(
      ledger(
        [idea("latent", "lab-a", "2024-05")],
        uses.map(([org, date], index) => release(`${org}-${index}`, org, date, [["reuses", "latent"]])),
      ),
      "latent",
    )!,
  );

test("the half-life is the median day of the others' first uses, between the days that dates leave open", () => {
  // Days from 31 May and from 1 May 2024; three organisations, so the second of them.
  const dated = [
    ["lab-b", "2024-06-30"],
    ["lab-c", "2024-08"],
    ["lab-d", "2026"],
  ] as const;
  expect(usedBy(...dated).halfLife).toEqual({ outsideOrgs: 3, days: { atLeast: 62, atMost: 122 } });
  // A further use of an organisation changes nothing, nor does the inventor's own.
  expect(usedBy(...dated, ["lab-b", "2026"], ["lab-a", "2026"]).halfLife).toEqual(usedBy(...dated).halfLife);
  // One that nobody dates may have been first or last: two of four are then the median's neighbours.
  expect(usedBy(...dated, ["lab-e", null]).halfLife).toEqual({ outsideOrgs: 4, days: { atLeast: 30, atMost: 122 } });
  expect(usedBy(["lab-b", null]).halfLife).toEqual({ outsideOrgs: 1, days: { atLeast: 0, atMost: null } });
  expect(usedBy(["lab-a", "2024-06"]).halfLife).toBeNull();
});

test("a use dated by its year does not hide that a dated one came first, and none comes before the introduction", () => {
  expect(usedBy(["lab-b", "2025"], ["lab-c", "2025-02-22"]).firstOutsideReuse).toMatchObject({
    days: { atLeast: 215, atMost: 297 },
  });
  expect(usedBy(["lab-b", "2024-05-07"]).firstOutsideReuse!.days).toEqual({ atLeast: 0, atMost: 6 });
});

test("without a date there is no half-life, and without an idea no lineage", () => {
  const undated = ledger(
    [idea("latent", "lab-a", null)],
    [release("b-1", "lab-b", "2025-02-22", [["reuses", "latent"]])],
  );
  expect(compoundingOf(lineageOf(undated, "latent")!)).toMatchObject({ firstOutsideReuse: null, halfLife: null });
  expect(lineageOf(undated, "nothing")).toBeNull();
});

test("ideas that build on each other do not hang", () => {
  const round = ledger([idea("one", "lab-a", "2024", ["two"]), idea("two", "lab-a", "2024", ["one"])], []);
  expect(lineageOf(round, "one")!.developments[0]!.developments).toEqual([]);
});

test("an idea that builds on two others of the lineage counts once", () => {
  const diamond = ledger(
    [
      idea("latent", "lab-a", "2024"),
      idea("sparse", "lab-a", "2025", ["latent"]),
      idea("gated", "lab-a", "2025", ["latent"]),
      idea("both", "lab-a", "2026", ["sparse", "gated"]),
    ],
    [release("b-1", "lab-b", "2026-02", [["reuses", "both"]])],
  );
  const lineage = lineageOf(diamond, "latent")!;
  expect(withDevelopments(lineage).map(({ idea }) => idea.id)).toEqual(["latent", "sparse", "both", "gated"]);
  expect(compoundingOf(lineage).hops).toHaveLength(1);
});
