/** Holds the imports to the picture in docs/architecture.md: they go to the right, never back, never between neighbours. */
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";

/** From left to right: a folder may import from any step to its right. Type-only imports obey the same rule. */
const steps = [
  ["cli"],
  ["report"],
  ["decision"],
  ["store"],
  ["jobs"],
  ["evals", "audit"],
  ["reproduce"],
  ["engine", "routes", "retrieval"],
  ["specimens"],
  ["wire", "weights", "ledger-files", "material"],
  ["ledger", "anatomy", "corpus", "charts"],
  ["units", "stats"],
  ["errors.ts", "user-module.ts"],
];
/** Free of `node:` imports, so that a browser runs the same code. */
const pure = ["ledger", "anatomy", "corpus", "charts", "units", "stats"];

interface Import {
  readonly file: string;
  readonly target: string;
}

const sources = globSync("src/**/*.ts").filter((file) => !file.endsWith(".test.ts"));
const imports: Import[] = sources.flatMap((file) =>
  [...readFileSync(file, "utf8").matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => ({
    file,
    target: match[1]!,
  })),
);
const pillarOf = (path: string) => path.split("/")[1]!;
const stepOf = (pillar: string) => steps.findIndex((step) => step.includes(pillar));
const crossing = imports
  .filter(({ target }) => target.startsWith("."))
  .map(({ file, target }) => ({ file, to: normalize(join(dirname(file), target)) }))
  .filter(({ file, to }) => to.startsWith("src/") && pillarOf(file) !== pillarOf(to) && file !== "src/index.ts");

test("there is something to check", () => {
  expect(sources.length).toBeGreaterThan(50);
  expect(crossing.length).toBeGreaterThan(50);
});

test("every folder has its place in the picture", () => {
  const unknown = [...new Set(sources.map(pillarOf))].filter((pillar) => pillar !== "index.ts" && stepOf(pillar) < 0);
  expect(unknown).toEqual([]);
});

test("imports go to the right", () => {
  const back = crossing.filter(({ file, to }) => stepOf(pillarOf(file)) >= stepOf(pillarOf(to)));
  expect(back.map(({ file, to }) => `${file} imports ${to}`)).toEqual([]);
});

test("other pillars are reached through their index", () => {
  const inside = crossing.filter(({ to }) => !to.endsWith("/index.ts") && !/^src\/[\w-]+\.ts$/.test(to));
  expect(inside.map(({ file, to }) => `${file} imports ${to}`)).toEqual([]);
});

test("nothing inside imports the public API", () => {
  const outward = imports.filter(({ file, target }) => normalize(join(dirname(file), target)) === "src/index.ts");
  expect(outward).toEqual([]);
});

test("pure pillars import nothing of Node's", () => {
  const impure = imports.filter(({ file, target }) => pure.includes(pillarOf(file)) && target.startsWith("node:"));
  expect(impure).toEqual([]);
});
