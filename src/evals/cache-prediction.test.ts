import { expect, test } from "vitest";
import { startFakeServer } from "../../test/fake-server/index.ts";
import { routeTo } from "../../test/fixtures/route.ts";
import { cacheRuleOf, llamaCpp } from "../routes/index.ts";
import { sendCall } from "../wire/index.ts";
import { CachePrediction } from "./cache-prediction.ts";

const tokens = Int32Array.from({ length: 4_096 }, (_, place) => place);
const request = (model: string) => ({ model, stream: false, messages: [{ role: "user" as const, content: "hello" }] });

test.each([
  ["llama.cpp", llamaCpp()],
  ["DeepSeek", cacheRuleOf("deepseek", "deepseek-chat")],
  ["OpenAI", cacheRuleOf("openai", "gpt-5.1")],
  ["Moonshot", cacheRuleOf("moonshot", "kimi-k3")],
])("%s: what the server refused is nothing to read later, what it answered is", async (_name, cacheRule) => {
  const server = await startFakeServer();
  const { endpoint, ...route } = routeTo(server.baseUrl, { cacheRule });
  const prediction = new CachePrediction({ endpoint, ...route });
  const expectedOf = async (model: string) => {
    const predicted = prediction.begin(request(model), tokens, performance.now());
    const made = await sendCall(endpoint, request(model));
    const expected = predicted.expected(made);
    predicted.end(made);
    return expected;
  };
  expect([await expectedOf("400"), await expectedOf("any"), await expectedOf("400")]).toEqual([
    0,
    0,
    expect.any(Number),
  ]);
  expect(await expectedOf("any")).toBeGreaterThan(2_000);
  await server.close();
});
