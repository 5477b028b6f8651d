import { expect, test } from "vitest";
import { candidateOf, price, runOf, trialOf } from "../../../test/fixtures/decision-run.ts";
import { startDecision } from "../../decision/index.ts";
import type { Trial } from "../../evals/index.ts";
import { tablesMarkdown } from "../tables-document.ts";
import { decisionDocument, decisionSection, decisionText } from "./index.ts";

const hostile = "vendor/<script>alert(1)</script>\u001b[31m";
const run = runOf([candidateOf("vendor/a-rather-long-name-of-a-model", { price }), candidateOf(hostile, { price })]);

function decided() {
  const builder = startDecision([run], { today: "2026-11-28", volume: { callsPerMonth: 20_000 } });
  for (let document = 0; document < 40; document++)
    for (const [index, { id }] of run.candidates.entries())
      for (const arm of ["whole", "hybrid with vendor/embeddings-of-some-length top 8, reranked by vendor/rerank"]) {
        const inputTokens = arm === "whole" ? 500 * (document + 1) : 2_000;
        builder.add(
          trialOf({
            ...{ candidate: id, arm, sample: String(document), inputTokens, ttftMs: 100 + document + 50 * index },
            quality: document === 7 ? null : Number((document + index) % 3 > 0),
            costUsd: (inputTokens * 10) / 1e6,
            holdsAnswer: document % 2 === 0,
          }),
        );
      }
  return builder.decision();
}

test.each([60, 80, 100, 120])("the text fits %d columns, and shows no escape sequence from outside", (width) => {
  const text = decisionText(decided(), { width });
  for (const line of text.split("\n")) expect([...line].length).toBeLessThanOrEqual(width);
  expect(text).not.toContain("\u001b");
  for (const title of ["Shortlist", "Options", "Compared with", "What was missed", "By length", "When to check again"])
    expect(text).toMatch(new RegExp(`^${title}`, "m"));
});

test.each([60, 80, 100, 120])("%d columns show what was not answered, and name what they have no room for", (width) => {
  const text = decisionText(decided(), { width });
  expect(text).toContain("1 failed");
  expect(text).toContain("E2E");
});

test("titles stand out where there is colour, and no column moves", () => {
  const coloured = decisionText(decided(), { width: 100, colour: true });
  expect(coloured).toContain("\u001b[1mShortlist\u001b[22m");
  expect(coloured.replaceAll(/\u001b\[(1|22)m/g, "")).toBe(decisionText(decided(), { width: 100 }));
});

test("the section of a page escapes what comes from outside, and has the same tables as the document", () => {
  const { markup } = decisionSection(decided());
  expect(markup).not.toContain("<script");
  expect(markup).toContain("&lt;script&gt;");
  const titles = [...markup.matchAll(/<h3[^>]*>([^<]+)/g)].map(([, title]) => title);
  expect(titles.length).toBe(decisionDocument(decided()).tables.length);
});

test("names what is compared with all of the material, and compares with the best option once", () => {
  const titles = (decision: ReturnType<typeof decided>) => decisionDocument(decision).tables.map(({ title }) => title);
  const builder = (baseline?: string) => {
    const of = startDecision([run], { today: "2026-11-28", baseline });
    for (let sample = 0; sample < 8; sample++)
      for (const arm of ["whole", "agent of 4 turns"])
        of.add(trialOf({ candidate: hostile, arm, sample: String(sample), quality: Number(arm === "whole") }));
    return of.decision();
  };
  expect(titles(builder())).toContain("agent of 4 turns against all of the material");
  const compared = titles(builder("whole")).filter((title) => title.startsWith("Compared with"));
  expect(compared).toEqual([`Compared with ${hostile} · whole`]);
  expect(titles(builder("agent of 4 turns")).filter((title) => title.startsWith("Compared with"))).toHaveLength(2);
});

test("says which calls costs are of, and what grounding's quality takes together", () => {
  const costs = [0, 1].map((costUsd) => candidateOf(`costs ${costUsd}`));
  const decide = (name: string, known = {}) => {
    const of = runOf(costs, known);
    const builder = startDecision([{ ...of, scenario: { ...of.scenario, name } }], { today: "2026-11-28" });
    for (let sample = 0; sample < 8; sample++)
      for (const [costUsd, { id }] of costs.entries())
        builder.add(trialOf({ candidate: id, sample: String(sample), quality: sample < 7 ? 1 : null, costUsd }));
    return tablesMarkdown(decisionDocument(builder.decision())).replaceAll(/\s+/g, " ");
  };
  expect(decide("support")).toContain("1 failed (1 paid for)");
  expect(decide("support")).toContain("× ∞ (the other costs nothing)");
  expect(decide("support")).toContain("those of a sample's first asking");
  expect(decide("support")).not.toContain("right abstentions");
  expect(decide("grounding")).toContain("grounded answers and right abstentions together");
  const sequential = { careAbout: 0.05, options: ["costs 0", "costs 1"], documents: 8, seed: 1 };
  expect(decide("support", { sequential })).toContain("**Had the number of samples been fixed beforehand");
  expect(decide("support", { sequential })).toContain("run-1 stopped as soon as it was clear, or could have");
});

test("says how little can be said of nothing", () => {
  const decision = startDecision([run], { today: "2026-11-28" }).decision();
  expect(decisionText(decision, { width: 80 })).toContain("Nothing was scored, so nothing can be said.");
  expect(tablesMarkdown(decisionDocument(decision))).toContain("No volume was given");
});

const saidOf = (trials: readonly Trial[], ids: readonly string[]) => {
  const builder = startDecision([runOf(ids.map((id) => candidateOf(id, { price })))], { today: "2026-11-29" });
  for (const trial of trials) builder.add(trial);
  return decisionText(builder.decision(), { width: 120 }).replaceAll(/\s+/g, " ");
};

test("options that share no answered sample are compared in no word", () => {
  const samples = ["0", "1", "2", "3"];
  const answers = (candidate: string, answered: readonly string[]) =>
    samples.map((sample) => trialOf({ candidate, sample, quality: answered.includes(sample) ? 1 : null }));
  const apart = saidOf([...answers("a", ["0", "1"]), ...answers("b", ["2", "3"])], ["a", "b"]);
  expect(apart).toContain("No two options answered the same sample, so nothing can be said between them.");
  expect(apart).not.toContain("cannot be told apart");
  const third = saidOf(
    [...answers("a", samples.slice(0, 3)), ...answers("b", ["3"]), ...answers("c", ["0", "1"])],
    ["a", "b", "c"],
  );
  expect(third).toMatch(
    /a has the highest quality measured\. c cannot be told apart from it\. With b it shares no answered sample\./,
  );
});

test("a cost that is no more than that is written so", () => {
  const paid = (candidate: string, cacheReadTokens: number | null) =>
    Array.from({ length: 8 }, (_, sample) => {
      const trial = trialOf({
        candidate,
        sample: String(sample),
        quality: 1,
        costUsd: 0.01 + sample / 1_000,
        inputTokens: 1_000,
      });
      return { ...trial, usage: { ...trial.usage!, cacheReadTokens } };
    });
  const text = saidOf([...paid("hides", null), ...paid("tells", 0)], ["hides", "tells"]);
  expect(text.match(/≤ \$/g)).toHaveLength(2);
  expect(text).toContain("hides does not say what it reads from its cache: its costs are the most that they can be");
});
