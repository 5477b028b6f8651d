/**
 * Where runs are kept: one SQLite file, append-only. One process writes a run while others read; when `record` returns,
 * the trial survives a kill of the process.
 */
import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { setImmediate as pause } from "node:timers/promises";
import Sqlite from "better-sqlite3";
import { type CompiledQuery, Kysely, SqliteDialect } from "kysely";
import { Migrator } from "kysely/migration";
import { messageOf, UserError } from "../errors.ts";
import type { Recorder, RunInfo, Trial, TrialRecord } from "../evals/index.ts";
import { type Call, decodeGaps, encodeGaps } from "../wire/index.ts";
import { type CallTable, type Database, migrations, type TrialTable } from "./schema.ts";

export interface Store {
  readonly path: string;
  readonly startRun: (info: RunInfo) => Promise<void>;
  /** A run that goes on is `running` again, and `finished` or `interrupted` when it stops. */
  readonly markRun: (runId: string, status: RunInfo["status"], finishedAt: string | null) => Promise<void>;
  readonly recorder: (runId: string) => Recorder;
  /** All runs, newest first. */
  readonly runs: () => Promise<RunSummary[]>;
  /** A run by its id, by an unambiguous beginning of it, or `latest`. Throws UserError when there is none. */
  readonly findRun: (idOrPrefix: string) => Promise<RunInfo>;
  /** Finished trials in order, with all calls; `withoutBodies` leaves request and response empty. Memory stays flat. */
  readonly records: (runId: string, bodies?: "withoutBodies") => AsyncIterable<TrialRecord>;
  readonly doneTrials: (runId: string) => Promise<Set<string>>;
  /** What all calls of a run have cost so far, USD; calls of unknown cost are not in it. */
  readonly spentUsd: (runId: string) => Promise<number>;
  /** Mean E2E of all calls ever made to a candidate, ms; null where there were none. */
  readonly meanCallMs: (candidate: string) => Promise<number | null>;
  readonly close: () => Promise<void>;
}

export interface RunSummary {
  readonly info: RunInfo;
  readonly trials: number;
  readonly failed: number;
}

/**
 * Opens the store, making the file and its tables where needed.
 *
 * @param path the SQLite file, or `:memory:`
 * @throws UserError when the file cannot be opened or is not an Assay store
 */
export async function openStore(path: string): Promise<Store> {
  const sqlite = openFile(path);
  const db = new Kysely<Database>({ dialect: new SqliteDialect({ database: sqlite }) });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) {
    await db.destroy();
    throw cannotUse(path, error);
  }
  return {
    path,
    startRun: async (info) => {
      const { id, startedAt, status } = info;
      await db
        .insertInto("run")
        .values({ id, started_at: startedAt, status, finished_at: null, info: JSON.stringify(info) })
        .execute();
    },
    markRun: async (runId, status, finishedAt) => {
      await db.updateTable("run").set({ status, finished_at: finishedAt }).where("id", "=", runId).execute();
    },
    recorder: (runId) => recorderOf(runId, sqlite, db, path),
    runs: async () => {
      const counted = await db
        .selectFrom("run")
        .leftJoin("trial", "trial.run_id", "run.id")
        .select(({ fn }) => [
          "run.info",
          "run.status",
          "run.finished_at",
          fn.count<number>("trial.trial_id").as("trials"),
          fn.count<number>("trial.trial_id").filterWhere("trial.outcome", "=", "failed").as("failed"),
        ])
        .groupBy("run.id")
        .orderBy("run.started_at", "desc")
        .execute();
      return counted.map((row) => ({ info: runFrom(row), trials: row.trials, failed: row.failed }));
    },
    findRun: (idOrPrefix) => findRun(db, idOrPrefix),
    records: (runId, bodies) => eachRecord(db, runId, bodies === undefined),
    doneTrials: async (runId) => {
      const done = await db.selectFrom("trial").select("trial_id").where("run_id", "=", runId).execute();
      return new Set(done.map((row) => row.trial_id));
    },
    spentUsd: async (runId) => {
      const sum = await db
        .selectFrom("trial")
        .select(({ fn }) => fn.sum<number | null>("cost_usd").as("spent"))
        .where("run_id", "=", runId)
        .executeTakeFirst();
      return sum?.spent ?? 0;
    },
    meanCallMs: async (candidate) => {
      const mean = await db
        .selectFrom("trial")
        .select(({ fn }) => fn.avg<number | null>("e2e_ms").as("mean"))
        .where("candidate", "=", candidate)
        .where("outcome", "=", "scored")
        .executeTakeFirst();
      return mean?.mean ?? null;
    },
    close: () => db.destroy(),
  };
}

