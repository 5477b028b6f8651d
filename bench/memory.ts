/** Peak memory of `assay run`, report included, as the run grows: it must not grow with it. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { formatBytes } from "../src/units/index.ts";
import { contextTokens, documentsFor, maxTokens, model, seed } from "./grounding-requests.ts";
import type { Outcome } from "./outcome.ts";
import { pathOf, runNode, startServer, temporaryFolder } from "./programs.ts";

const sizes = [1_002, 10_002, 100_002];
const mostBytes = 300e6;

export async function memory(): Promise<Outcome> {
  await using server = await startServer();
  const measured = [];
  for (const trials of sizes) {
    using folder = temporaryFolder();
    const settings = {
      "base-url": server.baseUrl,
      model,
      context: contextTokens,
      documents: documentsFor(trials),
      seed,
      "max-tokens": maxTokens,
      concurrency: 32,
      output: "report.html",
      store: "runs.db",
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const { peakRssBytes, wallMs } = await runNode([pathOf("../bin/assay.js"), "run", "grounding", ...flags], {
      cwd: folder.path,
    });
    const [storeBytes, reportBytes] = ["runs.db", "report.html"].map((file) => statSync(join(folder.path, file)).size);
    measured.push({ trials, peakRssBytes, wallMs, storeBytes: storeBytes!, reportBytes: reportBytes! });
  }
  const most = Math.max(...measured.map(({ peakRssBytes }) => peakRssBytes));
  const growth = measured.at(-1)!.peakRssBytes / measured[1]!.peakRssBytes;
  return {
    title: `Memory of assay run, ${contextTokens}-token prompts, report included`,
    table: [
      ["trials", "peak RSS", "wall s", "store", "report"],
      ...measured.map(({ trials, peakRssBytes, wallMs, storeBytes, reportBytes }) => [
        String(trials),
        formatBytes(peakRssBytes),
        (wallMs / 1_000).toFixed(1),
        formatBytes(storeBytes),
        formatBytes(reportBytes),
      ]),
    ],
    goals: [
      { goal: "never above 300 MB", measured: formatBytes(most), met: most <= mostBytes },
      {
        goal: "flat: ten times the trials, at most 1.5× the memory",
        measured: `${growth.toFixed(2)}×`,
        met: growth <= 1.5,
      },
    ],
    notes: [],
    figures: { measured },
  };
}
