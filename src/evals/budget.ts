/**
 * What a run spends, as it spends it: judges, retrieval and retries included, of trials that were broken off too. Before a call
 * its ceiling is reserved, afterwards what it really cost is settled, so that under a cap settled + reserved never exceeds it,
 * whatever runs at the same time. The store keeps it: see `store/spending.ts`.
 */
export interface Budget {
  readonly isCapped: boolean;
  /**
   * Reserves up to `ceilingUsd`, null where the price is not known; null when the cap does not allow it.
   *
   * @param use  what the log says that it is for
   */
  readonly reserve: (ceilingUsd: number | null, use?: Use) => Reservation | null;
  readonly spent: () => Spent;
}

/** A call of a trial, or a request of no trial, in words. */
export type Use = { readonly trialId: string } | { readonly purpose: string };

/** Ends once, by one of the two; more does nothing. */
export interface Reservation {
  /** Its place in the run's log. */
  readonly entry: number;
  /** A cost that is not known (null) settles as the whole ceiling. */
  readonly settle: (costUsd: number | null) => void;
  /** What it was for was never sent. */
  readonly release: () => void;
}

/** What a run has spent, USD. */
export interface Spent {
  readonly settledUsd: number;
  /** Of calls that have not ended, or whose end nobody saw because the process died. */
  readonly reservedUsd: number;
}

/** What a run's log knows of its spending beyond its trials. */
export interface LoggedSpending {
  /** Of trials that were broken off, or are not finished; without what was refused, which costs nothing. */
  readonly brokenOff: LoggedCalls;
  /** That found passages, in all parts of the run together. */
  readonly finding: LoggedCalls;
  /** Null where no cap is exceeded. */
  readonly overCap: OverCap | null;
}

export interface LoggedCalls {
  /** That were sent, as far as anybody knows. */
  readonly calls: number;
  readonly knownUsd: number;
  /** Calls whose price or tokens nobody knows, or whose end nobody saw because the process died. */
  readonly unknown: number;
}

/** Calls cost more than the ceilings that were reserved for them, so that the cap did not hold. */
export interface OverCap {
  /** Under which the last call was sent. */
  readonly capUsd: number;
  /** Calls of unknown cost stand in it with their ceilings. */
  readonly settledUsd: number;
  readonly calls: number;
}

/** A budget shared by calls that run at the same time: where there is no room beside them, it waits for one to end. */
export class Purse {
  readonly #budget: Budget;
  #underWay = 0;
  #changed = Promise.withResolvers<void>();

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  get isCapped(): boolean {
    return this.#budget.isCapped;
  }

  /** Null when the cap does not allow it, even with nothing else under way. */
  async reserve(ceilingUsd: number | null, use: Use): Promise<Reservation | null> {
    for (;;) {
      const reservation = this.#budget.reserve(ceilingUsd, use);
      if (reservation !== null) return this.#counted(reservation);
      if (this.#underWay === 0) return null;
      await this.#changed.promise;
    }
  }

  #counted({ entry, settle, release }: Reservation): Reservation {
    this.#underWay += 1;
    let isOpen = true;
    const end = () => {
      if (!isOpen) return;
      isOpen = false;
      this.#underWay -= 1;
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    };
    return {
      entry,
      settle: (costUsd) => {
        settle(costUsd);
        end();
      },
      release: () => {
        release();
        end();
      },
    };
  }
}
