/** What a run spent, as its log on disk says, and what holds of every such log. */
import { existsSync } from "node:fs";
import Sqlite from "better-sqlite3";
import { expect } from "vitest";

export interface SpendingEntry {
  readonly reservation: number | null;
  readonly nanousd: number;
  readonly settled: number;
  readonly reserved: number;
  /** Of what reserves, what for; null for calls of trials. */
  readonly purpose: string | null;
}

/** The log of all runs in a store, as it stands on disk, which is all that a crash leaves. */
export function spendingLog(path: string): SpendingEntry[] {
  if (!existsSync(path)) return [];
  const sqlite = new Sqlite(path, { readonly: true });
  try {
    return sqlite
      .prepare<[], SpendingEntry>(
        "select reservation, nanousd, settled_nanousd as settled, reserved_nanousd as reserved, purpose from spending order by entry",
      )
      .all();
  } catch (error) {
    // The process was killed before it had made its tables.
    if (error instanceof Error && error.message.includes("no such table")) return [];
    throw error;
  } finally {
    sqlite.close();
  }
}

/** Every line holds: nothing is above the cap, nothing is settled twice, and totals are the sums of what stands before. */
export function expectSound(log: readonly SpendingEntry[], capUsd: number) {
  let settled = 0;
  let reserved = 0;
  const open = new Map<number, number>();
  for (const [index, entry] of log.entries()) {
    if (entry.reservation === null) {
      open.set(index + 1, entry.nanousd);
      reserved += entry.nanousd;
    } else {
      expect(open.has(entry.reservation)).toBe(true);
      reserved -= open.get(entry.reservation)!;
      open.delete(entry.reservation);
      settled += entry.nanousd;
    }
    expect([entry.settled, entry.reserved]).toEqual([settled, reserved]);
  }
  const most = Math.max(0, ...log.map((entry) => entry.settled + entry.reserved));
  expect(most).toBeLessThanOrEqual(capUsd * 1e9);
  return { settledUsd: settled / 1e9, reservedUsd: reserved / 1e9, open };
}
