/** What finding a run's passages took, each time that it was done. */
import type { Kysely } from "kysely";
import type { RetrievalSpent } from "../evals/index.ts";
import type { Database } from "./schema.ts";

export async function addRetrieval(db: Kysely<Database>, runId: string, spent: RetrievalSpent): Promise<void> {
  await db
    .insertInto("retrieval")
    .columns(["run_id", "ordinal", "record"])
    .expression((select) =>
      select
        .selectFrom("retrieval")
        .where("run_id", "=", runId)
        .select(({ fn, val, eb }) => [
          val(runId).as("run_id"),
          eb(fn.coalesce(fn.max("ordinal"), val(0)), "+", 1).as("ordinal"),
          val(JSON.stringify(spent)).as("record"),
        ]),
    )
    .execute();
}

/** In their order. */
export async function retrievalOf(db: Kysely<Database>, runId: string): Promise<RetrievalSpent[]> {
  const rows = await db
    .selectFrom("retrieval")
    .select("record")
    .where("run_id", "=", runId)
    .orderBy("ordinal")
    .execute();
  return rows.map(({ record }) => JSON.parse(record) as RetrievalSpent);
}
