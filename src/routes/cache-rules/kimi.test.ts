import { expect, test } from "vitest";
import { counted, readsInTurn } from "../../../test/cache-rules/random-histories.ts";
import { kimi } from "./kimi.ts";

// Measured at Kimi's coding endpoint: https://github.com/Leechael/pi-provider-kimi-code, docs/caching.md.
test.each([
  ["finding 4, a conversation", [11_250, 11_272, 11_294, 11_316, 11_338], [0, 11_008, 11_264, 11_264, 11_264]],
  ["finding 4, 834 tokens", [834, 860], [0, 768]],
  ["finding 4, 1,638 tokens", [1_638, 1_660], [0, 1_536]],
  ["finding 4, 4,035 tokens", [4_035, 4_060], [0, 3_840]],
  ["finding 4, 12,035 tokens", [12_035, 12_060], [0, 12_032]],
  ["finding 4, 32,039 tokens", [32_039, 32_060], [0, 32_000]],
  ["finding 12, a large step", [847, 17_394, 17_416], [0, 768, 17_152]],
  ["finding 13, below a chunk", [201, 220], [0, 0]],
  ["finding 13, above a chunk", [361, 380], [0, 256]],
  ["finding 14, the OpenAI wire", [24_041, 24_059], [0, 23_808]],
])("%s: prompts that grow read what was measured", (_name, lengths, reads) => {
  expect(
    readsInTurn(
      kimi().open(),
      lengths.map((length) => counted(length)),
    ),
  ).toEqual(reads);
});

test("finding 3: a branch reads what it shares with the conversation, in whole chunks", () => {
  const branch = Int32Array.from([...counted(11_280), ...counted(61, 50_000)]);
  expect(readsInTurn(kimi().open(), [counted(11_294), branch])).toEqual([0, 11_264]);
});

// Finding 7: hits after 60 and 300 seconds, a miss after 1,800.
test.each([
  [60, 25_856],
  [300, 25_856],
  [1_800, 0],
])("after %s seconds of silence a prompt reads %s tokens", (seconds, readTokens) => {
  const cache = kimi().open();
  cache.begin({ tokens: counted(26_036), sentAtMs: 0 }).end();
  expect(cache.begin({ tokens: counted(26_036), sentAtMs: seconds * 1_000 }).expected.readTokens).toBe(readTokens);
});

test("a use gives five minutes more, and an hour where an hour was asked for", () => {
  const minute = 60_000;
  for (const [rule, gap] of [
    [kimi(), 4 * minute],
    [kimi({ lifetimeMs: 60 * minute }), 50 * minute],
  ] as const) {
    const cache = rule.open();
    cache.begin({ tokens: counted(512), sentAtMs: 0 }).end();
    for (let turn = 1; turn <= 5; turn++)
      expect(cache.begin({ tokens: counted(512), sentAtMs: turn * gap }).expected.readTokens).toBe(512);
  }
});

test("K3 reports what is written: the whole chunks that were not read", () => {
  const cache = kimi({ reportsWrites: true }).open();
  const first = cache.begin({ tokens: counted(1_000), sentAtMs: 0 });
  expect(first.expected).toEqual({ readTokens: 0, writtenTokens: 768 });
  first.end();
  expect(cache.begin({ tokens: counted(1_300), sentAtMs: 1 }).expected).toEqual({
    readTokens: 768,
    writtenTokens: 512,
  });
});

test("a prompt of 256 tokens is not kept, one of 257 is", () => {
  expect(readsInTurn(kimi().open(), [counted(256), counted(257), counted(256)])).toEqual([0, 0, 256]);
  const short = kimi({ reportsWrites: true })
    .open()
    .begin({ tokens: counted(256), sentAtMs: 0 });
  expect(short.expected).toEqual({ readTokens: 0, writtenTokens: 0 });
});

test("of two lifetimes, the first that was asked for stays until the prefix has expired; or each has its own cache", () => {
  const minute = 60_000;
  const asked = [
    [0, 5],
    [5, 60],
    [11, 60],
    [71, 60],
  ] as const;
  const reads = (lifetimes: "first" | "apart") => {
    const cache = kimi({ lifetimes }).open();
    return asked.map(([atMinute, lifetime]) => {
      const call = cache.begin({ tokens: counted(600), sentAtMs: atMinute * minute, lifetimeMs: lifetime * minute });
      call.end();
      return call.expected.readTokens;
    });
  };
  expect(reads("first")).toEqual([0, 512, 0, 512]);
  expect(reads("apart")).toEqual([0, 0, 512, 512]);
});
