/** The pages say what the program does: columns, commands and exit codes are compared, and every link leads somewhere. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { exitCodes } from "../src/cli/command.ts";
import { commands } from "../src/cli/commands.ts";
import { columns } from "../src/report/index.ts";

const root = join(import.meta.dirname, "..");
const page = (path: string) => readFileSync(join(root, path), "utf8");
const rowsOf = (path: string) => [...page(path).matchAll(/^\| (.+) \|$/gm)].map(([, row]) => row!);

test("every column of the exports is described as the exports describe it", () => {
  const rows = rowsOf("docs/records.md");
  for (const { name, meaning } of columns) expect(rows).toContain(`\`${name}\` | ${meaning.replaceAll("|", "\\|")}`);
});

test("every command and every exit code has its row", () => {
  const rows = rowsOf("docs/command-line.md");
  for (const name of Object.keys(commands))
    expect(
      rows.some((row) => row.startsWith(`\`assay ${name}`)),
      name,
    ).toBe(true);
  for (const code of Object.keys(exitCodes))
    expect(
      rows.some((row) => row.startsWith(`${code} | `)),
      code,
    ).toBe(true);
});

test("links between pages lead to a file", () => {
  const pages = [
    "README.md",
    ...readdirSync(join(root, "docs")).flatMap((name) => (name.endsWith(".md") ? `docs/${name}` : [])),
  ];
  const links = pages.flatMap((from) =>
    [...page(from).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, to]) => ({ from, to: to! })),
  );
  const broken = links.filter(({ from, to }) => !/^https?:/.test(to) && !existsSync(join(root, dirname(from), to)));
  expect(broken).toEqual([]);
});
