import { expect, test } from "vitest";
import { syntheticRun } from "../../test/synthetic-run.ts";
import type { RetrievalSpent, Trial, TrialCall } from "../evals/index.ts";
import { Spending } from "./spending.ts";
import { overCapSentence, spentText } from "./spending-words.ts";
import { summarize } from "./summary.ts";
import { terminalSummary } from "./terminal.ts";

const { run, records } = syntheticRun({ contexts: [256], documents: 1 });
const trial: Trial = { ...records[0]!.trial, costUsd: 3, judgeCostUsd: 0 };
const call = (purpose: TrialCall["purpose"], costUsd: number | null) => ({ purpose, costUsd });
const time = (costUsd: number | null): RetrievalSpent => ({
  ...{ endedAt: "2026-11-28T10:00:00.000Z", isWhole: true, requests: 1, arms: [] },
  costUsd,
});
const sumOf = (spending: Spending) => {
  const { answersUsd, judgeUsd, findingUsd, knownUsd, isWhole } = spending.spending(false);
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
  expect(spentText({ run, spent: spending.spending(false) })).toBe(
    "—: answers — (1 trial unknown), finding passages — (1 time unknown)",
  );
});

test("a trial that was never asked costs nothing", () => {
  const spending = new Spending({});
  spending.add({ ...trial, outcome: "skipped", costUsd: null, attempts: 0 });
  expect(sumOf(spending)).toEqual([0, 0, 0, 0, true]);
  expect(spentText({ run, spent: spending.spending(false) })).toBe("$0");
});

test("the embedded engine has no price, which is not an unknown cost", () => {
  const spending = new Spending({});
  spending.add({ ...trial, costUsd: null }, [call("answer", null)]);
  const [candidate] = run.candidates;
  const here = { ...run, candidates: [{ ...candidate!, kind: "trained specimen" as const }] };
  expect(spentText({ run: here, spent: spending.spending(false) })).toBe("no price: runs here");
});

const none = { calls: 0, knownUsd: 0, unknown: 0 };

test("calls of trials that were broken off are paid for, and said", () => {
  const spentOn = (brokenOff: typeof none) => {
    const spending = new Spending({ logged: { brokenOff, finding: none, overCap: null } });
    spending.add(trial, [call("answer", 3)]);
    return spending.spending(false);
  };
  const spent = spentOn({ calls: 2, knownUsd: 0.5, unknown: 0 });
  expect([spent.knownUsd, spent.isWhole]).toEqual([3.5, true]);
  expect(spentText({ run, spent })).toBe("$3.50: answers $3.00, trials broken off and asked again $0.50 (2 calls)");
  const open = spentOn({ calls: 2, knownUsd: 0.5, unknown: 1 });
  expect([open.knownUsd, open.isWhole]).toEqual([3.5, false]);
  expect(spentText({ run: { ...run, status: "interrupted" }, spent: open })).toContain(
    "trials broken off or not finished $0.50 (2 calls, 1 unknown)",
  );
});

test("passages that a killed process found are paid for", () => {
  const spentOn = (finding: typeof none) => {
    const logged = { brokenOff: none, finding, overCap: null };
    return new Spending({ retrieval: [time(5)], logged }).spending(false);
  };
  expect(spentOn({ calls: 1, knownUsd: 5, unknown: 0 }).findingUsd).toEqual({ sum: 5, known: 1, unknown: 0 });
  expect(spentOn({ calls: 3, knownUsd: 7, unknown: 0 }).findingUsd).toEqual({ sum: 7, known: 2, unknown: 0 });
  expect(spentOn({ calls: 3, knownUsd: 7, unknown: 1 })).toMatchObject({ knownUsd: 7, isWhole: false });
});

test("a cap that did not hold is said with why", () => {
  expect(overCapSentence({ capUsd: 1, settledUsd: 2.5, calls: 1 })).toMatch(
    /^The cap of \$1.00 is exceeded: \$2.50 is charged, as 1 call cost more than .+max_tokens/,
  );
});

test("what the run paid is said on the screen where answers alone were paid for, and a candidate's known part is all of it", async () => {
  const of = { candidate: run.candidates[0]!.id };
  const partly = { ...trial, ...of, costUsd: null, given: { passages: [], holdsAnswer: null, costUsd: null } };
  const summary = await summarize({ ...run, candidates: run.candidates.slice(0, 1) }, [
    { trial: { ...trial, ...of, id: "whole" }, calls: [call("answer", 3)] },
    { trial: { ...partly, id: "partly" }, calls: [call("answer", 2)] },
  ]);
  expect(summary.total.costUsd).toMatchObject({ sum: 5, known: 1, unknown: 1 });
  expect(summary.spent.answersUsd.sum).toBe(5);
  const text = terminalSummary(summary, { colour: false, width: 120 });
  expect(text).toContain("The run paid $5.00.");
  expect(text).toContain("$5.00+");
});
