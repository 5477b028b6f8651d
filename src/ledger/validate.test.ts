import fc from "fast-check";
import { expect, test } from "vitest";
import { type LedgerText, validateLedger } from "./validate.ts";

// biome-ignore lint/suspicious/noExplicitAny: broken on purpose
type Json = any;

/** A small ledger without a mistake. */
const sound = (): Record<string, Json> => ({
  "orgs/a-lab.json": { id: "a-lab", name: "A Lab", kind: "lab" },
  "hardware/a-chip.json": { id: "a-chip", name: "A Chip", vendor: "a-lab" },
  "ideas/an-idea.json": {
    id: "an-idea",
    name: "An Idea",
    area: "attention",
    summary: "Does it.",
    introduced: { by: ["a-lab"], on: "2026-01", release: "a-release", source: "report", observed: "2026-01" },
    sources: { report: report() },
  },
  "releases/base.json": release("base"),
  "releases/a-release.json": {
    ...release("a-release"),
    base: "base",
    links: [{ kind: "supersedes", to: "base", evidence: "It says so.", source: "report", observed: "2026-01" }],
    claims: [
      {
        id: "a-total",
        quantity: "totalParameters",
        value: 1e9,
        unit: "parameters",
        scope: { part: "backbone" },
        source: "report",
        observed: "2026-01-02",
        check: { kind: "anatomy", quantity: "totalParameters", tolerance: "exact" },
      },
      {
        id: "a-cut",
        quantity: "cacheBytesPerToken",
        value: 0.9,
        unit: "share",
        scope: { setting: "as deployed" },
        baseline: { subject: "base", as: "cut" },
        source: "report",
        observed: "2026-01",
        check: {
          kind: "arithmetic",
          expression: "1 - 5 / 50",
          inputs: [
            { value: 5, is: "bytes here" },
            { value: 50, is: "bytes there" },
          ],
          tolerance: { relative: 0.01 },
        },
      },
    ],
    prices: [
      {
        id: "a-price",
        host: "a-lab",
        currency: "USD",
        cachedInput: null,
        input: 1,
        output: 2,
        validFrom: "2026-01-01",
        validTo: null,
        source: "report",
        observed: "2026-01-01",
      },
    ],
    hardware: [
      { hardware: "a-chip", status: "verified", detail: "It runs.", source: "report", observed: "2026-01-01" },
    ],
  },
});
function report() {
  return { provenance: "official-report", title: "Report", url: "https://example.org/report", seen: true };
}
function release(id: string) {
  return {
    id,
    name: id,
    org: "a-lab",
    family: null,
    openWeights: true,
    hubId: null,
    base: null,
    config: { status: "unknown" },
    sources: { report: report() },
  };
}

const texts = (files: Record<string, Json>): LedgerText[] =>
  Object.entries(files).map(([path, json]) => ({ path, text: JSON.stringify(json) }));

test("a sound ledger has no problem", () => {
  expect(validateLedger(texts(sound()))).toEqual([]);
});

