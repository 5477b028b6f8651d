import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  columns,
  exportCsv,
  exportJsonl,
  exportParquet,
  htmlReport,
  reportOf,
  summarize,
  terminalSummary,
} from "../src/report/index.ts";
import { hostileText, syntheticRecords, syntheticRun, syntheticRunInfo } from "./synthetic-run.ts";

const chromiumPath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";

describe("the summary", () => {
  test("counts failures and skips apart from answers", async () => {
    const { run, records } = syntheticRun();
    const summary = await summarize(run, records);
    expect([summary.scored, summary.failed, summary.skipped]).toEqual([560, 4, 12]);
    const vendor = summary.candidates[0]!;
    expect(vendor.total.quality!.n).toBe(116);
    expect(vendor.total.kvCacheBytes).toEqual({ n: 0, median: null, interval: null, p95: null });
    expect(vendor.total.costUsd.unknown).toBeGreaterThan(0);
    expect(vendor.cells.map(({ label }) => label)).toEqual(["256", "512", "1K", "2K"]);
    expect(vendor.cells[0]!.depths.map(({ depth }) => depth)).toEqual([0, 0.25, 0.5, 0.75, 1]);
  });

  test("is the mean of the scores, by brute force", async () => {
    const { run, records } = syntheticRun({ needles: [1, 2] });
    const summary = await summarize(run, records);
    for (const { candidate, cells } of summary.candidates)
      for (const { cell, quality, scores } of cells) {
        const mine = records
          .map(({ trial }) => trial)
          .filter((trial) => trial.candidate === candidate.id && trial.outcome === "scored")
          .filter((trial) => trial.cell.contextTokens === cell.contextTokens && trial.cell.needles === cell.needles);
        const meanOf = (answerable: boolean) => {
          const of = mine.filter((trial) => trial.answerable === answerable);
          return of.reduce((sum, trial) => sum + trial.scores!.grounded!.value, 0) / of.length;
        };
        expect(quality!.share).toBeCloseTo(meanOf(true), 12);
        expect(scores.abstained!.share).toBeCloseTo(meanOf(false), 12);
      }
  });

  test("counts failures by what they say, numbers apart", async () => {
    const { run, records } = syntheticRun();
    const [{ trial }] = records as [(typeof records)[number]];
    const failing = (message: string) => ({
      trial: {
        ...trial,
        outcome: "failed" as const,
        scores: null,
        failure: { class: "server-error", message } as const,
      },
    });
    const overloaded = [1, 2, 3].map((at) => failing(`request req-${at}0ab is refused: overloaded`));
    const { failures, ...summary } = await summarize(run, [failing("no such model"), ...overloaded]);
    expect(failures.map(({ count, message }) => [count, message])).toEqual([
      [3, "request req-10ab is refused: overloaded"],
      [1, "no such model"],
    ]);
    const text = terminalSummary({ ...summary, failures }, { colour: false, width: 100 });
    expect(text).toContain("3 × server-error, deepseek/deepseek-v4-flash: request req-10ab is refused: overloaded");
    const page = await htmlReport(
      run,
      [failing("no such model"), ...overloaded].map((one) => ({ ...one, calls: [] })),
    );
    expect(page).toMatch(/<td>3<span class="sub">failed<\/span><\/td><td class="words">server-error<span/);
  });

  test("of a replay whose only session was skipped says that nothing was replayed, and why", async () => {
    const { run, records } = syntheticRun();
    const message = "prompt and answer need 900 tokens, the model's context holds 512";
    const skipped = {
      trial: {
        ...{ ...records[0]!.trial, outcome: "skipped" as const, scores: null, usage: null, timings: null },
        ...{ cell: { trace: "t.jsonl" }, failure: { class: "context-exceeded" as const, message }, turns: 0 },
      },
      calls: [],
    };
    const replay = { ...run, options: { scenario: "replay" }, candidates: run.candidates.slice(0, 1) };
    const { summary } = await reportOf(replay, [skipped]);
    const text = terminalSummary(summary, { colour: false, width: 120 }).replaceAll(/\s+/g, " ");
    expect(text).toContain(`Nothing was replayed: the only session was skipped, since ${message}. It takes a model`);
    expect(text).not.toMatch(/Quality|Turn by turn/);
  });

  test("takes repeats of a sample as one: no more samples, and no narrower interval", async () => {
    const { run, records } = syntheticRun();
    const repeated = records.flatMap((record) => [
      record,
      { ...record, trial: { ...record.trial, id: `${record.trial.id} again` } },
    ]);
    const [once, twice] = [await summarize(run, records), await summarize(run, repeated)];
    expect(twice.candidates[0]!.total.quality!.n).toBe(once.candidates[0]!.total.quality!.n);
    expect(twice.candidates[0]!.total.quality!.interval).toEqual(once.candidates[0]!.total.quality!.interval);
  });
});

