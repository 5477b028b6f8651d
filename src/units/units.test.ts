import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  formatBytes,
  formatCount,
  formatMs,
  formatShare,
  formatShareRange,
  formatSignificant,
  formatTokens,
  formatTokensPerSecond,
  formatUsd,
  parseBytes,
  parseMs,
  parseTokens,
  parseUsd,
} from "./index.ts";

test("what nobody knows prints as a dash and never as zero", () => {
  for (const format of [
    formatBytes,
    formatCount,
    formatMs,
    formatShare,
    formatShareRange,
    formatTokens,
    formatTokensPerSecond,
    formatUsd,
  ])
    expect(format(null)).toBe("—");
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.00 KB"],
  [70_272, "70.3 KB"],
  [999_600, "1.00 MB"],
  [8_590_000_000, "8.59 GB"],
])("%d bytes read as %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test("binary sizes are labelled as such", () => {
  expect(formatBytes(1024, 1024)).toBe("1.00 KiB");
  expect(formatBytes(1536 * 1024, 1024)).toBe("1.50 MiB");
});

test.each([
  ["512", 512],
  ["16 KiB", 16_384],
  ["16kb", 16_000],
  ["1.5GB", 1_500_000_000],
  ["1,000,000 B", 1_000_000],
  ["16 K", null],
  ["-3 B", null],
  ["", null],
])("parseBytes(%j) is %j", (text, bytes) => expect(parseBytes(text)).toBe(bytes));

test.each([
  [512, "512"],
  [1024, "1K"],
  [32_768, "32K"],
  [131_072, "128K"],
  [1_048_576, "1M"],
  [70_000, "70,000"],
])("%d tokens read as %s", (tokens, text) => expect(formatTokens(tokens)).toBe(text));

test.each([
  ["128K", 131_072],
  ["1M", 1_048_576],
  ["0.5k", 512],
  ["70_000", 70_000],
  ["0", null],
  ["1.5", null],
  ["1G", null],
])("parseTokens(%j) is %j", (text, tokens) => expect(parseTokens(text)).toBe(tokens));

test.each([
  [0, "0 ms"],
  [0.0123, "12.3 µs"],
  [0.9999, "1.00 ms"],
  [45.61, "45.6 ms"],
  [999.7, "1.00 s"],
  [1234, "1.23 s"],
  [59_990, "1 min"],
  [125_000, "2 min 5 s"],
  [11_220_000, "3 h 7 min"],
])("%d ms read as %s", (ms, text) => expect(formatMs(ms)).toBe(text));

test.each([
  ["250", 250],
  ["250ms", 250],
  ["30 s", 30_000],
  ["10m", 600_000],
  ["1h", 3_600_000],
  ["5 µs", 0.005],
  ["ten", null],
])("parseMs(%j) is %j", (text, ms) => expect(parseMs(text)).toBe(ms));

test.each([
  [0, "$0"],
  [0.0000004, "<$0.000001"],
  [0.0000123, "$0.0000123"],
  [0.00123, "$0.00123"],
  [0.42, "$0.42"],
  [0.0999, "$0.10"],
  [1234.5, "$1,234.50"],
  [-0.5, "-$0.50"],
])("%d USD read as %s", (usd, text) => expect(formatUsd(usd)).toBe(text));

test("amounts are read with and without the sign", () => {
  expect(["$0.50", "2", "0.5 usd", "2 EUR"].map(parseUsd)).toEqual([0.5, 2, 0.5, null]);
});

describe("a share", () => {
  test("never rounds up to all or down to nothing", () => {
    expect([0, 0.004, 0.5, 0.934, 0.9999, 1].map((share) => formatShare(share))).toEqual([
      "0%",
      "<1%",
      "50%",
      "93%",
      ">99%",
      "100%",
    ]);
    expect(formatShare(0.9341, 1)).toBe("93.4%");
  });

  test("prints its interval with one percent sign where it can", () => {
    expect(formatShareRange({ low: 0.8, high: 0.92 })).toBe("80–92%");
    expect(formatShareRange({ low: 0.99, high: 1 })).toBe("99–100%");
    expect(formatShareRange({ low: -0.03, high: 0.02 })).toBe("−3% to 2%");
  });
});

test("significant digits are within half a unit of the last digit and hold no exponent", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-12, max: 1e15, noNaN: true }), (value) => {
      const text = formatSignificant(value);
      expect(text).toMatch(/^[\d,]+(\.\d+)?$/);
      expect(Math.abs(Number(text.replaceAll(",", "")) - value) / value).toBeLessThan(0.00501);
    }),
  );
});
