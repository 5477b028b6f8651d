import { expect, test } from "vitest";
import { counted, readsInTurn } from "../../../test/cache-rules/random-histories.ts";
import { kimiCoding } from "./kimi-coding.ts";

// https://github.com/Leechael/pi-provider-kimi-code, docs/caching.md, findings 4, 5 and 13.
test("a repeated prompt is read whole, any other in whole chunks", () => {
  const prompts = [counted(100), counted(100), counted(101), counted(600), counted(600), counted(700)];
  expect(readsInTurn(kimiCoding().open(), prompts)).toEqual([0, 100, 0, 0, 600, 512]);
});

test("for as long as it lives, from the last call that sent it", () => {
  const cache = kimiCoding({ lifetimeMs: 10 }).open();
  const reads = [0, 10, 20, 31].map((sentAtMs) => {
    const call = cache.begin({ tokens: counted(300), sentAtMs });
    call.end();
    return call.expected.readTokens;
  });
  expect(reads).toEqual([0, 300, 300, 0]);
});
