/**
 * A cap on what a run may spend. Before a call its ceiling is reserved, afterwards what it really cost is settled, so
 * that settled + reserved never exceeds the cap, whatever runs at the same time.
 */
export interface Budget {
  /** Reserves up to `ceilingUsd`; null when the cap does not allow it. */
  readonly reserve: (ceilingUsd: number) => Reservation | null;
  readonly settledUsd: () => number;
}

export interface Reservation {
  /** To be called once. A cost that is not known (null) settles as the whole ceiling. */
  readonly settle: (costUsd: number | null) => void;
}

/** @param spentUsd what earlier calls of the same run have cost already */
export function budgetOf(capUsd: number, spentUsd = 0): Budget {
  let settled = spentUsd;
  let reserved = 0;
  return {
    settledUsd: () => settled,
    reserve: (ceilingUsd) => {
      if (settled + reserved + ceilingUsd > capUsd) return null;
      reserved += ceilingUsd;
      let open = true;
      return {
        settle: (costUsd) => {
          if (!open) return;
          open = false;
          reserved -= ceilingUsd;
          settled += costUsd ?? ceilingUsd;
        },
      };
    },
  };
}
