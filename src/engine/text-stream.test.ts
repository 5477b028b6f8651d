import { expect, test } from "vitest";
import { createTextStream } from "./text-stream.ts";

/** One token a byte, as in the worst of vocabularies. */
const decodeBytes = (tokens: readonly number[]) => Buffer.from(tokens).toString("utf8");

function streamOf(bytes: readonly number[]): string[] {
  const stream = createTextStream(decodeBytes, []);
  return [...bytes.map((byte) => stream.push(byte)), stream.end()];
}

test("a character whose bytes come one by one is shown whole, with its last byte", () => {
  expect(streamOf([...Buffer.from("a😀é")])).toEqual(["a", "", "", "", "😀", "", "é", ""]);
});

test("a character that is cut off by the end is dropped", () => {
  expect(streamOf([...Buffer.from("a😀").subarray(0, 4)]).join("")).toBe("a");
});

test("bytes that are no text come out as replacement characters and do not hold back what follows", () => {
  expect(streamOf([0x80, 0x80, 0x80, 0x80, 0x80, 0x61]).join("")).toBe("\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDa");
});

test("a whole character behind invalid bytes is not torn", () => {
  expect(streamOf([0x80, ...Buffer.from("€"), 0xe2, ...Buffer.from("😀")]).join("")).toBe("\uFFFD€\uFFFD😀");
});

test("the decoder is told which tokens came before", () => {
  const seen: number[][] = [];
  const stream = createTextStream(
    (tokens, before) => {
      seen.push([...before]);
      return tokens.join();
    },
    [1, 2, 3, 4, 5],
  );
  stream.push(6);
  stream.push(7);
  expect(seen.at(0)).toEqual([2, 3, 4, 5]);
  expect(seen.at(-1)).toEqual([3, 4, 5, 6]);
});
