import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

/** Packages that a program loads which does nothing but import a module. */
function packagesOf(module: string): string[] {
  const program = `
    import { registerHooks } from "node:module";
    const packages = new Set();
    registerHooks({ load(url, context, next) {
      packages.add(/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1]);
      return next(url, context);
    } });
    await import(${JSON.stringify(new URL(module, import.meta.url).href)});
    console.log([...packages].filter(Boolean).join());`;
  const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" });
  return printed.trim().split(",");
}

test("nothing that reads PDF, Word, HTML, CSV or images is loaded before there is such a file", () => {
  const readers = ["@hyzyla/pdfium", "csv-parse", "fflate", "htmlparser2", "image-size", "mammoth"];
  expect(packagesOf("./pdf.ts")).toContain("@hyzyla/pdfium");
  for (const module of ["./index.ts", "../jobs/index.ts"])
    expect(packagesOf(module).filter((name) => readers.includes(name))).toEqual([]);
});
