/** Loads a job and reads every sample once, as a run would. */
import { setFlagsFromString } from "node:v8";
import { loadJob } from "../src/jobs/index.ts";

// As src/cli/main.ts has it.
setFlagsFromString("--semi-space-growth-factor=1");
setFlagsFromString("--heap-growing-percent=35");

const { samples } = await loadJob(process.argv[2]!);
let characters = 0;
for (const sample of samples) characters += JSON.stringify(sample.messages).length;
process.stdout.write(JSON.stringify({ count: samples.count, characters }));
