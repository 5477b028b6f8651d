import { expect, test } from "vitest";
import { tablesPage } from "./tables-document.ts";

test("what is to be typed is code on a page, and stays text", () => {
  const page = tablesPage({ title: "t", lede: "l", tables: [], remarks: ["Read some with `assay show <run>`."] });
  expect(page).toContain("<p>Read some with <code>assay show &lt;run&gt;</code>.</p>");
});
