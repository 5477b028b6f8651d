/** The peer: promptfoo, installed in a folder of its own, asked the same questions of the same server. */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Sample } from "../src/evals/index.ts";
import { type Finished, runNode } from "./programs.ts";

export interface Promptfoo {
  readonly version: string;
  readonly run: (questions: PromptfooRun) => Promise<Finished>;
}

export interface PromptfooRun {
  readonly baseUrl: string;
  readonly model: string;
  readonly samples: Iterable<Sample>;
  readonly maxTokens: number;
  readonly concurrency: number;
  /** For its config and its own database. */
  readonly folder: string;
}

/** Installs it once, below the system's folder for temporary files. Throws where npm cannot. */
export async function installPromptfoo(folder = join(tmpdir(), "assay-bench-promptfoo")): Promise<Promptfoo> {
  const home = join(folder, "node_modules", "promptfoo");
  if (!existsSync(home)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{"private":true}');
    const npm = process.platform === "win32" ? "npm.cmd" : "npm";
    await promisify(execFile)(npm, ["install", "promptfoo", "--no-audit", "--no-fund"], { cwd: folder });
  }
  const { version, bin } = JSON.parse(readFileSync(join(home, "package.json"), "utf8")) as {
    version: string;
    bin: { promptfoo: string };
  };
  return { version, run: (questions) => run(join(home, bin.promptfoo), questions) };
}

async function run(
  program: string,
  { baseUrl, model, samples, maxTokens, concurrency, folder }: PromptfooRun,
): Promise<Finished> {
  const config = {
    prompts: ["file://prompt.json"],
    providers: [
      {
        id: `openai:chat:${model}`,
        config: { apiBaseUrl: baseUrl, apiKey: "none", temperature: 0, max_tokens: maxTokens },
      },
    ],
    tests: Array.from(samples, ({ messages, target }) => ({
      vars: { material: messages[0]!.content, question: messages[1]!.content },
      assert: [{ type: "equals", value: target }],
    })),
  };
  const prompt = [
    { role: "system", content: "{{material}}" },
    { role: "user", content: "{{question}}" },
  ];
  writeFileSync(join(folder, "promptfooconfig.json"), JSON.stringify(config));
  writeFileSync(join(folder, "prompt.json"), JSON.stringify(prompt));
  const flags = ["--no-cache", "--no-progress-bar", "--no-table", "--max-concurrency", String(concurrency)];
  return await runNode([program, "eval", "--config", "promptfooconfig.json", ...flags], {
    cwd: folder,
    env: {
      PROMPTFOO_CONFIG_DIR: join(folder, "home"),
      PROMPTFOO_DISABLE_TELEMETRY: "1",
      PROMPTFOO_DISABLE_UPDATE: "1",
      // It exits with 100 where answers are wrong, and here they are: the server knows one sentence.
    },
    accept: [0, 100],
  });
}
