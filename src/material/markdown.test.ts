import { expect, test } from "vitest";
import { markdownContent } from "./markdown.ts";

const titles = (text: string) => markdownContent(text).sections.map(({ title }) => title);

// Examples of CommonMark 0.31.2, by their numbers: https://spec.commonmark.org/0.31.2/
test.each([
  [62, "# foo\n## foo\n### foo\n#### foo\n##### foo\n###### foo", ["foo", "foo", "foo", "foo", "foo", "foo"]],
  [63, "####### foo", []],
  [64, "#5 bolt\n\n#hashtag", []],
  [67, "#                  foo                     ", ["foo"]],
  [69, "    # foo", []],
  [71, "## foo ##\n  ###   bar    ###", ["foo", "bar"]],
  [73, "### foo ###     ", ["foo"]],
  [74, "### foo ### b", ["foo ### b"]],
  [75, "# foo#", ["foo#"]],
  [80, "Foo *bar*\n=========\n\nFoo *bar*\n---------", ["Foo *bar*", "Foo *bar*"]],
  [83, "Foo\n-------------------------\n\nFoo\n=", ["Foo", "Foo"]],
  [119, "```\n# no\n```", []],
  [122, "```\naaa\n~~~\n# no\n```\n# yes", ["yes"]],
  [124, "````\naaa\n```\n# no\n``````\n# yes", ["yes"]],
])("headings are those of CommonMark's example %i", (_number, text, expected) => {
  expect(titles(text)).toEqual(expected);
});

test("sections cover the text from the first heading to the end, and the text is as it was written", () => {
  const text = "preface\n\n# One\nfirst\n\n## Two\nsecond\n";
  const content = markdownContent(text);
  expect(content.text).toBe(text);
  expect(content.sections.map(({ start, end }) => text.slice(start, end))).toEqual([
    "# One\nfirst\n\n",
    "## Two\nsecond\n",
  ]);
});

test("the fence around front matter is no heading", () => {
  expect(titles("---\ntitle: Refunds\n---\n# Refunds")).toEqual(["Refunds"]);
});
