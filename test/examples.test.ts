import { execFileSync } from "node:child_process";
import { globSync } from "node:fs";
import { expect, test } from "vitest";

const said: Readonly<Record<string, RegExp>> = {
  "examples/one-call.ts": /, 0 of them cached.*\n.*, [1-9]\d* of them cached.*\nKV cache: 1536 bytes a token/,
  "examples/usage-buckets.ts":
    /DeepSeek: uncached 104, cache read 896.*\nAnthropic: uncached 104, cache read 896.*\n.*cache read unknown/,
  "examples/what-a-config-says.ts":
    /1026408232448 parameters, 32861500928 active\n.* 70272 bytes.* 9210691584\n.*k2-params: said 1040000000000, 1026408232448/s,
};

test.each(globSync("examples/*.ts"))("%s runs on the public API and says what it promises", (file) => {
  expect(execFileSync("node", ["--conditions=assay-source", file], { encoding: "utf8" })).toMatch(said[file]!);
});
