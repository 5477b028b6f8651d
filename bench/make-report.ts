/** The report of a run with so many questions and two candidates: `node make-report.ts <documents of six questions> <file>`. */
import { writeFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { htmlReport } from "../src/report/index.ts";
import { syntheticCandidates, syntheticRecords, syntheticRunInfo } from "../test/synthetic-run.ts";

// As the command line has it.
setFlagsFromString("--semi-space-growth-factor=1");
setFlagsFromString("--heap-growing-percent=35");

const [documents, file] = process.argv.slice(2);
const candidates = syntheticCandidates.slice(0, 2);
const options = { contexts: [512], needles: [1], documents: Number(documents), candidates };
const run = syntheticRunInfo(Number(documents) * 6 * candidates.length, options);
writeFileSync(file!, await htmlReport(run, syntheticRecords(options)));
