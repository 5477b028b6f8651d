/**
 * Where runs are kept: one SQLite file, append-only. One process writes a run while others read; when `record` returns,
 * the trial survives a kill of the process.
 */
import { Kysely, SqliteDialect } from "kysely";
import { Migrator } from "kysely/migration";
import { UserError } from "../errors.ts";
import type { AnsweredTrial, Budget, Recorder, RetrievalSpent, RunInfo, TrialRecord } from "../evals/index.ts";
import { answeredOf, holdOn } from "./answered.ts";
import { cannotUse, openFile } from "./file.ts";
import { insertsInto } from "./insert.ts";
import { recorderOn } from "./recorder.ts";
import { eachRecord, withBodies } from "./records.ts";
import { addRetrieval, retrievalOf } from "./retrieval.ts";
import { type Database, migrations } from "./schema.ts";
import { budgetOn, loggedSpending } from "./spending.ts";

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
  /** The same trials with the bodies of their calls, in the order given. */
  readonly withBodies: (runId: string, records: readonly TrialRecord[]) => AsyncIterable<TrialRecord>;
  readonly doneTrials: (runId: string) => Promise<Set<string>>;
  /** Trials that were answered and are still to be judged, by their ids. */
  readonly answeredTrials: (runId: string) => Promise<ReadonlyMap<string, AnsweredTrial>>;
  /** What finding a run's passages took, behind what it took before; `findRun` gives all of it. */
  readonly addRetrieval: (runId: string, spent: RetrievalSpent) => Promise<void>;
  /** A run's log of spending, with what it has reserved and settled already, in this process and in others. */
  readonly budget: (runId: string, capUsd: number | null) => Budget;
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
    recorder: (runId) => ({
      record: recorderOn(path, insertsInto(sqlite, runId)),
      hold: holdOn(sqlite, path, runId),
    }),
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
    findRun: async (idOrPrefix) => {
      const run = await findRun(db, idOrPrefix);
      const logged = loggedSpending(sqlite, run.id);
      return logged === undefined ? run : { ...run, logged };
    },
    records: (runId, bodies) => eachRecord(sqlite, runId, bodies === undefined),
    withBodies: (runId, records) => withBodies(sqlite, runId, records),
    doneTrials: async (runId) => {
      const done = await db.selectFrom("trial").select("trial_id").where("run_id", "=", runId).execute();
      return new Set(done.map((row) => row.trial_id));
    },
    answeredTrials: async (runId) => answeredOf(sqlite, runId),
    addRetrieval: (runId, spent) => addRetrieval(db, runId, spent),
    budget: (runId, capUsd) => budgetOn(sqlite, path, runId, capUsd),
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

function runFrom(row: { info: string; status: RunInfo["status"]; finished_at: string | null }): RunInfo {
  return { ...(JSON.parse(row.info) as RunInfo), status: row.status, finishedAt: row.finished_at };
}

async function withRetrieval(db: Kysely<Database>, run: RunInfo): Promise<RunInfo> {
  const retrieval = await retrievalOf(db, run.id);
  return retrieval.length === 0 ? run : { ...run, retrieval };
}

async function findRun(db: Kysely<Database>, idOrPrefix: string): Promise<RunInfo> {
  const wanted = db.selectFrom("run").select(["info", "status", "finished_at"]).orderBy("started_at", "desc").limit(2);
  const rows =
    idOrPrefix === "latest"
      ? (await wanted.execute()).slice(0, 1)
      : await wanted.where("id", "like", `${idOrPrefix.replaceAll(/[%_]/g, "")}%`).execute();
  if (rows.length === 1) return withRetrieval(db, runFrom(rows[0]!));
  throw new UserError({
    happened: rows.length === 0 ? `there is no run "${idOrPrefix}"` : `"${idOrPrefix}" fits more than one run`,
    expected: "a run's id, an unambiguous beginning of it, or `latest`",
    mend: "`assay runs` lists them; --store names another store",
  });
}
