/** Time and memory of planning a large job, in a process of its own. */
import type { PlanTokens } from "../../src/evals/index.ts";
import { pathOf, runNode, temporaryFolder } from "../programs.ts";
import { writeQuestionJob } from "./question-job.ts";

export interface PlannedSamples {
  readonly how: "run" | "plan";
  readonly samples: number;
  /** Of planning alone. */
  readonly wallMs: number;
  readonly cpuMs: number;
  /** When the job was loaded, and of the whole process. */
  readonly loadedRssBytes: number;
  readonly peakRssBytes: number;
  /** Null where only the order was made. */
  readonly tokens: PlanTokens | null;
}

const documents = 1_000;
const questions = 100;
const documentTokens = 2_000;

/** `run` makes the order, `plan` also plays it and the naive order through. */
export async function plannedSamples(): Promise<PlannedSamples[]> {
  using folder = temporaryFolder();
  const path = writeQuestionJob(folder.path, {
    documentTokens: new Array<number>(documents).fill(documentTokens),
    questions,
    given: "shuffled",
    seed: 1,
  });
  const measured: PlannedSamples[] = [];
  for (const how of ["run", "plan"] as const) {
    const { stdout, peakRssBytes } = await runNode([pathOf("./planning/plan-samples.ts"), path, folder.path, how]);
    const { planned, ...rest } = JSON.parse(stdout);
    measured.push({
      how,
      ...rest,
      samples: planned.prompts,
      peakRssBytes,
      tokens: how === "plan" ? planned : null,
    });
  }
  return measured;
}
