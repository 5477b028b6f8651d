/** Room in a run's budget for requests that belong to no trial: those that find what the trials are given. */
import { Halt, reserved } from "./asking.ts";
import { type Budget, Purse } from "./budget.ts";

/** Makes room for requests, and adds up what they cost. */
export interface Room {
  /**
   * @param ceilingUsd  null where the price is not known
   * @throws Halt where the cap does not allow it, or the run is to stop
   */
  readonly reserve: (
    ceilingUsd: number | null,
    purpose: string,
  ) => Promise<{ readonly settle: (costUsd: number | null) => void }>;
  /** Requests that have ended, and what they cost together, USD; null where that of one is not known. */
  readonly spent: () => { readonly requests: number; readonly costUsd: number | null };
}

/** @param budget  null where nobody keeps count */
export function roomUnder(budget: Budget | null, stopping: AbortSignal): Room {
  const purse = budget && new Purse(budget);
  let requests = 0;
  let totalUsd: number | null = 0;
  return {
    reserve: async (ceilingUsd, purpose) => {
      const reservation = await reserved(purse, ceilingUsd, { purpose });
      if (stopping.aborted) {
        reservation?.release();
        throw new Halt("interrupted");
      }
      return {
        settle: (costUsd) => {
          reservation?.settle(costUsd);
          requests += 1;
          totalUsd = totalUsd === null || costUsd === null ? null : totalUsd + costUsd;
        },
      };
    },
    spent: () => ({ requests, costUsd: totalUsd }),
  };
}
