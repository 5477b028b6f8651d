/** The limit: undici sends the same bodies and reads the answers, and that is all. Prints its calls per second. */
import { Agent, request } from "undici";
import { planOf, samplesOf } from "./grounding-requests.ts";
import { loopOptions, printLoop } from "./loop-options.ts";

const { baseUrl, trials, concurrency } = loopOptions();
const { plan, route } = planOf(baseUrl, trials);
const bodies = Array.from(samplesOf(plan, trials), ({ messages }) =>
  JSON.stringify({
    model: route.model,
    messages,
    stream: true,
    stream_options: { include_usage: true },
    max_tokens: plan.maxTokens,
    temperature: plan.temperature,
    seed: plan.seed,
  }),
);
const dispatcher = new Agent({ connections: concurrency, pipelining: 1 });
const headers = { "content-type": "application/json" };
const startedAt = performance.now();
const cpuBefore = process.cpuUsage();
let next = 0;
await Promise.all(
  Array.from({ length: concurrency }, async () => {
    while (next < bodies.length) {
      const answer = await request(`${baseUrl}/chat/completions`, {
        method: "POST",
        headers,
        body: bodies[next++]!,
        dispatcher,
      });
      await answer.body.text();
    }
  }),
);
await dispatcher.close();
printLoop(trials, startedAt, cpuBefore);
