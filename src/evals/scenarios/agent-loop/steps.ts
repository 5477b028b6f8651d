/** A session that is written down beforehand: requests in turn, pauses between them, none of it moved by the answers. */
import { setTimeout } from "node:timers/promises";
import type { Answer } from "../../../wire/index.ts";
import type { Sample } from "../../scenario.ts";
import type { Solver, Turn } from "../../solver.ts";

export type Step = { readonly kind: "ask"; readonly turn: Turn } | { readonly kind: "wait"; readonly ms: number };

export type Sleep = (ms: number) => Promise<unknown>;

/** A solver that plays a sample's steps; the answer to the last request is the trial's. Steps are taken one by one. */
export function playSteps(
  { name, version }: Pick<Solver, "name" | "version">,
  stepsOf: (sample: Sample) => Iterable<Step>,
  sleep: Sleep = setTimeout,
): Solver {
  return {
    name,
    version,
    solve: async (sample, ask) => {
      let answer: Answer | null = null;
      for (const step of stepsOf(sample)) {
        if (step.kind === "wait") await sleep(step.ms);
        else answer = (await ask({ ...step.turn, goesOn: true })).answer;
      }
      if (answer === null) throw new RangeError(`${sample.id} has no request`);
      return answer;
    },
  };
}
