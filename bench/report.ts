/** The page of a long run: how long it takes to make, how large it is, how soon it opens in a browser and turns its pages. */

import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { formatBytes, formatMs } from "../src/units/index.ts";
import { median, type Outcome } from "./outcome.ts";
import { pathOf, runNode, temporaryFolder } from "./programs.ts";

const documents = [167, 1_667, 16_667];
const questions = 6;
const mostOpeningMs = 2_000;
const browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export async function report(rounds: number): Promise<Outcome> {
  const executablePath = browsers.find(existsSync);
  if (executablePath === undefined) throw new Error(`no browser: none of ${browsers.join(", ")} is there`);
  using folder = temporaryFolder();
  const measured = [];
  for (const count of documents) {
    const file = join(folder.path, `${count}.html`);
    const made = await runNode([pathOf("./make-report.ts"), String(count), file]);
    const opened = await Array.fromAsync(Array.from({ length: rounds }), () => openedMs(executablePath, file));
    measured.push({
      samples: count * questions,
      makingMs: made.wallMs,
      peakRssBytes: made.peakRssBytes,
      pageBytes: statSync(file).size,
      openingMs: median(opened.map(({ openingMs }) => openingMs)),
      turningMs: median(opened.map(({ turningMs }) => turningMs)),
    });
  }
  const slowest = Math.max(...measured.map(({ openingMs }) => openingMs));
  return {
    title: "The page of a run with two candidates",
    table: [
      ["samples", "made in", "peak RSS", "page", "opens in", "next page of trials in"],
      ...measured.map(({ samples, makingMs, peakRssBytes, pageBytes, openingMs, turningMs }) => [
        String(samples),
        formatMs(makingMs),
        formatBytes(peakRssBytes),
        formatBytes(pageBytes),
        formatMs(openingMs),
        formatMs(turningMs),
      ]),
    ],
    goals: [{ goal: "opens in less than 2 s", measured: formatMs(slowest), met: slowest < mostOpeningMs }],
    notes: ["From going to the file to a list of trials that can be clicked; the browser itself is open before."],
    figures: { measured },
  };
}

async function openedMs(executablePath: string, file: string) {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    await page.goto("about:blank");
    const start = performance.now();
    await page.goto(`file://${file}`);
    await page.locator("#trial-list li").first().waitFor();
    const openingMs = performance.now() - start;
    const status = page.locator("#trial-status");
    const before = await status.textContent();
    const turned = performance.now();
    await page.locator("#page-after").click();
    await page.waitForFunction(`document.querySelector("#trial-status").textContent !== ${JSON.stringify(before)}`);
    return { openingMs, turningMs: performance.now() - turned };
  } finally {
    await browser.close();
  }
}
