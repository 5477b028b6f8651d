/** `assay anatomy`: what a model is made of, what a token of it costs, and what holds it. */
import { z } from "zod";
import { type Anatomy, anatomyOf } from "../../anatomy/index.ts";
import { configAgainstFile, type ResolvedModel, resolveModel, smallestHardware } from "../../audit/index.ts";
import { formatValue } from "../../ledger/index.ts";
import { formatBytes, formatCount, formatSignificant, formatTokens, plain, wrapped } from "../../units/index.ts";
import { defineCommand, type Io, jsonFlag } from "../command.ts";
import { countOf, formatBounds, tokensOf } from "../quantities.ts";
import { table } from "../table.ts";

export const anatomyCommand = defineCommand({
  name: "anatomy",
  summary: "What a model is made of: parameters, KV cache, FLOPs, bytes, fitting hardware",
  args: [{ name: "<model>", describe: "Release of the ledger, config.json, checkpoint, or Hugging Face repository" }],
  flags: z.object({
    context: z.string().optional().describe("Tokens of context, e.g. 1M [the most that the config declares]"),
    batch: z.string().default("1").describe("Sequences decoded at once"),
    cacheFormat: z.string().optional().describe("How the cache is stored, e.g. bf16 [the vendor's]"),
    layers: z.boolean().default(false).describe("Show the cache of every group of layers, layer by layer"),
    json: jsonFlag,
  }),
  examples: ["assay anatomy deepseek-v3", "assay anatomy kimi-k3 --context 1M --cache-format bf16 --json"],
  async run({ args, flags, io }) {
    const options = {
      ...(flags.context === undefined ? {} : { contextTokens: tokensOf("--context", flags.context) }),
      ...(flags.cacheFormat === undefined ? {} : { cacheFormat: flags.cacheFormat }),
      batch: countOf("--batch", flags.batch),
    };
    const model = await resolveModel(args[0]!, io);
    const comparison = configAgainstFile(model);
    const anatomy = anatomyOf(model.shape, options);
    const fits = smallestHardware(model.shape, anatomy).slice(0, 4);
    if (flags.json) {
      const { name, configSource, assumptions } = model;
      io.print(JSON.stringify({ name, configSource, ...anatomy, assumptions, fits, comparison }, null, 2));
      return 0;
    }
    printParts(model, anatomy, io);
    printCache(anatomy, flags.layers, io);
    printWork(anatomy, io);
    if (comparison) {
      io.print("\nConfig against file, parameters");
      const rows = comparison.rows.map((row) => [
        row.scope,
        row.part,
        formatCount(row.config),
        formatCount(row.file),
        formatCount(row.difference),
      ]);
      io.print(table(["scope", "part", "config", "file", "difference"], rows, io.width));
    }
    io.print(`\nSmallest hardware that holds it (devices, low to high: see docs/fit.md)`);
    io.print(
      table(
        ["hardware", "devices"],
        fits.map(({ name, devices }) => [name, formatBounds(devices, formatCount)]),
        io.width,
      ),
    );
    const assumed = new Set([...model.assumptions, ...anatomy.assumptions]);
    if (assumed.size > 0) io.print("\nAssumed");
    for (const one of assumed) io.print(wrapped(`- ${plain(one)}`, io.width, "  ").join("\n"));
    return 0;
  },
});

function printParts(model: ResolvedModel, anatomy: Anatomy, io: Io): void {
  const { configSource } = model;
  const { active, total, parts } = anatomy.parameters;
  const source = `config: ${plain(configSource.title)}${configSource.date ? `, seen ${configSource.date}` : ""}`;
  io.print(
    [
      plain(model.name),
      ...wrapped(`${anatomy.attention}; ${anatomy.layers} layers`, io.width),
      ...wrapped(source, io.width),
    ].join("\n"),
  );
  io.print(`\nParameters: ${formatCount(total)}`);
  const rows = parts.map((part) => [
    part.scope,
    part.part,
    formatSignificant(part.parameters / 1e9),
    formatSignificant(part.activeParameters / 1e9),
    formatBytes(part.storedBytes),
  ]);
  io.print(table(["scope", "part", "10⁹ params", "active", "stored"], rows, io.width));
  io.print(
    [
      "\nActive parameters, as publishers count them",
      `  with embedding and head     ${formatCount(active.withEmbeddingAndHead)}`,
      `  without input embedding     ${formatCount(active.withoutInputEmbedding)}`,
      `  without embedding and head  ${formatCount(active.withoutEmbeddingAndHead)}`,
      `Released weights: ${formatBytes(anatomy.fileBytes)}`,
    ].join("\n"),
  );
}

function printCache({ cache, contextTokens, batch }: Anatomy, everyLayer: boolean, io: Io): void {
  io.print(
    `\nKV cache in ${cache.format}, one sequence of ${formatTokens(contextTokens)} tokens: ${formatBytes(cache.sequenceBytes)}`,
  );
  io.print(
    `grows by ${formatBytes(cache.bytesPerToken)} a token, on ${formatBytes(cache.fixedBytes)} that do not grow`,
  );
  if (cache.generic !== null && Math.abs(cache.generic.relativeError) > 0.02)
    io.print(genericLine(cache.generic, io.width));
  if (batch > 1) io.print(`batch of ${batch}: ${formatBytes(cache.batchBytes)}`);
  const groups = cache.layerGroups.map(({ layers, cacheBytes }) => [
    `${layers.length}`,
    formatBytes(cacheBytes),
    everyLayer ? layers.join(", ") : `${layers[0]} … ${layers.at(-1)}`,
  ]);
  io.print(table(["layers", "bytes each", "which"], groups, io.width));
  const most = Math.max(1, ...cache.curve.map(({ cacheBytes }) => cacheBytes));
  const curve = cache.curve.map((point) => [
    formatTokens(point.contextTokens),
    formatBytes(point.cacheBytes),
    formatValue(point.decodeFlops, "flops"),
    "█".repeat(Math.ceil((24 * point.cacheBytes) / most)),
  ]);
  io.print(`\n${table(["context", "cache", "FLOPs, one token", "cache, drawn"], curve, io.width)}`);
}

const genericLine = ({ bytes, relativeError }: NonNullable<Anatomy["cache"]["generic"]>, width: number): string => {
  const error = `${relativeError < 0 ? "−" : "+"}${formatSignificant(Math.abs(relativeError) * 100)}%`;
  return wrapped(
    `The generic formula, 2 · KV heads · hidden size / heads · layers, has ${formatBytes(bytes)} in bf16: ${error}`,
    width,
  ).join("\n");
};

function printWork({ decode, prefill, decodeStep, contextTokens, batch }: Anatomy, io: Io): void {
  const intensity = decodeStep.flopsPerByte === null ? "—" : `${formatSignificant(decodeStep.flopsPerByte)} FLOP/B`;
  io.print(
    [
      `\nOne more token: ${formatValue(decode.total, "flops")}`,
      `A prompt of ${formatTokens(contextTokens)} tokens: ${formatValue(prefill.total, "flops")}`,
      `Intensity of decoding, batch ${batch}: ${intensity}`,
    ].join("\n"),
  );
}