function openFile(path: string): Sqlite.Database {
  try {
    if (path !== ":memory:") mkdirSync(dirname(resolve(path)), { recursive: true });
    const sqlite = new Sqlite(path, { timeout: 10_000 });
    sqlite.pragma("journal_mode = WAL");
    // With WAL, NORMAL loses nothing when the process dies; only a power cut can take the last transactions.
    sqlite.pragma("synchronous = NORMAL");
    // Moving the log into the file waits for the disk, which would show in timings: 64 MiB at a time, and at the end.
    sqlite.pragma("wal_autocheckpoint = 16384");
    return sqlite;
  } catch (error) {
    throw cannotUse(path, error);
  }
}

function cannotUse(path: string, error: unknown): UserError {
  return new UserError(
    {
      happened: `the store ${path} cannot be used: ${messageOf(error)}`,
      expected: "a file that Assay made, in a folder that can be written, on a disk with room",
      mend: "name another file with --store, or free some space",
    },
    { cause: error },
  );
}

function recorderOf(runId: string, sqlite: Sqlite.Database, db: Kysely<Database>, path: string): Recorder {
  const counted = db
    .selectFrom("trial")
    .select(({ fn }) => fn.max("ordinal").as("last"))
    .where("run_id", "=", runId)
    .compile();
  let ordinal = (sqlite.prepare(counted.sql).get(...counted.parameters) as { last: number | null }).last ?? 0;
  const insertTrial = statement(sqlite, db.insertInto("trial").values(emptyTrialRow).compile());
  const insertCall = statement(sqlite, db.insertInto("call").values(emptyCallRow).compile());
  const insertAll = sqlite.transaction((batch: readonly Waiting[]) => {
    for (const [index, { record }] of batch.entries()) {
      const { trial, calls } = record;
      insertTrial.run(...Object.values(trialRow(runId, ordinal + index + 1, trial)));
      for (const [attempt, call] of calls.entries())
        insertCall.run(...Object.values(callRow(runId, trial.id, attempt + 1, call)));
    }
  });
  // Trials that end in one turn of the event loop share a transaction: the commit is what takes the time.
  let waiting: Waiting[] = [];
  const commit = () => {
    const batch = waiting;
    waiting = [];
    try {
      insertAll.immediate(batch);
      ordinal += batch.length;
    } catch (error) {
      for (const { reject } of batch) reject(cannotUse(path, error));
      return;
    }
    for (const { resolve } of batch) resolve();
  };
  return {
    record: (record) =>
      new Promise((resolve, reject) => {
        if (waiting.length === 0) setImmediate(commit);
        waiting.push({ record, resolve, reject });
      }),
  };
}

/** A trial that is not committed yet, with those who wait for it. */
interface Waiting {
  readonly record: TrialRecord;
  readonly resolve: () => void;
  readonly reject: (error: UserError) => void;
}

const statement = (sqlite: Sqlite.Database, query: CompiledQuery) => sqlite.prepare<unknown[]>(query.sql);

// The columns in the order in which both rows below and the prepared statements have them.
const emptyTrialRow: TrialTable = {
  run_id: "",
  trial_id: "",
  ordinal: 0,
  candidate: "",
  outcome: "scored",
  cost_usd: null,
  e2e_ms: null,
  record: "",
};
const emptyCallRow: CallTable = {
  run_id: "",
  trial_id: "",
  attempt: 0,
  request_body: "",
  response_body: "",
  gaps: new Uint8Array(),
  record: "",
};

