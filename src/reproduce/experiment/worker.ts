/** A process that runs one trial after another: the parent sends plans, this one sends news. */
import { UserError } from "../../errors.ts";
import { type Device, oneThread } from "../graph/session.ts";
import type { Arm } from "./protocol.ts";
import { runTrial, type TrialNews } from "./trial.ts";
import type { TrialPlan } from "./trial-record.ts";

export interface TrialOrder {
  readonly plan: TrialPlan;
  readonly arm: Arm;
  readonly device: Device;
}

export type WorkerNews =
  | TrialNews
  | { readonly kind: "failed"; readonly message: string; readonly mistake: UserError["mistake"] | null };

/** Whoever asked may be gone by now. */
const send = (news: WorkerNews) => process.connected && process.send?.(news);

process.on("message", async ({ plan, arm, device }: TrialOrder) => {
  try {
    for await (const news of runTrial(plan, arm, { ...oneThread, device })) send(news);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    send({ kind: "failed", message, mistake: error instanceof UserError ? error.mistake : null });
  }
});
// The parent is gone, however it died: nobody keeps what is found. An orderly exit would wait for the training's step.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
// Ctrl-C reaches all processes of a terminal, and `timeout` ends a whole group; it is the parent that stops this one.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => {});
