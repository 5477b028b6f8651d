/** Runs the trials of an experiment side by side, each in a process of its own: its CPU time is then its own, too. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { UserError } from "../../errors.ts";
import type { Device } from "../graph/session.ts";
import { keyOf, openTrials, trialCount } from "./plan.ts";
import type { Form } from "./protocol.ts";
import type { Records } from "./records.ts";
import type { TrialPlan } from "./trial-record.ts";
import type { TrialOrder, WorkerNews } from "./worker.ts";

export interface RunOptions {
  readonly device: Device;
  readonly jobs: number;
  /** No trial is started, and running ones are stopped, after so much CPU time of this call's trials. */
  readonly maxCpuMinutes: number;
  readonly stopping: AbortSignal;
  readonly onProgress: (progress: ExperimentProgress) => void;
}

export interface ExperimentProgress {
  /** Of all trials, finished and in part. */
  readonly share: number;
  readonly done: number;
  readonly count: number;
  readonly running: readonly RunningTrial[];
  /** The trial that this news is the end of. */
  readonly finished: TrialPlan | null;
  /** Of all that this call's trials did, with judging and building of graphs. */
  readonly totalCpuSeconds: number;
}

export interface RunningTrial {
  readonly plan: TrialPlan;
  readonly share: number;
  readonly totalCpuSeconds: number;
}

export type Ending = "complete" | "interrupted" | "out of CPU time";

/** Runs what is not recorded yet; resolves when all is done or it has to stop. A trial that was stopped is run anew next time. */
export async function runExperiment(form: Form, records: Records, options: RunOptions): Promise<Ending> {
  const { device, jobs, maxCpuMinutes, stopping, onProgress } = options;
  const running = new Map<string, RunningTrial>();
  const workers = new Set<ChildProcess>();
  let spentSeconds = 0;
  let ending: Ending = "complete";
  const count = trialCount(form);
  const totalCpuSeconds = () =>
    spentSeconds + [...running.values()].reduce((sum, trial) => sum + trial.totalCpuSeconds, 0);
  const isSpent = () => totalCpuSeconds() > maxCpuMinutes * 60;
  const report = (finished: TrialPlan | null) =>
    onProgress({
      share: (records.trials.length + [...running.values()].reduce((sum, { share }) => sum + share, 0)) / count,
      done: records.trials.length,
      count,
      running: [...running.values()],
      finished,
      totalCpuSeconds: totalCpuSeconds(),
    });

  return new Promise((resolve, reject) => {
    const finish = (end: () => void) => {
      for (const worker of workers) worker.kill("SIGKILL");
      workers.clear();
      stopping.removeEventListener("abort", onAbort);
      end();
    };
    const stop = (why: Ending) => {
      ending = why;
      finish(() => resolve(ending));
    };
    const onAbort = () => stop("interrupted");
    stopping.addEventListener("abort", onAbort);

    const give = (worker: ChildProcess) => {
      const plan = openTrials(form, records.trials).find((open) => !running.has(keyOf(open)));
      if (plan === undefined) {
        workers.delete(worker);
        worker.kill("SIGKILL");
        if (running.size === 0) stop("complete");
        return;
      }
      running.set(keyOf(plan), { plan, share: 0, totalCpuSeconds: 0 });
      const arm = form.arms.find(({ name }) => name === plan.arm)!;
      worker.once("exit", (code, signal) => {
        if (workers.has(worker)) finish(() => reject(new Error(`a training process ended: ${signal ?? code}`)));
      });
      const onNews = (news: WorkerNews) => {
        if (!workers.has(worker)) return;
        if (news.kind === "failed")
          return finish(() => reject(news.mistake ? new UserError(news.mistake) : new Error(news.message)));
        if (news.kind === "progress") {
          running.set(keyOf(plan), { plan, share: news.share, totalCpuSeconds: news.totalCpuSeconds });
          report(null);
          if (isSpent()) stop("out of CPU time");
          return;
        }
        try {
          records.add(news.record);
        } catch (error) {
          return finish(() => reject(error));
        }
        running.delete(keyOf(plan));
        spentSeconds += news.record.totalCpuSeconds ?? 0;
        report(plan);
        if (isSpent() && openTrials(form, records.trials).length > 0) return stop("out of CPU time");
        worker.off("message", onNews);
        worker.removeAllListeners("exit");
        give(worker);
        spread();
      };
      worker.on("message", onNews);
      worker.send({ plan, arm, device } satisfies TrialOrder);
    };
    /** When tuning ends, trials open for workers that had none. */
    const spread = () => {
      while (workers.size < jobs && openTrials(form, records.trials).some((open) => !running.has(keyOf(open)))) {
        const worker = fork(workerPath, { execArgv: process.execArgv });
        workers.add(worker);
        give(worker);
      }
    };
    if (stopping.aborted) return stop("interrupted");
    spread();
    if (workers.size === 0) stop("complete");
  });
}

const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
const workerPath = fileURLToPath(new URL(`./worker.${extension}`, import.meta.url));
