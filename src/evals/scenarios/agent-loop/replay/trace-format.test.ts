import { expect, test } from "vitest";
import { readTrace } from "./trace-format.ts";

const weka = { id: "c", block_size: 64, requests: [{ t: 0, in: 100, out: 1, hash_ids: [1] }] };
const mooncake = { timestamp: 0, input_length: 100, output_length: 1, hash_ids: [1] };
const body = { messages: [{ role: "user", content: "Hi" }] };

test.each([
  ["Weka's on a line", JSON.stringify(weka), 100],
  ["Weka's over several lines", JSON.stringify(weka, null, 2), 100],
  ["Mooncake's", JSON.stringify(mooncake), 100],
  ["bodies", JSON.stringify(body), null],
  ["logged bodies", JSON.stringify({ request: body, timestamp: 1 }), null],
])("%s are told by their shape", (_name, text, inputTokens) => {
  const { sessions } = readTrace(`\n${text}`, { name: "t" });
  expect(sessions[0]!.requests).toEqual([expect.objectContaining({ inputTokens })]);
});

test.each([["[1, 2]"], ["some text"], ['{"prompt": "Hi"}'], ["null"]])("%s is no trace", (text) => {
  expect(() => readTrace(text, { name: "t" })).toThrow("t has the shape of no trace that is known");
});

test("where the format is named, its reader says what is wrong", () => {
  expect(() => readTrace("{}", { name: "t", format: "mooncake" })).toThrow("t:1");
  expect(() => readTrace(JSON.stringify(weka), { name: "t", rows: "delta" })).toThrow("t is read as Weka's");
});
