import { expect, test } from "vitest";
import { withoutUnseen } from "./unseen-runs.ts";

const run = (text: string, settings = "") => `<w:r><w:rPr>${settings}</w:rPr><w:t>${text}</w:t></w:r>`;

test("a run that is hidden or struck through twice is cut out, with the runs inside it", () => {
  const inner = `<w:r><w:rPr><w:vanish/></w:rPr><w:pict><w:p>${run("a", "<w:dstrike/>")}${run("b")}</w:p></w:pict></w:r>`;
  const xml = `<w:p>${run("one")}${inner}${run("two", '<w:b/><w:vanish w:val="true"/>')}${run("three")}</w:p>`;
  expect(withoutUnseen(xml)).toEqual({
    xml: `<w:p>${run("one")}${run("three")}</w:p>`,
    removed: ["struck-out parts", "hidden parts", "hidden parts"],
  });
});

test("a setting that is off, or a paragraph's mark, hides nothing", () => {
  const mark = "<w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr>";
  const xml = `<w:p>${mark}${run("one", '<w:vanish w:val="0"/>')}${run("two", '<w:dstrike w:val="false"/>')}</w:p>`;
  expect(withoutUnseen(xml)).toEqual({ xml, removed: [] });
});
