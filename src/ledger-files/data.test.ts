import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { cacheFormats, parts, scopes } from "../anatomy/index.ts";
import {
  type AnatomyCheck,
  type CheckAt,
  claimsOf,
  compoundingOf,
  conflictsOf,
  contradictionsOf,
  evaluate,
  isServed,
  isVerified,
  type Ledger,
  type Link,
  lineageOf,
  linksOf,
  pricesOf,
  pricesOn,
  quantities,
  releaseDateOf,
  subjectsOf,
  validateLedger,
} from "../ledger/index.ts";
import { ownFolder, readConfig, readLedger, readRelease, readTexts } from "./index.ts";
import { printJson } from "./print.ts";
import { schemaTexts } from "./schemas.ts";

let ledger: Ledger;
beforeAll(() => {
  ledger = readLedger();
});

test("the facts hold together", () => {
  expect(validateLedger(readTexts())).toEqual([]);
});

test("files are printed as a claim that is added would leave them", () => {
  for (const { path, text } of readTexts()) expect(text === printJson(JSON.parse(text)), path).toBe(true);
});

test("the schemas for editors are current: `npm run schemas` writes them", () => {
  for (const [name, text] of schemaTexts())
    expect(readFileSync(join(ownFolder, "schema", name), "utf8"), name).toBe(text);
});

// What was collected by 2026-11-23; the ledger only grows.
test("nothing of the collected facts is lost", () => {
  const usage = claimsOf(ledger).filter(({ quantity }) => quantities[quantity].kind === "usage");
  const counts: [string, readonly unknown[], number][] = [
    ["releases", ledger.releases, 43],
    ["ideas", ledger.ideas, 40],
    ["links", linksOf(ledger), 130],
    ["claims", claimsOf(ledger), 650],
    ["prices", pricesOf(ledger), 33],
    ["accelerators", ledger.hardware, 27],
    ["lines of hardware support", ledger.releases.flatMap(({ hardware }) => hardware), 59],
    ["contradictions", contradictionsOf(ledger), 24],
    ["API names", ledger.apiNames, 15],
    ["usage signals", usage, 10],
    ["bottlenecks", ledger.bottlenecks, 7],
    ["open questions", ledger.openQuestions, 14],
  ];
  for (const [what, list, collected] of counts) expect(list.length, what).toBeGreaterThanOrEqual(collected);
});

test("links of each kind are all there", () => {
  const count = (kind: Link["kind"]) => linksOf(ledger).filter((link) => link.kind === kind).length;
  expect([count("introduces"), count("contradicts")]).toEqual([23, 2]);
});

test("checks name what anatomy knows, and compare with what the claim compares with", () => {
  const isKnown = ({ cacheFormat, scope, part }: CheckAt = {}) =>
    (cacheFormat === undefined || cacheFormats.some(({ name }) => name === cacheFormat)) &&
    (scope === undefined || (scopes as readonly string[]).includes(scope)) &&
    (part === undefined || (parts as readonly string[]).includes(part));
  const checked = claimsOf(ledger).filter(({ check }) => check?.kind === "anatomy");
  expect(checked.length).toBeGreaterThan(80);
  for (const { id, check, baseline } of checked) {
    const { at, relativeTo } = check as AnatomyCheck;
    expect(isKnown(at) && isKnown(relativeTo?.at), id).toBe(true);
    if (relativeTo !== undefined)
      expect([baseline?.subject, baseline?.as], id).toEqual([relativeTo.release, relativeTo.as]);
  }
});

test("arithmetic gives the published value within its tolerance", () => {
  const checked = claimsOf(ledger).filter(({ check }) => check?.kind === "arithmetic");
  expect(checked.length).toBeGreaterThan(8);
  for (const { id, check, value } of checked) {
    if (check?.kind !== "arithmetic" || typeof value !== "number") throw new Error(id);
    const computed = evaluate(check.expression);
    const { tolerance } = check;
    const room =
      tolerance === "exact" ? 0 : "relative" in tolerance ? tolerance.relative * Math.abs(value) : tolerance.absolute;
    expect(Math.abs(computed - value), `${id}: ${computed} against ${value}`).toBeLessThanOrEqual(room + 1e-12);
  }
});

test("every release that says it has another's config finds one, or none was published", () => {
  const without = ledger.releases.filter((release) => readConfig(release) === null).map(({ config }) => config.status);
  expect(new Set(without)).toEqual(new Set(["unknown", "unpublished"]));
  expect(readConfig(readRelease("deepseek-r1-0528"))!.release.id).toBe("deepseek-v3");
});

test("a release is found by id, name and repository on the Hub", () => {
  for (const given of ["kimi-k3", "Kimi K3", "moonshotai/Kimi-K3", "KIMI-K3"])
    expect(readRelease(given).id).toBe("kimi-k3");
  expect(() => readRelease("kimi-k33")).toThrow("there is no release called kimi-k33");
});

