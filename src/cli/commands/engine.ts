/** `assay engine serve|info`: the embedded llama.cpp as a server, and what it is. */
import { basename, resolve } from "node:path";
import { z } from "zod";
import { startEngine } from "../../engine/index.ts";
import { ensureSpecimen, specimens } from "../../specimens/index.ts";
import { formatBytes } from "../../units/index.ts";
import { specimenNamed } from "../candidates.ts";
import { defineCommand, type Io, jsonFlag, listFlag } from "../command.ts";
import { progressBar } from "../progress.ts";
import { table } from "../table.ts";

const modelFlags = {
  model: listFlag("Specimens to serve, with or without engine/ [all of them]"),
  gguf: listFlag("GGUF files to serve"),
  context: z.coerce.number().int().positive().default(8_192).describe("Context of each sequence, tokens"),
  kvType: z.enum(["f16", "q8_0", "q4_0"]).default("f16").describe("KV-cache precision"),
};

export const engineServeCommand = defineCommand({
  name: "engine serve",
  summary: "Serve models over an OpenAI-compatible loopback server",
  flags: z.object({
    ...modelFlags,
    port: z.coerce.number().int().min(0).max(65_535).default(8_321).describe("Port; 0 takes a free one"),
    host: z.string().default("127.0.0.1").describe("Address to listen on; anything but loopback opens it to others"),
    sequences: z.coerce.number().int().min(1).max(64).default(4).describe("Prompts that stay in the cache at a time"),
    threads: z.coerce.number().int().min(1).max(256).default(1).describe("Threads a model"),
  }),
  examples: ["assay engine serve --gguf model.gguf", "assay engine serve --model reader-mla --port 9000"],
  async run({ flags, io }) {
    const { port, host, sequences, threads, context: contextTokens, kvType } = flags;
    const models = await engineModels(flags, io);
    const engine = await startEngine({ models, port, host, sequences, threads, contextTokens, kvType });
    io.print(`Listening on ${engine.baseUrl} (Ctrl-C stops it)`);
    io.print(`Models: ${models.map(({ id }) => id).join(", ")}`);
    const { stopping } = io.interrupts;
    await new Promise<void>((resolveStop) => stopping.addEventListener("abort", () => resolveStop(), { once: true }));
    await engine.close();
    return 0;
  },
});

export const engineInfoCommand = defineCommand({
  name: "engine info",
  summary: "Measure what each model keeps in the engine's real KV cache",
  flags: z.object({ ...modelFlags, json: jsonFlag }),
  examples: ["assay engine info", "assay engine info --gguf model.gguf --kv-type q8_0"],
  async run({ flags, io }) {
    const { context: contextTokens, kvType } = flags;
    const models = await engineModels(flags, io);
    const engine = await startEngine({ models, sequences: 2, contextTokens, kvType });
    const bar = progressBar(io, "measuring KV caches");
    try {
      const rows = [];
      for (const [index, { id }] of models.entries()) {
        bar.update(index / models.length, id);
        rows.push({ model: id, ...(await engine.describe(id)), kvCache: await engine.measureKvCache(id) });
      }
      bar.done();
      if (flags.json) io.print(JSON.stringify(rows, null, 2));
      else
        io.print(
          table(
            ["model", "architecture", "parameters", "KV a token", "fixed a sequence", "trained context"],
            rows.map(({ model, architecture, parameters, kvCache, trainedContextTokens }) => [
              model,
              architecture,
              parameters.toLocaleString("en"),
              `${kvCache.bytesPerToken} B`,
              formatBytes(kvCache.fixedBytes),
              trainedContextTokens === null ? "unknown" : `${trainedContextTokens} tokens`,
            ]),
            io.width,
          ),
        );
      return 0;
    } finally {
      bar.done();
      await engine.close();
    }
  },
});

async function engineModels({ model, gguf }: { model: readonly string[]; gguf: readonly string[] }, io: Io) {
  const all = gguf.length > 0 ? [] : specimens.map(({ name }) => name);
  const names = model.length > 0 ? model.map((name) => name.replace(/^engine\//, "")) : all;
  const chosen = names.map(specimenNamed);
  const models = [];
  for (const { name, kind, notice } of chosen) {
    const bar = progressBar(io, `building specimen ${name}`);
    models.push({ id: name, path: await ensureSpecimen(name, { onProgress: bar.update }), kind, notice });
    bar.done();
  }
  for (const path of gguf)
    models.push({ id: basename(path, ".gguf"), path: resolve(io.cwd, path), kind: "gguf" as const, notice: null });
  return models;
}
