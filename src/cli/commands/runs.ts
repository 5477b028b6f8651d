/** `assay runs`: what has been measured so far. */
import { z } from "zod";
import { openStore } from "../../store/index.ts";
import { defineCommand, jsonFlag } from "../command.ts";
import { storeFlag, storePath } from "../result.ts";
import { table } from "../table.ts";

export const runsCommand = defineCommand({
  name: "runs",
  summary: "List the runs in the store, newest first",
  flags: z.object({ ...storeFlag, json: jsonFlag }),
  async run({ flags, io }) {
    const store = await openStore(storePath(flags, io));
    const runs = await store.runs().finally(() => store.close());
    if (flags.json) io.print(JSON.stringify(runs, null, 2));
    else if (runs.length === 0)
      io.print(`No runs yet in ${storePath(flags, io)}. \`assay run grounding\` makes the first.`);
    else
      io.print(
        table(
          ["run", "started", "status", "trials", "failed", "candidates"],
          runs.map(({ info, trials, failed }) => [
            info.id,
            `${info.startedAt.slice(0, 16).replace("T", " ")} UTC`,
            info.status,
            `${trials} of ${info.plannedTrials}`,
            String(failed),
            info.candidates.map(({ id }) => id).join(", "),
          ]),
          io.width,
        ),
      );
    return 0;
  },
});
