/** Loads a job and plans it, as `assay run` does before its first call, or with what the plan costs, as `assay plan` does. */

import { setFlagsFromString } from "node:v8";
import { planTokens } from "../../src/evals/index.ts";
import { windowsOf } from "../../src/evals/planning/windows.ts";
import { kimi, vendorRoute } from "../../src/routes/index.ts";
import { planFor } from "../../test/fixtures/plan.ts";
import { questionScenario } from "./question-job.ts";

// As src/cli/main.ts has it.
setFlagsFromString("--semi-space-growth-factor=1");
setFlagsFromString("--heap-growing-percent=35");

const [path, folder, how] = process.argv.slice(2);
const scenario = await questionScenario(path!, folder!);
const loadedRssBytes = process.resourceUsage().maxRSS * 1_024;
const route = { ...vendorRoute({ model: "moonshot/kimi-k3", sends: false }, {}), cacheRule: kimi() };
const plan = planFor(scenario, route);
const concurrency = 8;
const startedAt = performance.now();
const cpuBefore = process.cpuUsage();
const planned = how === "run" ? await firstWindow() : await planTokens(plan, route, concurrency);
const { user, system } = process.cpuUsage(cpuBefore);
const wallMs = performance.now() - startedAt;
process.stdout.write(JSON.stringify({ loadedRssBytes, wallMs, cpuMs: (user + system) / 1_000, planned }));

async function firstWindow() {
  for await (const { trials } of windowsOf(plan, route, concurrency, () => false)) return { prompts: trials.length };
  return null;
}