function trialRow(runId: string, ordinal: number, trial: Trial): TrialTable {
  const { timings } = trial;
  return {
    run_id: runId,
    trial_id: trial.id,
    ordinal,
    candidate: trial.candidate,
    outcome: trial.outcome,
    cost_usd: trial.costUsd,
    e2e_ms: timings?.endMs ?? null,
    record: JSON.stringify({ ...trial, timings: timings && { ...timings, gapsUs: [] } }),
  };
}

function callRow(runId: string, trialId: string, attempt: number, call: Call): CallTable {
  const { requestBody, responseBody, timings, ...rest } = call;
  return {
    run_id: runId,
    trial_id: trialId,
    attempt,
    request_body: requestBody,
    response_body: responseBody,
    gaps: encodeGaps(timings.gapsUs),
    record: JSON.stringify({ ...rest, timings: { ...timings, gapsUs: [] } }),
  };
}

/** Few enough that a page is garbage before it has outlived the young generation. */
const pageSize = 32;

/** Page by page, so that other connections are never held up and memory stays flat. */
async function* eachRecord(db: Kysely<Database>, runId: string, bodies = true): AsyncIterable<TrialRecord> {
  for (let after = 0; ; ) {
    const page = await db
      .selectFrom("trial")
      .select(["trial_id", "ordinal", "record"])
      .where("run_id", "=", runId)
      .where("ordinal", ">", after)
      .orderBy("ordinal")
      .limit(pageSize)
      .execute();
    if (page.length === 0) return;
    const trialIds = page.map((row) => row.trial_id);
    const calls = await db
      .selectFrom("call")
      .select(["trial_id", "gaps", "record"])
      .$if(bodies, (query) => query.select(["request_body", "response_body"]))
      .where("run_id", "=", runId)
      .where("trial_id", "in", trialIds)
      .orderBy("attempt")
      .execute();
    const byTrial = Map.groupBy(calls, (row) => row.trial_id);
    for (const row of page) {
      const own = (byTrial.get(row.trial_id) ?? []).map(callFrom);
      const trial = JSON.parse(row.record) as Trial;
      const gapsUs = own.at(-1)?.timings.gapsUs ?? [];
      yield { trial: { ...trial, timings: trial.timings && { ...trial.timings, gapsUs } }, calls: own };
    }
    after = page.at(-1)!.ordinal;
    // Queries are done as soon as they are asked: without a pause, neither Ctrl-C nor the garbage collector has a turn.
    await pause();
  }
}

function callFrom(row: { gaps: Uint8Array; record: string; request_body?: string; response_body?: string }): Call {
  const rest = JSON.parse(row.record) as Omit<Call, "requestBody" | "responseBody">;
  return {
    ...rest,
    requestBody: row.request_body ?? "",
    responseBody: row.response_body ?? "",
    timings: { ...rest.timings, gapsUs: decodeGaps(row.gaps) },
  };
}

function runFrom(row: { info: string; status: RunInfo["status"]; finished_at: string | null }): RunInfo {
  return { ...(JSON.parse(row.info) as RunInfo), status: row.status, finishedAt: row.finished_at };
}

async function findRun(db: Kysely<Database>, idOrPrefix: string): Promise<RunInfo> {
  const wanted = db.selectFrom("run").select(["info", "status", "finished_at"]).orderBy("started_at", "desc").limit(2);
  const rows =
    idOrPrefix === "latest"
      ? (await wanted.execute()).slice(0, 1)
      : await wanted.where("id", "like", `${idOrPrefix.replaceAll(/[%_]/g, "")}%`).execute();
  if (rows.length === 1) return runFrom(rows[0]!);
  throw new UserError({
    happened: rows.length === 0 ? `there is no run "${idOrPrefix}"` : `"${idOrPrefix}" fits more than one run`,
    expected: "a run's id, an unambiguous beginning of it, or `latest`",
    mend: "`assay runs` lists them; --store names another store",
  });
}
