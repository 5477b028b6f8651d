/**
 * What Assay's import makes of promptfoo's own examples:
 *
 *   node bench/promptfoo-examples.ts <folder of a checkout of promptfoo>/examples [--list] [--json <file>]
 *
 * Each config is imported as a job would import it. *whole*: nothing was left behind. *with notes*: there are samples, and a
 * list of what they do not carry. *nothing*: no sample, and a list that says why. *fails*: a mistake in the config.
 */
import { globSync, writeFileSync } from "node:fs";
import { basename, relative, resolve } from "node:path";
import { messageOf, UserError } from "../src/errors.ts";
import { importSamples, type Unsupported, UnsupportedList } from "../src/jobs/imports/index.ts";
import { SampleSpec } from "../src/jobs/sample.ts";

type End = "whole" | "with notes" | "nothing" | "fails" | "breaks";

interface Result {
  readonly config: string;
  readonly end: End;
  readonly samples: number;
  readonly unsupported: readonly Unsupported[];
  readonly message: string | null;
}

const [folder = ".", ...options] = process.argv.slice(2);
const paths = globSync("**/*promptfooconfig*.{yaml,yml,json,js,ts,mjs,cjs}", {
  cwd: folder,
  exclude: ["**/node_modules"],
});
const results: Result[] = [];
for (const path of paths.toSorted()) results.push(await imported(resolve(folder, path)));

const ends: readonly End[] = ["whole", "with notes", "nothing", "fails", "breaks"];
console.log("| end | configs | samples |\n| --- | ---: | ---: |");
for (const end of ends) {
  const of = results.filter((result) => result.end === end);
  console.log(`| ${end} | ${of.length} | ${of.reduce((sum, { samples }) => sum + samples, 0)} |`);
}

console.log("\n| not carried over | configs | times |\n| --- | ---: | ---: |");
const lost = Map.groupBy(
  results.flatMap(({ unsupported }) =>
    unsupported.map(({ what, count }) => ({ what: what.replace(/ \S*\(.*\)/, ""), count })),
  ),
  ({ what }) => what,
);
const rows = [...lost].map(
  ([what, times]) => [what, times.length, times.reduce((sum, { count }) => sum + count, 0)] as const,
);
for (const [what, configs, count] of rows.toSorted((a, b) => b[1] - a[1]).slice(0, 40))
  console.log(`| ${what} | ${configs} | ${count} |`);

for (const { config, message } of results.filter(({ end }) => end === "fails" || end === "breaks"))
  console.log(`\n${config}\n  ${message}`);
if (options.includes("--list"))
  for (const { config, end, samples, unsupported } of results)
    console.log(
      `\n${config}: ${end}, ${samples} samples\n${unsupported.map(({ what, count }) => `  ${what} (${count})`).join("\n")}`,
    );
const file = options[options.indexOf("--json") + 1];
if (options.includes("--json") && file !== undefined) writeFileSync(file, JSON.stringify(results, null, 1));

async function imported(path: string): Promise<Result> {
  const config = relative(folder, path);
  const list = new UnsupportedList();
  let samples = 0;
  try {
    const found = await importSamples({ from: "promptfoo", path: basename(path) }, resolve(path, ".."), list);
    for (const { sample } of found.samples(list)) {
      SampleSpec.parse(sample);
      samples += 1;
    }
  } catch (error) {
    const end = error instanceof UserError ? "fails" : "breaks";
    return { config, end, samples, unsupported: list.entries(), message: messageOf(error) };
  }
  const unsupported = list.entries();
  const end = samples === 0 ? "nothing" : unsupported.length === 0 ? "whole" : "with notes";
  return { config, end, samples, unsupported, message: null };
}
