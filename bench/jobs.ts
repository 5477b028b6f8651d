/** Peak memory of reading a job's samples, as a batch of requests grows: they must not be held. */

import { once } from "node:events";
import { createWriteStream, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatBytes } from "../src/units/index.ts";
import type { Outcome } from "./outcome.ts";
import { pathOf, runNode, temporaryFolder } from "./programs.ts";

const sizes = [1_000, 10_000, 100_000];
const mostBytes = 300e6;
/** Characters of the material in a request: an exchange with an agent is some ten times as long. */
const requestCharacters = 2_000;

export async function jobs(): Promise<Outcome> {
  const measured = [];
  for (const requests of sizes) {
    using folder = temporaryFolder();
    const batch = join(folder.path, "batch.jsonl");
    await writeBatch(batch, requests);
    writeFileSync(join(folder.path, "job.yaml"), "job: batch\nimport: { from: openai-batch, path: batch.jsonl }\n");
    const { peakRssBytes, wallMs } = await runNode([pathOf("./load-job.ts"), join(folder.path, "job.yaml")], {
      cwd: folder.path,
    });
    measured.push({ requests, fileBytes: statSync(batch).size, peakRssBytes, wallMs });
  }
  const most = Math.max(...measured.map(({ peakRssBytes }) => peakRssBytes));
  return {
    title: `Memory of reading a job, requests of ${requestCharacters} characters, each read twice`,
    table: [
      ["requests", "file", "peak RSS", "wall s"],
      ...measured.map(({ requests, fileBytes, peakRssBytes, wallMs }) => [
        String(requests),
        formatBytes(fileBytes),
        formatBytes(peakRssBytes),
        (wallMs / 1_000).toFixed(1),
      ]),
    ],
    goals: [{ goal: "never above 300 MB", measured: formatBytes(most), met: most <= mostBytes }],
    notes: [],
    figures: { measured },
  };
}

async function writeBatch(path: string, requests: number): Promise<void> {
  const file = createWriteStream(path);
  const text = "The refund window is thirty days. ".repeat(requestCharacters / 34);
  for (let number = 0; number < requests; number++) {
    const messages = [
      { role: "system", content: text },
      { role: "user", content: `Question ${number}?` },
    ];
    const row = {
      custom_id: `request-${number}`,
      method: "POST",
      url: "/v1/chat/completions",
      body: { messages, temperature: 0 },
    };
    if (!file.write(`${JSON.stringify(row)}\n`)) await once(file, "drain");
  }
  file.end();
  await once(file, "finish");
}
