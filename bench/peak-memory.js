/** Preloaded into any Node program: leaves the most memory it ever had resident, bytes, in a file named after it. Not TypeScript, whose stripping takes memory. */
import { writeFileSync } from "node:fs";

const folder = process.env.BENCH_PEAK_FOLDER;
if (folder !== undefined)
  process.on("exit", () => {
    writeFileSync(`${folder}/${process.pid}`, String(process.resourceUsage().maxRSS * 1_024));
  });
