/**
 * What a run spends, as a log: a line when a call's ceiling is reserved, committed before the call is sent, and a line when
 * what it cost is settled. What was no call of a trial says its purpose: a run that goes on embeds again, and it stands there
 * again. There is no counter beside it: each line holds the totals after it, and the next is written
 * only behind the last, in one transaction, by however many processes.
 *
 * A call whose process died stays reserved, as nobody knows what it cost. Amounts are whole nanodollars, rounded up, so
 * that sums are exact.
 */
import type { Database } from "better-sqlite3";
import type { Budget, Spent } from "../evals/index.ts";

interface Totals {
  readonly entry: number;
  readonly settled: number;
  readonly reserved: number;
}

const nothing: Totals = { entry: 0, settled: 0, reserved: 0 };
const nanodollars = (usd: number) => Math.ceil(usd * 1e9);

/** @param capUsd  settled + reserved never exceed it, unless a call costs more than the ceiling that was reserved for it */
export function budgetOn(sqlite: Database, runId: string, capUsd: number): Budget {
  const cap = Math.floor(capUsd * 1e9);
  const last = sqlite.prepare<[string], Totals>(
    "select entry, settled_nanousd as settled, reserved_nanousd as reserved from spending where run_id = ? order by entry desc limit 1",
  );
  const isSettled = sqlite.prepare<[string, number]>("select 1 from spending where run_id = ? and reservation = ?");
  const add = sqlite.prepare(
    "insert into spending (run_id, entry, reservation, nanousd, settled_nanousd, reserved_nanousd, purpose) values (?, ?, ?, ?, ?, ?, ?)",
  );
  const totals = () => last.get(runId) ?? nothing;

  const reserve = sqlite.transaction((ceiling: number, purpose: string | null): number | null => {
    const { entry, settled, reserved } = totals();
    if (settled + reserved + ceiling > cap) return null;
    add.run(runId, entry + 1, null, ceiling, settled, reserved + ceiling, purpose);
    return entry + 1;
  });
  const settle = sqlite.transaction((reservation: number, ceiling: number, cost: number) => {
    if (isSettled.get(runId, reservation) !== undefined) return;
    const { entry, settled, reserved } = totals();
    add.run(runId, entry + 1, reservation, cost, settled + cost, reserved - ceiling, null);
  });
  return {
    reserve: (ceilingUsd, purpose) => {
      const ceiling = nanodollars(ceilingUsd);
      const reservation = reserve.immediate(ceiling, purpose ?? null);
      if (reservation === null) return null;
      return {
        settle: (costUsd) => settle.immediate(reservation, ceiling, costUsd === null ? ceiling : nanodollars(costUsd)),
      };
    },
    spent: (): Spent => {
      const { settled, reserved } = totals();
      return { settledUsd: settled / 1e9, reservedUsd: reserved / 1e9 };
    },
  };
}
