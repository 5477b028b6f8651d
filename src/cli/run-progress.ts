/** How far a run is: a bar while it is watched, and a line for each candidate that is through. */
import { type Plan, plannedCount, qualityOf, type Trial, trialsPrefix } from "../evals/index.ts";
import { formatMs } from "../units/index.ts";
import type { Io } from "./command.ts";

/**
 * @param done ids of the trials that an earlier part of the run asked
 * @returns told of each trial as it ends
 */
export function runProgress(
  plan: Plan,
  done: ReadonlySet<string>,
  draw: (share: number, remark: string) => void,
  io: Io,
): (trial: Trial) => void {
  const total = plannedCount(plan);
  const alreadyDone = done.size;
  const startedAt = performance.now();
  let finished = 0;
  let failed = 0;
  const tally = new Map(
    plan.routes.map((route) => {
      const earlier = [...done].filter((id) => id.startsWith(trialsPrefix(route))).length;
      return [route.id, tallyOf(plannedCount({ ...plan, routes: [route] }) - earlier, earlier)];
    }),
  );
  return (trial) => {
    finished++;
    const own = tally.get(trial.candidate)!;
    own.left--;
    if (trial.outcome === "failed") failed++;
    if (trial.outcome === "scored") count(trial, own);
    else own[trial.outcome]++;
    const share = (alreadyDone + finished) / total;
    const left = ((performance.now() - startedAt) / finished) * (total - alreadyDone - finished);
    draw(
      share,
      `${alreadyDone + finished} of ${total}${failed ? ` · ${failed} failed` : ""} · ${trial.candidate} · ${formatMs(left)} left`,
    );
    if (own.left === 0) {
      io.progress?.(null);
      const part = own.earlier > 0 ? `; of those asked now, after ${own.earlier} before` : "";
      io.note(`${trial.candidate}: ${inWords(own)}${part}`);
    }
  };
}

type Kind = "grounded" | "abstained" | "right";

const tallyOf = (left: number, earlier: number) => ({
  answered: 0,
  /** Right answers of those asked. */
  shares: new Map<Kind, { right: number; asked: number }>(),
  failed: 0,
  skipped: 0,
  left,
  earlier,
});

function count(trial: Trial, own: ReturnType<typeof tallyOf>): void {
  const quality = qualityOf(trial);
  if (quality === null || trial.scores?.preferred !== undefined) {
    own.answered++;
    return;
  }
  const { shares } = own;
  const kind = trial.scores?.grounded === undefined ? "right" : trial.answerable ? "grounded" : "abstained";
  const share = shares.get(kind) ?? { right: 0, asked: 0 };
  shares.set(kind, { right: share.right + (quality >= 1 ? 1 : 0), asked: share.asked + 1 });
}

function inWords({ shares, answered, failed, skipped }: ReturnType<typeof tallyOf>): string {
  const parts = [
    ...[...shares]
      .sort(([a], [b]) => b.localeCompare(a))
      .map(([kind, { right, asked }]) => `${kind} ${right} of ${asked}`),
    ...(answered > 0 ? [`${answered} answered`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ];
  return parts.length === 0 ? "nothing scored" : parts.join(", ");
}
