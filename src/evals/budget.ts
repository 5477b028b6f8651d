/**
 * A cap on what a run may spend, judges, retrieval and retries included. Before a call its ceiling is reserved, afterwards what it
 * really cost is settled, so that settled + reserved never exceeds the cap, whatever runs at the same time. The store
 * keeps it: see `store/spending.ts`.
 */
export interface Budget {
  /**
   * Reserves up to `ceilingUsd`; null when the cap does not allow it.
   *
   * @param purpose  what the log says that it is for; left out for calls of trials
   */
  readonly reserve: (ceilingUsd: number, purpose?: string) => Reservation | null;
  readonly spent: () => Spent;
}

export interface Reservation {
  /** To be called once; more does nothing. A cost that is not known (null) settles as the whole ceiling. */
  readonly settle: (costUsd: number | null) => void;
}

/** What a run has spent, USD. */
export interface Spent {
  readonly settledUsd: number;
  /** Of calls that have not ended, or whose end nobody saw because the process died. */
  readonly reservedUsd: number;
}

/** A budget shared by calls that run at the same time: where there is no room beside them, it waits for one to end. */
export class Purse {
  readonly #budget: Budget;
  #underWay = 0;
  #changed = Promise.withResolvers<void>();

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** Null when the cap does not allow it, even with nothing else under way. */
  async reserve(ceilingUsd: number, purpose?: string): Promise<Reservation | null> {
    for (;;) {
      const reservation = this.#budget.reserve(ceilingUsd, purpose);
      if (reservation !== null) return this.#counted(reservation);
      if (this.#underWay === 0) return null;
      await this.#changed.promise;
    }
  }

  #counted({ settle }: Reservation): Reservation {
    this.#underWay += 1;
    let isOpen = true;
    return {
      settle: (costUsd) => {
        settle(costUsd);
        if (!isOpen) return;
        isOpen = false;
        this.#underWay -= 1;
        this.#changed.resolve();
        this.#changed = Promise.withResolvers();
      },
    };
  }
}
