/** The tables, and the steps that made them. A step that has been released is never changed; a new one follows it. */
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

export interface Database {
  readonly run: RunTable;
  readonly trial: TrialTable;
  readonly call: CallTable;
  readonly spending: SpendingTable;
  readonly retrieval: RetrievalTable;
  readonly answered: AnsweredTable;
}

export interface RunTable {
  id: string;
  started_at: string;
  /** `RunInfo` as JSON, as it was when the run was started. */
  info: string;
  status: "running" | "finished" | "interrupted";
  finished_at: string | null;
}

/** One row an outcome: the primary key is what keeps a trial from having two. */
export interface TrialTable {
  run_id: string;
  trial_id: string;
  /** In order of finishing, from 1. */
  ordinal: number;
  candidate: string;
  outcome: "scored" | "failed" | "skipped";
  cost_usd: number | null;
  e2e_ms: number | null;
  /** `Trial` without its timings' gaps, as JSON. */
  record: string;
}

export interface CallTable {
  run_id: string;
  trial_id: string;
  attempt: number;
  request_body: string;
  response_body: string;
  /** Gaps between tokens, microseconds, as `encodeGaps` packs them. */
  gaps: Uint8Array;
  /** The rest of `Call`, as JSON. */
  record: string;
  /** Where `spending` has it; null for what runs here, and in older runs. */
  spending_entry: number | null;
}

/** What a run reserved and settled, see `spending.ts`. Amounts are nanodollars. */
export interface SpendingTable {
  run_id: string;
  /** From 1, without gaps. */
  entry: number;
  /** The entry that this one settles; null where it reserves. */
  reservation: number | null;
  nanousd: number;
  /** After this entry. */
  settled_nanousd: number;
  reserved_nanousd: number;
  /** Of what reserves, what for; null for calls of trials, and where it settles. */
  purpose: string | null;
  /** Of what reserves for a trial's call; null in older runs. */
  trial_id: string | null;
  /** Of what reserves, the run's cap; null for none, and in older runs. */
  cap_nanousd: number | null;
  /** Of what settles, 1 where the cost is known, 0 where it is not; null where nothing was sent, and in older runs. */
  is_known: number | null;
}

/** One row each time that a run found its passages by asking models. */
export interface RetrievalTable {
  run_id: string;
  /** From 1. */
  ordinal: number;
  /** `RetrievalSpent` as JSON. */
  record: string;
}

/** Answers that are still to be judged; the last of a trial counts. */
export interface AnsweredTable {
  run_id: string;
  trial_id: string;
  /** From 1. */
  ordinal: number;
  /** `AnsweredTrial` as JSON. */
  record: string;
}

/** Records are evidence: they are added and never changed. */
async function makeAppendOnly(db: Kysely<unknown>, tables: readonly string[]): Promise<void> {
  for (const table of tables)
    for (const change of ["update", "delete"])
      await sql
        .raw(
          `create trigger ${table}_no_${change} before ${change} on ${table} begin select raise(abort, '${table} records are append-only'); end`,
        )
        .execute(db);
}