describe("the terminal summary", () => {
  test.each([80, 100, 120])("fits %d columns and shows shares with interval and n", async (width) => {
    const { run, records } = syntheticRun();
    const text = terminalSummary(await summarize(run, records), {
      colour: false,
      width,
      reportPath: "runs/one/report.html",
    });
    for (const line of text.split("\n")) expect([...line].length).toBeLessThanOrEqual(width);
    expect(text).toContain("96% [90–98] 116");
    expect(text).toContain("calibration specimen: untrained");
    expect(text).toContain("4 × rate-limit");
    expect(text).toMatch(/TTFT: request\s+sent\s+to\s+first\s+byte/);
    expect(text.trimEnd().split("\n").at(-1)).toBe("Report: runs/one/report.html");
    expect(text).not.toContain("\u001b");
  });

  test("colours without moving a column, and shows no escape sequence from outside", async () => {
    const { run, records } = syntheticRun();
    const evil = { ...run, candidates: run.candidates.map((one) => ({ ...one, notice: "\u001b[2J\u202ered" })) };
    const options = { width: 100, reportPath: null };
    const summary = await summarize(evil, records);
    const coloured = terminalSummary(summary, { ...options, colour: true });
    expect(coloured).toContain("\u001b[1m");
    expect(coloured).not.toContain("\u001b[2J");
    expect(coloured.replaceAll(/\u001b\[\d+m/g, "")).toBe(terminalSummary(summary, { ...options, colour: false }));
  });

  test("of a run without a trial says so", async () => {
    const text = terminalSummary(await summarize(syntheticRunInfo(10), []), { colour: false, width: 80 });
    expect(text).toContain("No trial was scored");
  });
});

describe("the exports", () => {
  test("hold a row a trial, and nothing where nothing is known", async () => {
    const { records } = syntheticRun();
    const lines = await Array.fromAsync(exportJsonl(records));
    expect(lines).toHaveLength(records.length);
    const failed = lines.map((line) => JSON.parse(line)).find(({ outcome }) => outcome === "failed");
    expect([failed.grounded, failed.costUsd, failed.ttftMs]).toEqual([null, null, null]);
    const csv = (await Array.fromAsync(exportCsv(records))).join("");
    expect(csv.slice(0, csv.indexOf("\r\n"))).toBe(columns.map(({ name }) => name).join(","));
    expect(csv).toContain(`"${hostileText.replaceAll('"', '""')}"`);
  });

  test("are read back from Parquet by another program's reader", async () => {
    const { parquetReadObjects } = await import("hyparquet");
    const { records } = syntheticRun();
    const file = await exportParquet(records);
    const rows = await parquetReadObjects({ file: file.buffer as ArrayBuffer });
    const lines = await Array.fromAsync(exportJsonl(records), (line) => JSON.parse(line));
    expect(rows).toEqual(lines);
  });
});

describe("the page", () => {
  test("holds no markup that a model or a server wrote", async () => {
    const { run, records } = syntheticRun();
    const hostile = {
      ...run,
      id: hostileText,
      candidates: run.candidates.map((one) => ({ ...one, notice: hostileText })),
    };
    const page = await htmlReport(hostile, records);
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page).not.toContain("<img");
    expect(page).not.toContain("<svg/onload");
    expect(page).not.toMatch(/ style="/);
    expect(page).not.toMatch(/(src|href)="(?!#)/);
  });

  test("says what the run paid with its parts, who judged, and every price, as do the screen and the JSON", async () => {
    const { run, records } = syntheticRun();
    const [vendor, ...others] = run.candidates;
    const judged = {
      ...run,
      candidates: [{ ...vendor!, price: { ...vendor!.price!, cacheWriteUsdPerMtok: 0.35 } }, ...others],
      judge: { model: "v/judge", price: { ...vendor!.price!, uncachedInputUsdPerMtok: 7 } },
    };
    const answered = records.filter(({ trial }) => trial.candidate === vendor!.id && trial.costUsd !== null);
    const withJudge = answered.map(({ trial, calls }) => ({
      trial: { ...trial, judgeCostUsd: 0.5 },
      calls: [...calls, { ...calls[0]!, purpose: "judge" as const, costUsd: 0.5 }],
    }));
    const { summary, html } = await reportOf(judged, withJudge);
    const judgeUsd = 0.5 * withJudge.length;
    expect(summary.spent.judgeUsd.sum).toBeCloseTo(judgeUsd, 9);
    expect(summary.spent.knownUsd).toBeCloseTo(judgeUsd + summary.total.costUsd.sum!, 9);
    expect(html).toMatch(/<dt>Cost<\/dt><dd>\$\S+: answers \$\S+, judge \$/);
    expect(html).toContain("The judge is v/judge, $7.00 in");
    expect(html).toContain("$0.35 written to the cache");
    const text = terminalSummary(summary, { colour: false, width: 100 });
    expect(text).toMatch(/The run paid \$\S+: answers \$\S+, judge \$/);
    expect(text).toContain("The judge is v/judge, $7.00 in");
  });

  test("stays small when prompts share their documents", async () => {
    const { run, records } = syntheticRun({ contexts: [2048], documents: 40 });
    const prompts = records.reduce((sum, { calls }) => sum + (calls[0]?.requestBody.length ?? 0), 0);
    const page = await htmlReport(run, records);
    expect(page.length).toBeLessThan(prompts / 3);
  });

  test("of a long run carries some of everything, then failures and wrong answers, and says so", async () => {
    const options = { documents: 100 };
    const page = await htmlReport(syntheticRunInfo(9600, options), syntheticRecords(options), { maxTrials: 300 });
    const { trials } = JSON.parse(/id="trial-data">(.*?)<\/script>/s.exec(page)![1]!);
    expect(trials).toHaveLength(300);
    expect(new Set(trials.map(({ verdict }: { verdict: string }) => verdict))).toEqual(
      new Set(["right", "wrong", "failed", "skipped"]),
    );
    expect(page).toContain("This page carries 300 of 9,600 trials");
  });
});

describe.skipIf(!existsSync(chromiumPath))("the page in a browser", () => {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), "report-"));
  const address = pathToFileURL(join(folder, "report.html")).href;

  beforeAll(async () => {
    const { run, records } = syntheticRun({ needles: [1, 2] });
    writeFileSync(join(folder, "report.html"), await htmlReport(run, records));
    browser = await chromium.launch({
      executablePath: chromiumPath,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(width: number, colorScheme: "light" | "dark" = "light") {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(address);
    return { page, complaints, requests };
  }

  test.each([
    [1280, "light"],
    [1280, "dark"],
    [390, "light"],
    [390, "dark"],
  ] as const)("at %d pixels in %s it is quiet, asks for nothing and does not overflow", async (width, scheme) => {
    const { page, complaints, requests } = await open(width, scheme);
    for (const details of await page.locator("details").all()) await details.locator("summary").click();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    expect(
      await page
        .locator(width < 700 ? ".narrow svg" : ".wide svg")
        .first()
        .isVisible(),
    ).toBe(true);
    expect(complaints).toEqual([]);
    expect(requests).toEqual([address]);
    await page.close();
  });

  test("a table that goes on to the right has a shade there", async () => {
    const { page } = await open(390);
    const table = 'document.querySelector("#summary .scroll")';
    expect(await page.evaluate(`${table}.scrollWidth > ${table}.clientWidth`)).toBe(true);
    expect(await page.evaluate(`getComputedStyle(${table}).backgroundAttachment`)).toBe("local, local, scroll, scroll");
    await page.close();
  });

  test("trials are found by filter, opened by click, and hostile answers stay text", async () => {
    const { page, complaints } = await open(1280);
    await page.getByLabel("Candidate", { exact: true }).selectOption("engine/calibration-hybrid");
    await page.getByLabel("Outcome").selectOption("wrong");
    await page.locator(".row").first().click();
    const detail = page.locator(".detail:visible");
    expect(await detail.textContent()).toContain("<svg/onload=alert(1)>");
    expect(await detail.textContent()).toContain("Answer from the lines below.");
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.evaluate("window.pwned")).toBeUndefined();
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("trials are opened and paged from the keyboard", async () => {
    const { page } = await open(390);
    const row = page.locator(".row").first();
    await row.focus();
    await page.keyboard.press("Enter");
    expect(await row.getAttribute("aria-expanded")).toBe("true");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.tagName")).toBe("PRE");
    await page.getByRole("button", { name: "Next" }).focus();
    await page.keyboard.press("Enter");
    expect(await page.getByRole("status").textContent()).toContain("Trials 26–50");
    await page.close();
  });

  test("a cell of a chart leads to its trials", async () => {
    const { page, complaints } = await open(1280);
    await page.locator('.wide a[href$="&depth=0.5"]').first().click();
    // The list follows the address, and the browser announces the change of address after the click.
    await page.getByText("Trials 1–6 of 6", { exact: true }).waitFor({ timeout: 10_000 });
    expect(await page.getByRole("status").textContent()).toBe("Trials 1–6 of 6");
    expect(await page.getByLabel("Needle depth").inputValue()).toBe("0.5");
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("on paper it is light, no chart is cut, every cell is there, and nothing waits for a click", async () => {
    const { page } = await open(688, "dark"); // A4 less its margins
    await page.emulateMedia({ media: "print" });
    expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe("rgb(255, 255, 255)");
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(688);
    for (const chart of await page.locator("figure .chart:visible").all()) {
      const { x, width } = (await chart.boundingBox())!;
      expect(x + width).toBeLessThanOrEqual(689);
    }
    expect(await page.locator("button:visible, select:visible").count()).toBe(0);
    expect(await page.locator("details tbody tr:visible").count()).toBe(4 * 8);
    expect(await page.getByText("assay export 2026-11-23-grounding-7f3a").isVisible()).toBe(true);
    await page.close();
  });

  test("without JavaScript everything but the list of trials is there", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    await page.goto(address);
    expect(await page.getByText("The list of trials needs JavaScript").isVisible()).toBe(true);
    expect(await page.locator(".wide svg").first().isVisible()).toBe(true);
    await context.close();
  });
});
