/** Serves a specimen on the embedded engine, asks it twice, and shows what the second call found in the KV cache. */
import { ensureSpecimen, sendCall, startEngine } from "assay";

const path = await ensureSpecimen("mla");
const engine = await startEngine({
  models: [{ id: "mla", path, kind: "calibration specimen", notice: "random weights" }],
});
const endpoint = { baseUrl: engine.baseUrl, protocol: "openai-chat", apiKey: null } as const;
const material = "The keys and values of every token stay in the cache. ".repeat(40);

for (const question of ["What stays in the cache?", "Where do the keys stay?"]) {
  const call = await sendCall(endpoint, {
    model: "mla",
    messages: [
      { role: "system", content: material },
      { role: "user", content: question },
    ],
    stream: true,
    maxTokens: 8,
    temperature: 0,
  });
  if (call.failure !== null) throw new Error(call.failure.message);
  console.log(
    `${question} ${call.usage?.inputTokens} tokens in, ${call.usage?.cacheReadTokens} of them cached, TTFT ${call.timings.firstEventMs?.toFixed(1)} ms`,
  );
}
const { bytesPerToken } = await engine.measureKvCache("mla");
console.log(`KV cache: ${bytesPerToken} bytes a token, measured`);
await engine.close();
