import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeText } from "./decode.ts";

const mark = { utf8: [0xef, 0xbb, 0xbf], utf16le: [0xff, 0xfe], utf16be: [0xfe, 0xff] };

test("every text comes back from UTF-8, with and without a mark, and from UTF-16 with one", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (given) => {
      const text = given.replace(/[\0\r\ufeff]/g, "");
      const utf16 = Buffer.from(text, "utf16le");
      expect(decodeText("a", Buffer.from(text))).toBe(text);
      expect(decodeText("a", Buffer.from([...mark.utf8, ...Buffer.from(text)]))).toBe(text);
      expect(decodeText("a", Buffer.from([...mark.utf16le, ...utf16]))).toBe(text);
      expect(decodeText("a", Buffer.from([...mark.utf16be, ...Buffer.from(utf16).swap16()]))).toBe(text);
    }),
  );
});

test("a declared encoding is used, a mark wins over it, an unknown one is refused", () => {
  const cafe = Buffer.from([0x63, 0x61, 0x66, 0xe9]);
  expect(decodeText("page.html", cafe, "windows-1252")).toBe("café");
  expect(decodeText("page.html", Buffer.from([...mark.utf8, ...Buffer.from("café")]), "windows-1252")).toBe("café");
  expect(() => decodeText("page.html", cafe, "klingon")).toThrow('page.html says that its encoding is "klingon"');
});

test("UTF-16 without a mark is refused, not read as letters with holes", () => {
  expect(() => decodeText("a.txt", Buffer.from("plain", "utf16le"))).toThrow("zero character at place 2");
});

test("lines end in one character, however they ended", () => {
  expect(decodeText("a", Buffer.from("a\r\nb\rc\nd"))).toBe("a\nb\nc\nd");
});
