/** `npm run bench -- <name> [--rounds 3] [--json file]`: speed, memory and timing, each beside a peer or a limit. */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { checkpoint } from "./checkpoint.ts";
import { jobs } from "./jobs.ts";
import { memory } from "./memory.ts";
import { type Outcome, outcomeJson, printOutcome } from "./outcome.ts";
import { planning } from "./planning.ts";
import { report } from "./report.ts";
import { statistics } from "./statistics.ts";
import { throughput } from "./throughput.ts";
import { timing } from "./timing.ts";
import { training } from "./training.ts";

const benchmarks: Readonly<Record<string, (rounds: number) => Promise<Outcome>>> = {
  throughput,
  memory,
  timing,
  checkpoint,
  training,
  statistics,
  jobs,
  planning,
  report,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "3" }, json: { type: "string" } },
});
const benchmark = benchmarks[positionals[0] ?? ""];
if (benchmark === undefined) {
  process.stderr.write(`npm run bench -- ${Object.keys(benchmarks).join("|")} [--rounds 3] [--json file]\n`);
  process.exitCode = 2;
} else {
  const outcome = await benchmark(Number(values.rounds));
  printOutcome(outcome);
  if (values.json !== undefined) writeFileSync(values.json, `${outcomeJson(outcome)}\n`);
  process.exitCode = outcome.goals.every(({ met }) => met) ? 0 : 1;
}
