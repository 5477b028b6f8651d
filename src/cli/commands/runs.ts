/** `assay runs`: what has been measured so far. */
import { z } from "zod";
import { plain } from "../../units/index.ts";
import { defineCommand, type Io, jsonFlag } from "../command.ts";
import { hasStore, openEarlierStore, storeFlag, storePath } from "../result.ts";
import { table } from "../table.ts";

export const runsCommand = defineCommand({
  name: "runs",
  summary: "List the runs in the store, newest first",
  flags: z.object({ ...storeFlag, json: jsonFlag }),
  async run({ flags, io }) {
    const runs = flags.store === undefined && !hasStore(flags, io) ? [] : await runsIn(flags, io);
    if (flags.json) io.print(JSON.stringify(runs, null, 2));
    else if (runs.length === 0)
      io.print(`No runs yet in ${storePath(flags, io)}. \`assay run grounding\` makes the first.`);
    else
      io.print(
        table(
          ["run", "started (UTC)", "status", "trials", "candidates"],
          runs.map(({ info, trials, failed }) => [
            info.id,
            info.startedAt.slice(0, 16).replace("T", " "),
            info.status,
            `${trials} of ${info.plannedTrials}${failed > 0 ? `, ${failed} failed` : ""}`,
            shortList(info.candidates.map(({ id }) => plain(id))),
          ]),
          io.width,
        ),
      );
    return 0;
  },
});

async function runsIn(flags: { store?: string | undefined }, io: Io) {
  const store = await openEarlierStore(flags, io);
  return store.runs().finally(() => store.close());
}

const shortList = ([first = "", ...others]: readonly string[]) =>
  others.length === 0 ? first : `${first} and ${others.length} more`;