test("what nobody read is not verified", () => {
  const unverified = claimsOf(ledger).filter((claim) => !isVerified(claim).verified);
  expect(unverified.map(({ id }) => id)).toEqual(
    expect.arrayContaining(["r1-m3u", "qwen2.5-72b-license", "deepseek-67b-release-date"]),
  );
  const ideas = ledger.ideas.filter(({ introduced }) => !isVerified(introduced).verified).map(({ id }) => id);
  expect(ideas).toEqual(["aux-loss-free", "deepseek-moe", "grpo", "moba", "muon"]);
});

test("K2's two totals and K3's two sizes are kept, and told as contradictions", () => {
  const k2 = readRelease("kimi-k2");
  expect(k2.contradictions.map(({ claims }) => claims)).toEqual([["k2-params", "k2-params-table"]]);
  const totals = k2.claims.filter(({ quantity }) => quantity === "totalParameters").map(({ value }) => value);
  expect(totals).toEqual([1040e9, 1043e9]);
  expect(conflictsOf(readRelease("kimi-k3").claims).map(({ quantity }) => quantity)).toEqual(["checkpointBytes"]);
  expect(subjectsOf(ledger).flatMap(({ claims }) => conflictsOf(claims)).length).toBeGreaterThan(5);
});

test("MLA went from DeepSeek to Moonshot AI within ten months, and to four labs more", () => {
  const { adoptions, firstOutsideReuse, hops } = compoundingOf(lineageOf(ledger, "mla")!);
  expect(firstOutsideReuse).toMatchObject({
    event: { actor: "moonlight-16b-a3b" },
    days: { atLeast: 267, atMost: 297 },
  });
  expect(adoptions.at(-1)!.outsideOrgs).toBe(5);
  expect(hops.filter(({ idea }) => idea === "mla").map(({ to }) => to)).toEqual([
    "moonshot-ai",
    "z-ai",
    "ant-group",
    "mistral-ai",
    "sarvam-ai",
  ]);
});

test("Muon's recipe came back from Moonshot AI to DeepSeek, who proved it at scale", () => {
  const muon = lineageOf(ledger, "muon")!;
  expect(muon.developments.map(({ idea }) => idea.id)).toEqual(["moonlight-muon", "muon-split", "per-head-muon"]);
  const recipe = compoundingOf(muon.developments[0]!);
  expect(recipe.independentValidations.map(({ actor }) => actor)).toEqual(["deepseek-v4-pro"]);
  expect(recipe.hops.map(({ from, to }) => [from, to])).toContainEqual(["moonshot-ai", "deepseek-ai"]);
});

test("DeepSeek's prices on a day are those of that day", () => {
  const on = (day: string) =>
    pricesOn(pricesOf(ledger), day)
      .filter(
        ({ host, currency, release }) =>
          host === "deepseek-ai" && currency === "USD" && release.startsWith("deepseek-v4"),
      )
      .map(({ release, input, tier }) => [release, input, tier]);
  expect(on("2026-04-25")).toEqual([
    ["deepseek-v4-flash", 0.14, undefined],
    ["deepseek-v4-pro", 1.74, undefined],
  ]);
  expect(on("2026-11-01")).toEqual([
    ["deepseek-v4-pro-0813", 1.32, "peak"],
    ["deepseek-v4-pro-0813", 0.66, "off-peak"],
    ["deepseek-v4.1-flash", 0.15, "off-peak"],
    ["deepseek-v4.1-flash", 0.3, "peak"],
  ]);
});

test("deepseek-chat is retired, kimi-k2.5 will be", () => {
  const served = (name: string, day: string) => isServed(ledger.apiNames.find((one) => one.name === name)!, day);
  expect([served("deepseek-chat", "2026-07-24"), served("deepseek-chat", "2026-07-25")]).toEqual([true, false]);
  expect([served("kimi-k2.5", "2026-11-24"), served("kimi-k2.5", "2027-01-01")]).toEqual([true, false]);
});

test("dates of releases lie in their order", () => {
  const date = (id: string) => releaseDateOf(ledger.releases.find((release) => release.id === id)!);
  expect([date("deepseek-v2"), date("deepseek-v3"), date("kimi-k2"), date("mistral-large-3")]).toEqual([
    "2024-05-06",
    "2024-12-26",
    "2025-07-11",
    null,
  ]);
});

test("the whole ledger is read in a tenth of a second", () => {
  const times = Array.from({ length: 3 }, () => {
    const started = performance.now();
    readLedger();
    return performance.now() - started;
  });
  expect(Math.min(...times)).toBeLessThan(100);
});
