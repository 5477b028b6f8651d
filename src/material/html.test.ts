import fc from "fast-check";
import { expect, test } from "vitest";
import { declaredEncoding, htmlContent } from "./html.ts";

test("scripts, styles and hidden parts are no text; how many scripts there were is said", () => {
  const { text, notes } = htmlContent(`<html><head><title>Shop</title><style>p { color: red }</style>
    <script>steal("<p>not text</p>")</script></head>
    <body onload="steal()"><p>Open <b>daily</b>.<script>more()</script></p><p hidden>secret</p>
    <template><p>later</p></template><noscript>turn on</noscript><img src="x.png" alt="a shoe"></body></html>`);
  expect(text).toBe("Shop\n\nOpen daily.");
  expect(notes).toEqual(["scripts are left out: 2", "hidden parts are left out: 1", "images are left out: 1"]);
});

test.each([
  ["10<sup>6</sup> and 10<sup>-3</sup> m<sup>2</sup>", "10^6 and 10^-3 m^2"],
  ["10 <sup>6</sup>", "10 ^6"],
  ["x<sup>n+1</sup>y", "x^(n+1)y"],
  ["x<sup><i>n</i></sup>", "x^n"],
  ["the 1<sup>st</sup> note<sup>[2]</sup>, price<sup>*</sup>", "the 1st note[2], price*"],
  ["<p>one</p><p><sup>1</sup> A note.</p>", "one\n\n1 A note."],
  ["H<sub>2</sub>O, x<sub>1</sub>, 10<sub>2</sub>, log<sub>2</sub>8", "H2O, x1, 10_2, log2 8"],
  ["10<sup>6<p>never closed</p>", "10^6\n\nnever closed"],
  [`a<sup>${"long ".repeat(20)}</sup>b`, `a${"long ".repeat(20)}b`],
])("what stands raised or lowered in %j is %j", (html, text) => {
  expect(htmlContent(html).text).toBe(text);
});

test("what is struck out or hidden is left out and counted, unless it has no text", () => {
  const { text, notes } = htmlContent(`<body style="visibility: hidden">
    <p>within <del>30</del><ins>14</ins> days, at 5<s> hours</s><ins>weeks</ins></p><strike>old</strike>
    <p><span style="color: red; text-decoration: line-through">40</span> 50 USD</p>
    <p style="display:none">secret</p><i aria-hidden="true"></i><i aria-hidden="true">*</i><i aria-hidden="false">shown</i>`);
  expect(text).toBe("within 14 days, at 5 weeks\n\n50 USD\n\nshown");
  expect(notes).toEqual(["struck-out parts are left out: 4", "hidden parts are left out: 2"]);
});

test("tables are read row by row, lists entry by entry, code as it is", () => {
  expect(
    htmlContent(`<table><tr><th>Item<th>USD<tr><td><p>Shoe</p><p>red</p><td>40<tr><td><td>5</table>
      <ol start=3><li>wash<li>dry<ul><li>warm</ul></ol><pre>if x:\n    y()</pre>`).text,
  ).toBe("Item | USD\nShoe red | 40\n | 5\n\n3. wash\n4. dry\n\n- warm\n\nif x:\n    y()");
});

test("headings are sections", () => {
  const { text, sections } = htmlContent(
    "<p>before</p><h1>Re<i>funds</i></h1><p>30 days</p><h2></h2><h3>Shoes</h3>none",
  );
  expect(sections.map(({ title, start, end }) => [title, text!.slice(start, end)])).toEqual([
    ["Refunds", "Refunds\n\n30 days\n\n"],
    ["Shoes", "Shoes\n\nnone"],
  ]);
});

test("a page without text has unknown text", () => {
  expect(htmlContent("<script>render()</script>")).toMatchObject({
    text: null,
    notes: ["there is no text", "scripts are left out: 1"],
  });
});

test("elements that nest deep or are never closed are read like any others", () => {
  expect(htmlContent(`${"<div>".repeat(5_000)}deep`).text).toBe("deep");
  expect(htmlContent(`${"<li><b".repeat(5_000)}>deep`).text).toMatch(/^- /);
});

const words = fc.stringMatching(/^[a-z]{1,6}$/);
const { page } = fc.letrec<{ page: string; element: string }>((tie) => ({
  page: fc
    .array(fc.oneof({ depthSize: "small" }, words, tie("element")), { maxLength: 5 })
    .map((parts) => parts.join(" ")),
  element: fc
    .tuple(
      fc.constantFrom("p", "div", "b", "h2", "section", "blockquote", "td", "pre", "custom-part", "sup", "sub"),
      tie("page"),
    )
    .map(([name, inside]) => `<${name}>${inside}</${name}>`),
}));

test("no word of a page is lost, added or moved", () => {
  fc.assert(
    fc.property(page, (html) => {
      const seen = html.replace(/<[^>]*>/g, " ").match(/[a-z]+/g);
      expect(htmlContent(html).text?.match(/[a-z]+/g) ?? null).toEqual(seen);
    }),
  );
});

test("an encoding is declared where browsers look for it", () => {
  const of = (html: string) => declaredEncoding(Buffer.from(html));
  expect(of('<meta charset="Windows-1252">')).toBe("windows-1252");
  expect(of('<meta http-equiv="Content-Type" content="text/html; charset=gbk">')).toBe("gbk");
  expect(of("<p>charset=gbk</p>")).toBeNull();
});
