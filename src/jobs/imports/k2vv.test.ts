import { expect, test } from "vitest";
import { imported } from "../../../test/made-files/imported.ts";

// The form that `prepare_request` in K2-Vendor-Verifier's tool_calls_eval.py takes, with its role `_input`.
test("a request of K2-Vendor-Verifier is scored by its tool calls, and `_input` is a system message", async () => {
  const { samples, lost } = await imported(
    {
      "samples.jsonl": [
        {
          messages: [
            { role: "_input", content: "You can search." },
            { role: "user", content: "Find it." },
          ],
          tools: [
            { type: "function", function: { name: "search", description: "Searches", parameters: { type: "object" } } },
          ],
          temperature: 0.6,
        },
      ],
    },
    { from: "k2vv", path: "samples.jsonl" },
  );
  expect(samples).toEqual([
    {
      input: [
        { role: "system", content: "You can search." },
        { role: "user", content: "Find it." },
      ],
      tools: [{ name: "search", description: "Searches", parameters: { type: "object" } }],
      settings: { temperature: 0.6 },
      scorers: ["tool-calls"],
    },
  ]);
  expect(lost).toEqual([]);
});
