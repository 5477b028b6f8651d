/**
 * A judge beside itself and beside people, by the real process: a fake vendor answers and judges, with the ratings of
 * Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", so that α is the one that he published.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli, temporaryFolder } from "./cli-process.ts";
import * as fake from "./fake-vendors/index.ts";
import { assayInProcess } from "./in-process.ts";

const { path: folder, remove } = temporaryFolder();

// Part A: two observers, ten units, two values, α 0.095. Here they are two judgements of each answer.
const judgements = ["0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0"].map((line) => line.split(" ").map(Number));
// Part C: four observers, twelve units, five values, α 0.849 of amounts. Here they are four people.
const people = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."];

const job = (name: string, count: number, judge: object) => ({
  job: name,
  input: "{{question}}",
  samples: Array.from({ length: count }, (_, unit) => ({
    id: `unit ${unit}`,
    vars: { question: `=Say something of ${name} number ${unit}` },
    target: `word ${unit}`,
  })),
  scorers: [{ type: "judge", model: "deepseek/deepseek-v4-pro", rubric: "Is it right?", ...judge }],
});

const asked = new Map<string, number>();
function answer(prompt: string): string {
  const unit = Number(/number (\d+)/.exec(prompt)![1]);
  if (!prompt.includes("Judge by the rubric")) return `-word ${unit}`;
  if (prompt.includes("of once number"))
    return JSON.stringify({ reason: "so", label: unit % 3 === 0 ? "wrong" : "right" });
  const repeat = asked.get(prompt) ?? 0;
  asked.set(prompt, repeat + 1);
  return JSON.stringify({ reason: "so", score: judgements[repeat]![unit] });
}

let server: Awaited<ReturnType<typeof fake.deepSeek.start>>;
const env = () => ({ DEEPSEEK_API_KEY: "k", DEEPSEEK_BASE_URL: server.baseUrl });
const runs = { once: "", twice: "" };
const assay = (...args: readonly string[]) => assayInProcess(args, { cwd: folder, width: 100 });

beforeAll(async () => {
  server = await fake.deepSeek.start({ answer });
  const files = {
    twice: job("twice", 10, { repeats: 2 }),
    once: job("once", 12, { labels: { right: 1, partly: 0.5, wrong: 0 } }),
  };
  for (const name of ["twice", "once"] as const) {
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(files[name]));
    const { code, stdout, stderr } = await runCli(
      ["run", `${name}.json`, "--model", "deepseek/deepseek-v4-pro", "--max-cost", "1", "--json"],
      { cwd: folder, env: env() },
    );
    expect(code, stderr).toBe(0);
    runs[name] = JSON.parse(stdout).run.id;
  }
});
afterAll(async () => {
  await server.close();
  remove();
});

const trialId = (unit: number) => `deepseek/deepseek-v4-pro | arm=whole | unit ${unit}`;
function labels(name: string, ...lines: readonly string[]): string {
  writeFileSync(join(folder, name), ["trial,value,rater", ...lines].join("\n"));
  return name;
}

test("repeated judgements have the published α, with an interval, answers and values", async () => {
  const { code, stdout } = await runCli(["agreement", runs.twice, "--json"], { cwd: folder });
  expect(code).toBe(0);
  const { level, judges } = JSON.parse(stdout);
  expect(level).toBe("interval");
  expect(judges).toMatchObject([{ scorer: "judge", answers: 10, judgements: 20, withPeople: null }]);
  const { alpha, units, ratings, interval } = judges[0].withItself;
  expect(alpha).toBeCloseTo(0.095, 3);
  expect([units, ratings]).toEqual([10, 20]);
  expect(interval.low).toBeLessThan(alpha);
  expect(interval.high).toBeGreaterThan(alpha);
  const { printed } = await assay("agreement", runs.twice);
  expect(printed).toMatch(/^judge with itself {2}0\.10 {2}−0\.\d\d to \d\.\d\d {2}10 {7}20$/m);
});

test("the report of a repeated judge says so in its page, in the terminal and as JSON; that of another does not", async () => {
  const sentence =
    /The judge of “judge” agrees with itself to α 0\.10 \(95% interval −0\.\d\d to \d\.\d\d, 20 judgements of 10 answers/;
  expect((await assay("show", runs.twice)).printed.replaceAll(/\n +/g, " ")).toMatch(sentence);
  await assay("report", runs.twice, "-o", "page.html");
  expect(readFileSync(join(folder, "page.html"), "utf8").replaceAll("\u2060", "").replaceAll("\u00a0", " ")).toMatch(
    sentence,
  );
  expect(JSON.parse((await assay("show", runs.twice, "--json")).printed).judges).toMatchObject([
    { score: "judge", answers: 10, judgements: 20, agreement: { units: 10 } },
  ]);
  expect((await assay("show", runs.once)).printed).not.toMatch(/α/);
  expect(JSON.parse((await assay("show", runs.once, "--json")).printed).judges).toEqual([]);
});

test("a judge that was asked once is said to be", async () => {
  const { printed } = await assay("agreement", runs.once);
  expect(printed).toMatch(/^judge with itself {2}— /m);
  expect(printed).toMatch(/judged once.*`repeats`\s+above 1/s);
});

test("people have the published α with each other, and beside the judge the answers furthest apart are shown", async () => {
  const file = labels(
    "people.csv",
    ...people.flatMap((values, rater) =>
      [...values].flatMap((value, unit) =>
        value === "." ? [] : `${trialId(unit)},${(Number(value) - 1) / 4},person ${rater}`,
      ),
    ),
  );
  const { withPeople } = JSON.parse((await assay("agreement", runs.once, "--labels", file, "--json")).printed)
    .judges[0];
  expect(withPeople.amongPeople.alpha).toBeCloseTo(0.849, 3);
  expect(withPeople).toMatchObject({ answers: 12, people: ["person 0", "person 1", "person 2", "person 3"] });
  expect(withPeople.agreement.units).toBe(12);
  expect(withPeople.disagreements.slice(0, 2)).toEqual([
    { trialId: trialId(9), judge: 0, people: 1, answer: "-word 9" },
    { trialId: trialId(10), judge: 1, people: 0, answer: "-word 10" },
  ]);
  expect(withPeople.disagreements).toHaveLength(5);
  const { printed } = await assay("agreement", runs.once, "--labels", file);
  expect(printed).toMatch(/^people with each other {2}0\.85 /m);
  expect(printed).toMatch(/^0\.00 +1\.00 +deepseek\/deepseek-v4-pro \| arm=whole \| unit 9 +-word 9$/m);
});

test("labels are read by name, and the same values are counted", async () => {
  const lines = Array.from({ length: 12 }, (_, unit) => `${trialId(unit)},${unit % 3 === 0 ? "Wrong" : "right"},`);
  const all = labels("same.csv", ...lines);
  expect(
    JSON.parse((await assay("agreement", "latest", "--labels", all, "--json")).printed).judges[0].withPeople,
  ).toMatchObject({
    agreement: { alpha: 1, interval: null },
    same: { share: 1, n: 12 },
    disagreements: [],
    people: ["person"],
  });
  const half = labels("half.csv", ...lines.slice(0, 3), `${trialId(4)},partly,`, `${trialId(5)},,`);
  const { printed, noted } = await assay("agreement", "latest", "--labels", half);
  expect(printed).toMatch(
    /75% of pairs of a judgement and a person's value are the same value \(95% interval \d+–\d+%, mean over\s+4\s+answers,\s+1 person\)/,
  );
  expect(printed).toContain("judge with people: too few documents for an interval");
  expect(noted).toBe("1 row without a value: left out");
});

test("a template hides the candidate, guards against formulas, and is read back", async () => {
  const { code, printed } = await assay("agreement", runs.once, "--template", "template.csv", "--sample", "5");
  expect(code, printed).toBe(0);
  expect(printed).toContain("5 answers of 12, without their candidates");
  const text = readFileSync(join(folder, "template.csv"), "utf8");
  expect(text).not.toMatch(/deepseek|unit \d/);
  const rows: Record<string, string>[] = parse(text, { bom: true, columns: true });
  expect(rows).toHaveLength(5);
  for (const row of rows) {
    const [, unit] = /number (\d+)$/.exec(row.question!)!;
    expect(row).toMatchObject({
      scorer: "judge",
      question: `'=Say something of once number ${unit}`,
      reference: `word ${unit}`,
      answer: `'-word ${unit}`,
      values: "right, partly, wrong",
      value: "",
    });
    expect(row.trial).toMatch(/^t[0-9a-f]{16}$/);
  }
  const filled = rows.map(({ trial, scorer, answer }) => `${trial},${scorer},"${answer}\nand more",wrong`);
  writeFileSync(join(folder, "filled.csv"), ["trial,scorer,answer,value", ...filled].join("\r\n"));
  const { judges } = JSON.parse((await assay("agreement", runs.once, "--labels", "filled.csv", "--json")).printed);
  expect(judges[0].withPeople).toMatchObject({ answers: 5, same: { n: 5 } });
});

test("the draw of a template follows its seed, and a file that is there is left alone", async () => {
  const drawn = async (file: string, seed: string) => {
    expect((await assay("agreement", runs.once, "--template", file, "--sample", "6", "--seed", seed)).code).toBe(0);
    return readFileSync(join(folder, file), "utf8");
  };
  expect(await drawn("a.csv", "1")).toBe(await drawn("b.csv", "1"));
  expect(await drawn("c.csv", "2")).not.toBe(await drawn("d.csv", "3"));
  const { code, noted } = await assay("agreement", runs.once, "--template", "a.csv");
  expect([code, noted]).toEqual([1, expect.stringContaining("a.csv is there already")]);
});

test.each([
  ["a trial of no run", [`${trialId(99)},1,`], /line 2: run .* has no trial "deepseek.*unit 99"/],
  [
    "a value outside",
    [`${trialId(0)},1,`, `${trialId(1)},1.5,`],
    /line 3: the value is "1.5"\nexpected: right, partly, wrong or a number from 0 to 1/,
  ],
  ["a label that is none", [`${trialId(0)},fine,`], /line 2: the value is "fine"/],
  [
    "a person's second value",
    [`${trialId(0)},1,ann`, `${trialId(0)},1,bob`, `${trialId(0)},0,ann`],
    /line 4: ann rates .* a second time, after line 2/,
  ],
  ["no value at all", [`${trialId(0)},,`], /no row of wrong\.csv has a value/],
])("%s is a mistake", async (_name, lines, mistake) => {
  const { code, noted } = await assay("agreement", runs.once, "--labels", labels("wrong.csv", ...lines));
  expect(code).toBe(1);
  expect(noted).toMatch(mistake);
});

test("a scorer that is none, other separators, a file that is not there, two files, and a run without a judge are mistakes", async () => {
  const withText = (text: string) => {
    writeFileSync(join(folder, "wrong.csv"), text);
    return ["agreement", runs.once, "--labels", "wrong.csv"];
  };
  const mistake = async (args: readonly string[]) => {
    const { code, noted } = await assay(...args);
    expect(code).toBe(1);
    return noted;
  };
  expect(await mistake(withText(`trial,scorer,value\n${trialId(0)},other,1`))).toMatch(
    /line 2: no judge gives a score "other"/,
  );
  expect(await mistake(withText(`trial;value\n${trialId(0)};1`))).toMatch(/has no column `trial`, but `trial;value`/);
  expect(await mistake(["agreement", runs.once, "--labels", "none.csv"])).toMatch(/there is no file .*none\.csv/);
  expect(await mistake(["agreement", runs.once, "--labels", "a.csv", "--template", "z.csv"])).toMatch(
    /both --template and --labels/,
  );
  expect(existsSync(join(folder, "z.csv"))).toBe(false);
  expect((await assay("agreement", runs.once, "--labels", "labels.xlsx")).code).toBe(2);
  writeFileSync(join(folder, "exact.json"), JSON.stringify({ ...job("exact", 1, {}), scorers: ["exact"] }));
  const run = ["run", "exact.json", "--model", "deepseek/deepseek-v4-pro"];
  expect((await assayInProcess(run, { cwd: folder, env: env() })).code).toBe(0);
  expect(await mistake(["agreement", "1970-01-01-exact"])).toMatch(/no judge scored an answer in run .*exact/);
});
