/** All of the material in the prompt against passages that were found in it, by the same candidate on the same samples. */
import { spentByArm } from "../evals/index.ts";
import type { Cost } from "../retrieval/index.ts";
import { mean } from "../stats/index.ts";
import { type ByLength, byLength } from "./by-length.ts";
import { type Comparison, compareAll, planned } from "./comparison.ts";
import { costPerCorrectRatio } from "./cost-per-correct.ts";
import { type Estimate, shareOf } from "./estimate.ts";
import type { Rows } from "./measured.ts";
import type { Measured } from "./option.ts";
import type { SampleOrder } from "./samples.ts";

export interface ArmsOf {
  readonly candidate: string;
  readonly runId: string;
  readonly arms: readonly ArmResult[];
  /** Every other arm against all of the material, corrected over them; empty where no arm has all of it. */
  readonly againstWhole: readonly ArmComparison[];
}

export interface ArmResult {
  readonly arm: string;
  readonly option: string;
  readonly misses: Misses;
  /** Embedding its material, once: in the cost of no answer. Null where no model was asked to find its passages. */
  readonly toPrepare: Cost | null;
}

/** Scored trials by whether the answer stood in what the model was given; wrong is a quality below 1. */
export interface Misses {
  readonly right: HeldCounts;
  readonly wrong: HeldCounts;
  /** Of the wrong answers of which it is known: the share that was given nothing that holds the answer. */
  readonly retrievalShare: Estimate | null;
}

export interface HeldCounts {
  /** The answer stood in what was given; of wrong answers, the model missed it there. */
  readonly held: number;
  /** It stood only elsewhere in the material; of wrong answers, retrieval missed it. */
  readonly notHeld: number;
  readonly unknown: number;
}

export interface ArmComparison {
  readonly arm: string;
  /** The arm against all of the material. */
  readonly comparison: Comparison;
  /** USD per correct answer, as a multiple of that with all of the material. */
  readonly costPerCorrect: Estimate | null;
  readonly costPerCorrectWithoutCache: Estimate | null;
  /** Null where the length of the prompts is not known. */
  readonly byLength: ByLength | null;
}

const wholeArm = "whole";

export function armsOf(measured: readonly Measured[], order: SampleOrder, careAbout: number): ArmsOf[] {
  const inArms = measured.filter(({ option }) => option.arm !== null);
  const groups = Map.groupBy(inArms, ({ option }) => JSON.stringify([option.runId, option.candidate]));
  return [...groups.values()].map((arms) => {
    const whole = arms.find(({ option }) => option.arm === wholeArm);
    const others = arms.filter((one) => one !== whole && whole !== undefined);
    const comparisons = compareAll(
      others.map((arm) => [arm, whole!] as const),
      order.documentOf,
      careAbout,
    );
    return {
      candidate: arms[0]!.option.candidate,
      runId: arms[0]!.option.runId,
      arms: arms.map(({ option, rows }) => ({
        arm: option.arm!,
        option: option.id,
        misses: missesOf(rows, order),
        toPrepare: spentByArm(rows.choice.run).find(({ arm }) => arm === option.arm)?.toPrepare ?? null,
      })),
      againstWhole: others.map((arm, index) => ({
        arm: arm.option.arm!,
        comparison: planned(comparisons[index]!, [arm, whole!], order.documentOf, careAbout),
        costPerCorrect: costPerCorrectRatio(arm, whole!, "costUsd", order.documentOf),
        costPerCorrectWithoutCache: costPerCorrectRatio(arm, whole!, "costWithoutCacheUsd", order.documentOf),
        byLength: byLength(arm, whole!, order.documentOf),
      })),
    };
  });
}

/** Repeats of a sample are averaged first, as everywhere. */
function missesOf(rows: Rows, { placeOf, documentOf }: SampleOrder): Misses {
  const right = { held: 0, notHeld: 0, unknown: 0 };
  const wrong = { held: 0, notHeld: 0, unknown: 0 };
  const byRetrieval = new Map<number, number[]>();
  for (let row = 0; row < rows.length; row++) {
    const quality = rows.at(row, "quality");
    if (Number.isNaN(quality)) continue;
    const holds = rows.at(row, "holdsAnswer");
    (quality >= 1 ? right : wrong)[Number.isNaN(holds) ? "unknown" : holds === 1 ? "held" : "notHeld"]++;
    if (quality >= 1 || Number.isNaN(holds)) continue;
    const place = placeOf[rows.at(row, "sample")]!;
    byRetrieval.set(place, [...(byRetrieval.get(place) ?? []), 1 - holds]);
  }
  const bySample = [...byRetrieval].map(([place, missed]) => ({ document: documentOf[place]!, missed: mean(missed)! }));
  const byDocument = [...Map.groupBy(bySample, ({ document }) => document)].sort(([a], [b]) => a - b);
  return {
    right,
    wrong,
    retrievalShare: shareOf(byDocument.map(([, of]) => of.map(({ missed }) => missed).sort((a, b) => a - b))),
  };
}