const subject = "releases/a-release.json";
const refusals: [string, (files: Record<string, Json>) => void, string, RegExp, RegExp][] = [
  [
    "a claim without source",
    (f) => delete f[subject].claims[0].source,
    "claims.0 (a-total).source",
    /missing/,
    /add it/,
  ],
  [
    "a claim without date",
    (f) => delete f[subject].claims[0].observed,
    "claims.0 (a-total).observed",
    /missing/,
    /YYYY/,
  ],
  ["a claim without scope", (f) => (f[subject].claims[0].scope = {}), "claims.0 (a-total).scope", /{}/, /at least one/],
  [
    "a claim whose source the file lacks",
    (f) => (f[subject].claims[0].source = "nowhere"),
    "claims.0 (a-total).source",
    /no source nowhere/,
    /add it to "sources"/,
  ],
  [
    "a source without a page that was marked as read",
    (f) => (f[subject].sources.report.url = "example"),
    "sources.report.url",
    /example/,
    /URL/,
  ],
  ["a dangling link", (f) => (f[subject].links[0].to = "nobody"), "links.0.to", /no release or idea nobody/, /correct/],
  ["a dangling organisation", (f) => (f[subject].org = "nobody"), "org", /no organisation nobody/, /correct/],
  [
    "a baseline that is not there",
    (f) => (f[subject].claims[1].baseline.subject = "nobody"),
    "claims.1 (a-cut).baseline.subject",
    /nobody/,
    /correct/,
  ],
  [
    "a circle of supersedes",
    (f) =>
      (f["releases/base.json"].links = [
        { kind: "supersedes", to: "a-release", evidence: "No.", source: "report", observed: "2026" },
      ]),
    "links.0.to",
    /circle of supersedes/,
    /take out/,
  ],
  [
    "a claim that replaces itself",
    (f) => (f[subject].claims[0].replaces = "a-total"),
    "claims.0 (a-total).replaces",
    /circle of replaces: a-total → a-total/,
    /take out/,
  ],
  [
    "a percent without a baseline",
    (f) => delete f[subject].claims[1].baseline,
    "claims.1 (a-cut).baseline",
    /missing/,
    /what the share or multiple is of/,
  ],
  [
    "a share of a quantity that is none",
    (f) => (f[subject].claims[1].baseline = { of: "something" }),
    "claims.1 (a-cut).unit",
    /share/,
    /expected bytes/,
  ],
  [
    "a price without currency",
    (f) => delete f[subject].prices[0].currency,
    "prices.0 (a-price).currency",
    /missing/,
    /USD/,
  ],
  [
    "a price without date",
    (f) => delete f[subject].prices[0].observed,
    "prices.0 (a-price).observed",
    /missing/,
    /YYYY/,
  ],
  ["a duplicate id", (f) => (f[subject].claims[1].id = "a-total"), "claims.1 (a-total)", /stands in/, /another id/],
  [
    "a price twice",
    (f) => f[subject].prices.push({ ...f[subject].prices[0], tier: "peak" }),
    "prices.1 (a-price)",
    /stands in/,
    /another id/,
  ],
  [
    "an id that is another subject's",
    (f) => (f["ideas/a-lab.json"] = { ...f["ideas/an-idea.json"], id: "a-lab" }),
    "id",
    /stands in/,
    /another id/,
  ],
  ["an id that is not the file's name", (f) => (f[subject].id = "other"), "id", /the file is a-release/, /rename/],
  [
    "an unknown unit",
    (f) => (f[subject].claims[0].unit = "B"),
    "claims.0 (a-total).unit",
    /"B"/,
    /use one of parameters/,
  ],
  [
    "another quantity's unit",
    (f) => (f[subject].claims[0].unit = "bytes"),
    "claims.0 (a-total).unit",
    /bytes/,
    /parameters/,
  ],
  [
    "an unknown quantity",
    (f) => (f[subject].claims[0].quantity = "beauty"),
    "claims.0 (a-total).quantity",
    /beauty/,
    /docs\/ledger.md/,
  ],
  [
    "a check on an unknown quantity",
    (f) => (f[subject].claims[0].check.quantity = "beauty"),
    "claims.0 (a-total).check.quantity",
    /beauty/,
    /cacheBytes/,
  ],
  [
    "a check that is no kind of check",
    (f) => (f[subject].claims[0].check.kind = "prayer"),
    "claims.0 (a-total).check.kind",
    /prayer/,
    /anatomy, arithmetic/,
  ],
  [
    "arithmetic with a number out of nowhere",
    (f) => (f[subject].claims[1].check.expression = "1 - 5 / 51"),
    "claims.1 (a-cut).check.expression",
    /51 is not among its inputs/,
    /add each number/,
  ],
  [
    "arithmetic that is a program",
    (f) => (f[subject].claims[1].check.expression = "process.exit(5)"),
    "claims.1 (a-cut).check.expression",
    /process/,
    /numbers/,
  ],
  [
    "a day that does not exist",
    (f) => (f[subject].claims[0].observed = "2026-02-30"),
    "claims.0 (a-total).observed",
    /02-30/,
    /exists/,
  ],
  ["a misspelt field", (f) => (f[subject].clams = []), "", /unknown field clams/, /spelling/],
  [
    "a value of the wrong kind",
    (f) => (f[subject].claims[0].value = "1B"),
    "claims.0 (a-total).value",
    /1B/,
    /a number/,
  ],
  [
    "a value taken back from nothing",
    (f) => (f[subject].claims[0].value = null),
    "claims.0 (a-total).value",
    /null/,
    /replaces/,
  ],
];

test.each(refusals)("refuses %s", (_name, spoil, field, happened, mend) => {
  const files = sound();
  spoil(files);
  const problems = validateLedger(texts(files));
  const told = problems.find((one) => one.field === field && happened.test(one.happened));
  expect(told, JSON.stringify(problems, null, 2)).toBeDefined();
  expect(told!.mend).toMatch(mend);
});

test("all problems are told at once, those of one file not hiding those of another", () => {
  const files = sound();
  files[subject].links[0].to = "nobody";
  files[subject].claims[0].unit = "B";
  files["orgs/a-lab.json"].kind = "nothing";
  const problems = validateLedger([
    ...texts(files),
    { path: "ideas/broken.json", text: "{" },
    { path: "x.txt", text: "" },
  ]);
  expect(problems.map(({ file, field }) => `${file} ${field}`.trim())).toEqual([
    "ideas/broken.json",
    "orgs/a-lab.json kind",
    `${subject} claims.0 (a-total).unit`,
    `${subject} links.0.to`,
    "x.txt",
  ]);
});

test("links of supersedes are refused exactly where they lead back", () => {
  const edges = fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { maxLength: 10 });
  fc.assert(
    fc.property(edges, (pairs) => {
      const files = { "orgs/a-lab.json": sound()["orgs/a-lab.json"] } as Record<string, Json>;
      for (let id = 0; id <= 5; id++)
        files[`releases/r${id}.json`] = {
          ...release(`r${id}`),
          links: pairs
            .filter(([from]) => from === id)
            .map(([, to]) => ({ kind: "supersedes", to: `r${to}`, evidence: "x", source: "report", observed: "2026" })),
        };
      // Warshall's closure: some release reaches itself.
      const reach = Array.from({ length: 6 }, (_, a) =>
        Array.from({ length: 6 }, (_, b) => pairs.some(([f, t]) => f === a && t === b)),
      );
      for (let k = 0; k < 6; k++)
        for (let a = 0; a < 6; a++) for (let b = 0; b < 6; b++) reach[a]![b] ||= reach[a]![k]! && reach[k]![b]!;
      expect(validateLedger(texts(files)).length > 0).toBe(reach.some((row, id) => row[id]));
    }),
  );
});

test("no file makes the validation itself fail", () => {
  const paths = fc.constantFrom("releases/a.json", "ideas/a.json", "api-names.json", "bottlenecks/a.json");
  fc.assert(
    fc.property(paths, fc.json(), (path, text) => {
      expect(Array.isArray(validateLedger([{ path, text }]))).toBe(true);
    }),
  );
});
