import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lineageOf } from "../src/ledger/index.ts";
import { readLedger } from "../src/ledger-files/index.ts";
import { lineagePage, lineageSvg, lineageText } from "../src/report/lineage/index.ts";
import { runCli, temporaryFolder } from "./cli-process.ts";

const chromiumPath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const folder = temporaryFolder();
const ledger = readLedger();
afterAll(folder.remove);

describe("assay lineage", () => {
  test("tells who took Muon from whom, and how it compounds", async () => {
    const { code, stdout } = await runCli(["lineage", "muon"], { cwd: folder.path, env: { COLUMNS: "80" } });
    expect(code).toBe(0);
    expect(stdout).toContain("├ 2025-02-22 + Moonlight-16B-A3B, Moonshot AI");
    expect(stdout).toContain("│ │ └ 2026-04-24 x DeepSeek-V4-Pro (preview), DeepSeek-AI");
    // From October 2024, whichever day, to 22 February 2025.
    expect(stdout).toContain("114–144 days after it was introduced");
    expect(stdout).toContain("2026-04-24 Moonshot AI → DeepSeek-AI  (moonlight-muon)");
  });

  test("alone lists all ideas, and gives both as JSON", async () => {
    const list = await runCli(["lineage", "--json"], { cwd: folder.path });
    const rows = JSON.parse(list.stdout) as { id: string; outsideOrgs: number; daysToFirstOutsideReuse: unknown }[];
    expect(rows).toHaveLength(ledger.ideas.length);
    expect(rows.find(({ id }) => id === "mla")).toMatchObject({
      outsideOrgs: 5,
      daysToFirstOutsideReuse: { atLeast: 267, atMost: 297 },
    });
    const one = await runCli(["lineage", "mla", "--json"], { cwd: folder.path });
    expect(JSON.parse(one.stdout)).toMatchObject({ idea: { id: "mla" }, compounding: { undatedOutsideUses: 3 } });
  });

  test("a wrong name is met with near ones, a wrong file with what is expected", async () => {
    const name = await runCli(["lineage", "muonn"], { cwd: folder.path });
    expect([name.code, name.stderr]).toEqual([1, expect.stringContaining("perhaps muon")]);
    const file = await runCli(["lineage", "muon", "-o", "muon.png"], { cwd: folder.path });
    expect([file.code, file.stderr]).toEqual([2, expect.stringContaining(".svg or .html")]);
    expect((await runCli(["lineage", "-o", "all.svg"], { cwd: folder.path })).code).toBe(1);
  });

  test("draws a picture and a page", async () => {
    for (const output of ["muon.svg", "pages/muon.html"])
      expect((await runCli(["lineage", "muon", "-o", output], { cwd: folder.path })).code).toBe(0);
    expect(readFileSync(join(folder.path, "muon.svg"), "utf8")).toBe(
      await lineageSvg(lineageOf(ledger, "muon")!, ledger),
    );
    expect(existsSync(join(folder.path, "pages", "muon.html"))).toBe(true);
  });

  test.each(ledger.ideas.map(({ id }) => [id]))("%s fits 80 columns, but for addresses", (id) => {
    const lines = lineageText(lineageOf(ledger, id)!, ledger, 80).split("\n");
    expect(lines.filter((line) => [...line].length > 80)).toEqual([]);
  });
});

describe.skipIf(!existsSync(chromiumPath))("the page of a lineage in a browser", () => {
  let browser: Browser;

  beforeAll(async () => {
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
  afterAll(() => browser?.close());

  async function open(idea: string, width: number, options: { javaScriptEnabled?: boolean; dark?: boolean } = {}) {
    const path = join(folder.path, `${idea}.html`);
    writeFileSync(path, await lineagePage(lineageOf(ledger, idea)!, ledger));
    const page = await browser.newPage({
      viewport: { width, height: 900 },
      javaScriptEnabled: options.javaScriptEnabled ?? true,
      colorScheme: options.dark ? "dark" : "light",
      reducedMotion: "reduce",
    });
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => requests.push(request.url()));
    const address = pathToFileURL(path).href;
    await page.goto(address);
    return { page, complaints, requests, address };
  }

  test.each([
    ["mla", 1280, false],
    ["muon", 390, true],
    ["disk-context-cache", 390, false],
  ] as const)("%s at %d pixels is quiet, asks for nothing and does not overflow", async (idea, width, dark) => {
    const { page, complaints, requests, address } = await open(idea, width, { dark });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    expect(complaints).toEqual([]);
    expect(requests).toEqual([address]);
    await page.close();
  });

  test("a click on a line shows its evidence, with its source; the next click that of another", async () => {
    const { page } = await open("mla", 1280);
    const shown = page.getByRole("complementary", { name: "Evidence" });
    await page.locator('a.edge[aria-label="GLM-5 contradicts MLA"]').locator(".mark").click();
    expect(await shown.textContent()).toContain("Under plain Muon, MLA fell behind GQA with 8 KV heads");
    expect(await shown.textContent()).toContain("Holds for one optimiser");
    expect(await shown.locator("a").getAttribute("href")).toMatch(/^https:/);
    await page.locator('a.node[aria-label^="Kimi K2"]').click();
    expect(await shown.textContent()).toContain("The report likens the design to V3's");
    expect(await page.locator(".chosen").count()).toBe(1);
    await page.close();
  });

  test("lines and boxes are reached from the keyboard", async () => {
    const { page } = await open("muon", 1280);
    await page.locator("a.edge").first().focus();
    const first = await page.locator("#shown").textContent();
    await page.keyboard.press("Tab");
    const second = await page.locator("#shown").textContent();
    expect(first).toContain("Muon");
    expect(second).not.toBe(first);
    await page.close();
  });

  test("what nobody verified is drawn so, and says why", async () => {
    const { page } = await open("muon", 1280);
    const box = page.locator("a.node.unverified");
    expect(await box.count()).toBe(1);
    await box.click();
    expect(await page.locator("#shown").textContent()).toContain("unverified: the page it cites has not been read");
    await page.close();
  });

  test("without JavaScript a click leads to the evidence", async () => {
    const { page } = await open("mla", 1280, { javaScriptEnabled: false });
    await page.locator('a.edge[aria-label="GLM-5 contradicts MLA"]').locator(".mark").click();
    expect(await page.locator("article:target").textContent()).toContain("Under plain Muon");
    await page.close();
  });

  test("on paper the picture is whole, and so is the evidence", async () => {
    const { page } = await open("mla", 688);
    await page.emulateMedia({ media: "print" });
    const { x, width } = (await page.locator("#picture .scroll > svg").boundingBox())!;
    expect(x + width).toBeLessThanOrEqual(689);
    expect(await page.locator("#shown").isVisible()).toBe(false);
    expect(await page.locator("article.evidence:visible").count()).toBeGreaterThan(25);
    await page.close();
  });

  test("in every idea's picture all words stand inside their box", async () => {
    const page = await browser.newPage();
    for (const { id } of ledger.ideas) {
      await page.setContent(await lineageSvg(lineageOf(ledger, id)!, ledger));
      const outside = await page.evaluate(`[...document.querySelectorAll("a.node")].flatMap((node) => {
        const box = node.querySelector(".box").getBBox();
        return [...node.querySelectorAll("text")].filter((text) => {
          const { x, y, width, height } = text.getBBox();
          return x < box.x || x + width > box.x + box.width || y < box.y || y + height > box.y + box.height;
        }).map((text) => text.textContent);
      })`);
      expect([id, outside]).toEqual([id, []]);
    }
    await page.close();
  });
});