export const migrations: Readonly<Record<string, Migration>> = {
  "2026-11-23-runs-trials-calls": {
    up: async (db: Kysely<unknown>) => {
      await db.schema
        .createTable("run")
        .addColumn("id", "text", (column) => column.primaryKey())
        .addColumn("started_at", "text", (column) => column.notNull())
        .addColumn("info", "text", (column) => column.notNull())
        .addColumn("status", "text", (column) => column.notNull())
        .addColumn("finished_at", "text")
        .execute();
      await db.schema
        .createTable("trial")
        .addColumn("run_id", "text", (column) => column.notNull().references("run.id"))
        .addColumn("trial_id", "text", (column) => column.notNull())
        .addColumn("ordinal", "integer", (column) => column.notNull())
        .addColumn("candidate", "text", (column) => column.notNull())
        .addColumn("outcome", "text", (column) => column.notNull())
        .addColumn("cost_usd", "real")
        .addColumn("e2e_ms", "real")
        .addColumn("record", "text", (column) => column.notNull())
        .addPrimaryKeyConstraint("trial_of_run", ["run_id", "trial_id"])
        .execute();
      await db.schema.createIndex("trial_order").on("trial").columns(["run_id", "ordinal"]).unique().execute();
      await db.schema
        .createTable("call")
        .addColumn("run_id", "text", (column) => column.notNull())
        .addColumn("trial_id", "text", (column) => column.notNull())
        .addColumn("attempt", "integer", (column) => column.notNull())
        .addColumn("request_body", "text", (column) => column.notNull())
        .addColumn("response_body", "text", (column) => column.notNull())
        .addColumn("gaps", "blob", (column) => column.notNull())
        .addColumn("record", "text", (column) => column.notNull())
        .addPrimaryKeyConstraint("call_of_trial", ["run_id", "trial_id", "attempt"])
        .execute();
      await makeAppendOnly(db, ["trial", "call"]);
    },
  },
  "2026-11-28-spending": {
    up: async (db: Kysely<unknown>) => {
      await db.schema
        .createTable("spending")
        .addColumn("run_id", "text", (column) => column.notNull().references("run.id"))
        .addColumn("entry", "integer", (column) => column.notNull())
        .addColumn("reservation", "integer")
        .addColumn("nanousd", "integer", (column) => column.notNull())
        .addColumn("settled_nanousd", "integer", (column) => column.notNull())
        .addColumn("reserved_nanousd", "integer", (column) => column.notNull())
        .addPrimaryKeyConstraint("entry_of_run", ["run_id", "entry"])
        .execute();
      await db.schema.createIndex("settled_once").on("spending").columns(["run_id", "reservation"]).unique().execute();
      // What runs spent before there was a log, as one settled entry.
      await sql`insert into spending (run_id, entry, reservation, nanousd, settled_nanousd, reserved_nanousd)
        select run_id, 1, 0, spent, spent, 0
        from (select run_id, cast(ceil(sum(cost_usd) * 1e9) as integer) as spent from trial group by run_id)
        where spent is not null`.execute(db);
      await makeAppendOnly(db, ["spending"]);
    },
  },
  "2026-11-28-spending-on-retrieval": {
    up: async (db: Kysely<unknown>) => {
      await db.schema.alterTable("spending").addColumn("purpose", "text").execute();
      await db.schema
        .createTable("retrieval")
        .addColumn("run_id", "text", (column) => column.notNull().references("run.id"))
        .addColumn("ordinal", "integer", (column) => column.notNull())
        .addColumn("record", "text", (column) => column.notNull())
        .addPrimaryKeyConstraint("retrieval_of_run", ["run_id", "ordinal"])
        .execute();
      await makeAppendOnly(db, ["retrieval"]);
    },
  },
  "2026-11-29-spending-of-each-call": {
    up: async (db: Kysely<unknown>) => {
      await db.schema.alterTable("spending").addColumn("trial_id", "text").execute();
      await db.schema.alterTable("spending").addColumn("cap_nanousd", "integer").execute();
      await db.schema.alterTable("spending").addColumn("is_known", "integer").execute();
      await db.schema.alterTable("call").addColumn("spending_entry", "integer").execute();
      await db.schema
        .createTable("answered")
        .addColumn("run_id", "text", (column) => column.notNull().references("run.id"))
        .addColumn("trial_id", "text", (column) => column.notNull())
        .addColumn("ordinal", "integer", (column) => column.notNull())
        .addColumn("record", "text", (column) => column.notNull())
        .addPrimaryKeyConstraint("answered_of_trial", ["run_id", "trial_id", "ordinal"])
        .execute();
      await makeAppendOnly(db, ["answered"]);
    },
  },
};
