/** `assay doctor`: what is installed, what works, what is missing and how to get it. */
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { startEngine } from "../../engine/index.ts";
import { messageOf } from "../../errors.ts";
import { vendors } from "../../routes/index.ts";
import { ensureSpecimen } from "../../specimens/index.ts";
import { defineCommand, type Io, jsonFlag } from "../command.ts";
import { openOwnStore, storeFlag } from "../result.ts";
import { table } from "../table.ts";

interface Finding {
  readonly part: string;
  readonly state: "works" | "missing" | "broken";
  /** Without it the main job cannot run. */
  readonly needed: boolean;
  readonly detail: string;
}

export const doctorCommand = defineCommand({
  name: "doctor",
  summary: "Say what is installed, what works and what is missing",
  flags: z.object({ ...storeFlag, json: jsonFlag }),
  async run({ flags, io }) {
    const findings = [
      node(),
      await tried("embedded engine", async () => `llama.cpp answered in ${await engineAnswer()} ms`),
      await tried("store", async () => {
        const store = await openOwnStore(flags, io);
        const runs = await store.runs().finally(() => store.close());
        return `${runs.length} run${runs.length === 1 ? "" : "s"} in ${store.path}`;
      }),
      trainer(),
      ...keys(io),
    ];
    if (flags.json) io.print(JSON.stringify(findings, null, 2));
    else
      io.print(
        table(
          ["part", "state", "detail"],
          findings.map(({ part, state, detail }) => [part, state, detail]),
          io.width,
        ),
      );
    return findings.some(({ needed, state }) => needed && state !== "works") ? 1 : 0;
  },
});

function node(): Finding {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const enough = major! > 22 || (major === 22 && minor! >= 19);
  return {
    part: "Node.js",
    state: enough ? "works" : "broken",
    needed: true,
    detail: `${process.versions.node}; 22.19 or newer is needed`,
  };
}

async function tried(part: string, attempt: () => Promise<string>): Promise<Finding> {
  try {
    return { part, state: "works", needed: true, detail: await attempt() };
  } catch (error) {
    return { part, state: "broken", needed: true, detail: messageOf(error).split("\n")[0]! };
  }
}

async function engineAnswer(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "assay-doctor-"));
  try {
    const path = await ensureSpecimen("mqa", { cacheDir: folder });
    const engine = await startEngine({
      models: [{ id: "mqa", path, kind: "calibration specimen", notice: null }],
      contextTokens: 512,
      sequences: 1,
    });
    try {
      const startedAt = performance.now();
      await engine.tokenize("mqa", [{ role: "user", content: "Are you there?" }]);
      return Math.round(performance.now() - startedAt);
    } finally {
      await engine.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function trainer(): Finding {
  const part = "training engine (onnxruntime-node)";
  try {
    createRequire(import.meta.url).resolve("onnxruntime-node");
    return { part, state: "works", needed: false, detail: "installed" };
  } catch {
    return {
      part,
      state: "missing",
      needed: false,
      detail: "only needed to train specimens: npm install onnxruntime-node",
    };
  }
}

function keys(io: Io): Finding[] {
  return vendors
    .filter(({ keyRequired }) => keyRequired)
    .map(({ name, keyEnvs }) => {
      const set = keyEnvs.find((variable) => io.env[variable]);
      return {
        part: `key for ${name}`,
        state: set ? "works" : "missing",
        needed: false,
        detail: set ? `${set} is set (not tried)` : `set ${keyEnvs[0]} to use ${name}/…`,
      };
    });
}
