/** Answers whose judging was broken off: kept until they are judged, when the trial itself stands in their place. */
import type { Database } from "better-sqlite3";
import type { AnsweredTrial } from "../evals/index.ts";
import { cannotUse } from "./file.ts";

export const holdOn = (sqlite: Database, path: string, runId: string) => {
  const insert = sqlite.prepare(
    `insert into answered (run_id, trial_id, ordinal, record)
      values (@runId, @trialId, (select coalesce(max(ordinal), 0) + 1 from answered where run_id = @runId and trial_id = @trialId), @record)`,
  );
  return async (answered: AnsweredTrial): Promise<void> => {
    try {
      insert.run({ runId, trialId: answered.trialId, record: JSON.stringify(answered) });
    } catch (error) {
      throw cannotUse(path, error);
    }
  };
};

/** By trial, those that are still to be judged. */
export function answeredOf(sqlite: Database, runId: string): Map<string, AnsweredTrial> {
  const rows = sqlite
    .prepare<[string], { trial_id: string; record: string }>(
      `select trial_id, record from answered where run_id = ?
        and not exists (select 1 from trial where trial.run_id = answered.run_id and trial.trial_id = answered.trial_id)
        order by ordinal`,
    )
    .all(runId);
  return new Map(rows.map(({ trial_id: trialId, record }) => [trialId, JSON.parse(record) as AnsweredTrial]));
}
