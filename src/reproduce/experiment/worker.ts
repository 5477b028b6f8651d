/** A process that runs one trial after another: the parent sends plans, this one sends news. */
import { UserError } from "../../errors.ts";
import { type Device, oneThread } from "../graph/session.ts";
import type { Arm } from "./protocol.ts";
import { runTrial, type TrialNews, type TrialPlan } from "./trial.ts";

export interface TrialOrder {
  readonly plan: TrialPlan;
  readonly arm: Arm;
  readonly device: Device;
}

export type WorkerNews =
  | TrialNews
  | { readonly kind: "failed"; readonly message: string; readonly mistake: UserError["mistake"] | null };

const send = (news: WorkerNews) => process.send?.(news);

process.on("message", async ({ plan, arm, device }: TrialOrder) => {
  try {
    for await (const news of runTrial(plan, arm, { ...oneThread, device })) send(news);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    send({ kind: "failed", message, mistake: error instanceof UserError ? error.mistake : null });
  }
});
