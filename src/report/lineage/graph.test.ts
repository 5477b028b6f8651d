import { expect, test } from "vitest";
import { lineageOf, linksOf, withDevelopments } from "../../ledger/index.ts";
import { readLedger } from "../../ledger-files/index.ts";
import { lineageGraph, shortName } from "./graph.ts";

const ledger = readLedger();
const graphOf = (idea: string) => lineageGraph(lineageOf(ledger, idea)!, ledger);

test.each(ledger.ideas.map(({ id }) => [id]))("every link of %s is drawn, once, with its evidence", (id) => {
  const lineage = lineageOf(ledger, id)!;
  const ideas = withDevelopments(lineage).map(({ idea }) => idea);
  const inside = new Set(ideas.map((idea) => idea.id));
  const { nodes, edges, evidence } = graphOf(id);
  const links = linksOf(ledger).filter(({ to }) => inside.has(to));
  const developed = ideas.flatMap(({ buildsOn }) => buildsOn.filter((base) => inside.has(base)));
  expect(evidence).toHaveLength(ideas.length + links.length + developed.length);
  expect(nodes.flatMap((node) => node.evidence).toSorted(byId)).toEqual([...evidence].toSorted(byId));
  expect(
    links.every((link) => evidence.some(({ says, source }) => says === link.evidence && source === link.source)),
  ).toBe(true);
  for (const edge of edges) {
    expect(edge.evidence.length).toBeGreaterThan(0);
    expect([edge.from, edge.to].every((end) => nodes.some((node) => node.id === end))).toBe(true);
  }
});

const byId = (a: { id: string }, b: { id: string }) => Number(a.id.slice(1)) - Number(b.id.slice(1));

test("a release that developed an idea is one node with it, and disagreement is a line of its own", () => {
  const { nodes, edges } = graphOf("mla");
  expect(nodes.find(({ id }) => id === "deepseek-v3.2-exp")!.ideas.map(({ short }) => short)).toEqual(["DSA"]);
  const between = (from: string, to: string) => edges.filter((edge) => edge.from === from && edge.to === to);
  expect(between("deepseek-v2", "deepseek-v3.2-exp").map(({ kind }) => kind)).toEqual(["develops"]);
  expect(between("deepseek-v2", "glm-5").map(({ kind }) => kind)).toEqual(["reuses", "contradicts"]);
  // Z.ai took DSA over and proved it, in one release.
  expect(between("deepseek-v3.2-exp", "glm-5").map(({ kind, evidence }) => [kind, evidence.length])).toEqual([
    ["validates-at-scale", 2],
  ]);
});

test("users without a date that took the same stand together", () => {
  const undated = graphOf("mla").nodes.filter(({ on, ideas }) => on === null && ideas.length === 0);
  expect(undated.map(({ members }) => members.map(({ name }) => name))).toEqual([
    ["Ling 2.5", "Mistral Large 3", "Sarvam 105B"],
    ["GLM-5.2"],
  ]);
});

test.each([
  ["Multi-head Latent Attention (MLA)", "MLA"],
  ["DeepSeek Sparse Attention (DSA) with lightning indexer", "DSA"],
  ["CSA2: ratio-2 compression with KV shared across layers", "CSA2"],
  ["Kimi Linear 3:1 hybrid with NoPE MLA", "Kimi Linear 3:1 hybrid with NoPE MLA"],
  ["Latent MoE (Stable LatentMoE in K3)", "Latent MoE (Stable LatentMoE in K3)"],
])("%s is %s for short", (name, short) => expect(shortName(name)).toBe(short));
