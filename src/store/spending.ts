/**
 * What a run spends, as a log: a line when a call's ceiling is reserved, committed before the call is sent, and a line when
 * what it cost is settled. What reserves says what for: a trial's call, or in words, as a run that goes on embeds again. There
 * is no counter beside it: each line holds the totals after it, and the next is written only behind the last, in one
 * transaction, by however many processes.
 *
 * A call whose process died stays reserved, as nobody knows what it cost. Amounts are whole nanodollars, rounded up, so
 * that sums are exact.
 */
import type { Database } from "better-sqlite3";
import type { Budget, LoggedCalls, LoggedSpending, OverCap, Spent } from "../evals/index.ts";
import { cannotUse } from "./file.ts";

interface Totals {
  readonly entry: number;
  readonly settled: number;
  readonly reserved: number;
}

const nothing: Totals = { entry: 0, settled: 0, reserved: 0 };
const nanodollars = (usd: number) => Math.ceil(usd * 1e9);

const lastOf = (sqlite: Database) =>
  sqlite.prepare<[string], Totals>(
    "select entry, settled_nanousd as settled, reserved_nanousd as reserved from spending where run_id = ? order by entry desc limit 1",
  );

/**
 * @param path  of the store, for what is said where it cannot be written
 * @param capUsd  settled + reserved never exceed it, unless a call costs more than the ceiling that was reserved for it; null
 *   for no cap
 */
export function budgetOn(sqlite: Database, path: string, runId: string, capUsd: number | null): Budget {
  const cap = capUsd === null ? null : Math.floor(capUsd * 1e9);
  const last = lastOf(sqlite);
  const isSettled = sqlite.prepare<[string, number]>("select 1 from spending where run_id = ? and reservation = ?");
  const addReservation = sqlite.prepare(
    "insert into spending (run_id, entry, nanousd, settled_nanousd, reserved_nanousd, purpose, trial_id, cap_nanousd) values (?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const addSettlement = sqlite.prepare(
    "insert into spending (run_id, entry, reservation, nanousd, settled_nanousd, reserved_nanousd, is_known) values (?, ?, ?, ?, ?, ?, ?)",
  );
  const totals = () => last.get(runId) ?? nothing;

  const reserve = sqlite.transaction((ceiling: number, { purpose = null, trialId = null }: Logged): number | null => {
    const { entry, settled, reserved } = totals();
    if (cap !== null && settled + reserved + ceiling > cap) return null;
    addReservation.run(runId, entry + 1, ceiling, settled, reserved + ceiling, purpose, trialId, cap);
    return entry + 1;
  });
  const settle = sqlite.transaction((reservation: number, ceiling: number, cost: number, isKnown: number | null) => {
    if (isSettled.get(runId, reservation) !== undefined) return;
    const { entry, settled, reserved } = totals();
    addSettlement.run(runId, entry + 1, reservation, cost, settled + cost, reserved - ceiling, isKnown);
  });
  const written = <Result>(write: () => Result): Result => {
    try {
      return write();
    } catch (error) {
      throw cannotUse(path, error);
    }
  };
  return {
    isCapped: cap !== null,
    reserve: (ceilingUsd, use) => {
      const ceiling = nanodollars(ceilingUsd ?? 0);
      const entry = written(() => reserve.immediate(ceiling, use ?? {}));
      if (entry === null) return null;
      const end = (cost: number, isKnown: number | null) =>
        written(() => settle.immediate(entry, ceiling, cost, isKnown));
      return {
        entry,
        settle: (costUsd) => (costUsd === null ? end(ceiling, 0) : end(nanodollars(costUsd), 1)),
        release: () => end(0, null),
      };
    },
    spent: (): Spent => {
      const { settled, reserved } = totals();
      return { settledUsd: settled / 1e9, reservedUsd: reserved / 1e9 };
    },
  };
}

interface Logged {
  readonly purpose?: string | null;
  readonly trialId?: string | null;
}

/** @returns undefined for a run without a log, as older ones are, and those of models that run here */
export function loggedSpending(sqlite: Database, runId: string): LoggedSpending | undefined {
  const last = lastOf(sqlite).get(runId);
  if (last === undefined) return undefined;
  // What nobody settled may have been sent; what was settled as neither known nor unknown was not.
  const sumOf = `count(*) as calls, coalesce(sum(case when paid.is_known = 1 then paid.nanousd end), 0) / 1e9 as knownUsd,
    count(*) - count(case when paid.is_known = 1 then 1 end) as unknown
    from spending as asked left join spending as paid on paid.run_id = asked.run_id and paid.reservation = asked.entry`;
  const wasSent = "asked.run_id = ? and (paid.entry is null or paid.is_known is not null)";
  const brokenOff = sqlite.prepare<[string], LoggedCalls>(
    `select ${sumOf} left join call on call.run_id = asked.run_id and call.trial_id = asked.trial_id and call.spending_entry = asked.entry
      where ${wasSent} and asked.trial_id is not null and call.run_id is null and coalesce(paid.is_known = 0 or paid.nanousd > 0, 1)`,
  );
  const finding = sqlite.prepare<[string], LoggedCalls>(
    `select ${sumOf} where ${wasSent} and asked.purpose is not null`,
  );
  return {
    brokenOff: brokenOff.get(runId)!,
    finding: finding.get(runId)!,
    overCap: overCap(sqlite, runId, last.settled),
  };
}

function overCap(sqlite: Database, runId: string, settled: number): OverCap | null {
  const lastCap = sqlite
    .prepare<[string], { cap: number | null }>(
      "select cap_nanousd as cap from spending where run_id = ? and reservation is null order by entry desc limit 1",
    )
    .get(runId);
  const cap = lastCap?.cap ?? null;
  if (cap === null || settled <= cap) return null;
  const { calls } = sqlite
    .prepare<[string], { calls: number }>(
      `select count(*) as calls from spending as asked join spending as paid
        on paid.run_id = asked.run_id and paid.reservation = asked.entry
        where asked.run_id = ? and paid.nanousd > asked.nanousd`,
    )
    .get(runId)!;
  return { capUsd: cap / 1e9, settledUsd: settled / 1e9, calls };
}
