import { expect, test } from "vitest";
import { syntheticRun } from "../../test/synthetic-run.ts";
import type { RetrievalSpent, Trial, TrialCall } from "../evals/index.ts";
import { Spending } from "./spending.ts";
import { spentText } from "./spending-words.ts";

const { run, records } = syntheticRun({ contexts: [256], documents: 1 });
const trial: Trial = { ...records[0]!.trial, costUsd: 3, judgeCostUsd: 0 };
const call = (purpose: TrialCall["purpose"], costUsd: number | null) => ({ purpose, costUsd });
const time = (costUsd: number | null): RetrievalSpent => ({
  ...{ endedAt: "2026-11-28T10:00:00.000Z", isWhole: true, requests: 1, arms: [] },
  costUsd,
});
const sumOf = (spending: Spending) => {
  const { answersUsd, judgeUsd, findingUsd, knownUsd, isWhole } = spending.spending();
  return [answersUsd.sum, judgeUsd.sum, findingUsd.sum, knownUsd, isWhole];
};

test("finding passages counts each time that it was done, and not in each of the answers", () => {
  const spending = new Spending({ retrieval: [time(5), time(5)] });
  const found = { ...trial, given: { passages: [], holdsAnswer: null, costUsd: 1 } };
  for (let answer = 0; answer < 4; answer++) spending.add({ ...found, judgeCostUsd: 0.5 });
  expect(sumOf(spending)).toEqual([8, 2, 10, 20, true]);
});

test("what is known of a trial's calls counts, whatever is not known of the rest", () => {
  const spending = new Spending({});
  const given = { passages: [], holdsAnswer: null, costUsd: null };
  spending.add({ ...trial, costUsd: null, given }, [call("answer", 2), call("judge", 1), call("judge", null)]);
  expect(sumOf(spending)).toEqual([2, 1, 0, 3, false]);
});

test("what nobody knows is not nothing", () => {
  const spending = new Spending({ retrievalModels: [{ model: "v/e", price: null }] });
  spending.add({ ...trial, costUsd: null }, [call("answer", null)]);
  expect(sumOf(spending)).toEqual([null, 0, null, null, false]);
  expect(spentText({ run, spent: spending.spending() })).toBe(
    "—: answers — (1 trial unknown), finding passages — (1 time unknown)",
  );
});

test("a trial that was never asked costs nothing", () => {
  const spending = new Spending({});
  spending.add({ ...trial, outcome: "skipped", costUsd: null, attempts: 0 });
  expect(sumOf(spending)).toEqual([0, 0, 0, 0, true]);
  expect(spentText({ run, spent: spending.spending() })).toBe("$0");
});

test("the embedded engine has no price, which is not an unknown cost", () => {
  const spending = new Spending({});
  spending.add({ ...trial, costUsd: null }, [call("answer", null)]);
  const [candidate] = run.candidates;
  const here = { ...run, candidates: [{ ...candidate!, kind: "trained specimen" as const }] };
  expect(spentText({ run: here, spent: spending.spending() })).toBe("no price: runs here");
});
