/** Assay as a library: plan, call, score, store; no command line and no report. Prints its calls per second. */
import { runTrials } from "../src/evals/index.ts";
import { openStore } from "../src/store/index.ts";
import { sendCall } from "../src/wire/index.ts";
import { planOf } from "./grounding-requests.ts";
import { loopOptions, printLoop } from "./loop-options.ts";

const { baseUrl, trials, concurrency, store: path } = loopOptions();
const { plan } = planOf(baseUrl, trials);
const store = await openStore(path);
await store.startRun({
  id: "bench",
  scenario: plan.scenario,
  startedAt: new Date().toISOString(),
  finishedAt: null,
  status: "running",
  seed: plan.seed,
  identity: "bench",
  options: {},
  candidates: [],
  plannedTrials: trials,
  versions: {},
});
const never = new AbortController().signal;
const startedAt = performance.now();
const cpuBefore = process.cpuUsage();
let scored = 0;
await runTrials({
  plan,
  concurrency: () => concurrency,
  retries: 0,
  recorder: store.recorder("bench"),
  isDone: () => false,
  send: (route, request, signal) => sendCall(route.endpoint, request, { signal }),
  judge: null,
  sleep: async () => {},
  budget: null,
  stopping: never,
  aborting: never,
  onTrial: ({ outcome }) => {
    if (outcome === "scored") scored++;
  },
});
await store.close();
if (scored !== trials) throw new Error(`${scored} of ${trials} trials were scored`);
printLoop(trials, startedAt, cpuBefore);
process.exit(0);
