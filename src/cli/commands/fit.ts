/** `assay fit`: what serving a model asks of hardware, between two bounds: devices, batch, time and money. */
import { z } from "zod";
import {
  type Bounds,
  cacheFormat,
  decodeSeconds,
  devicesNeeded,
  fitAssumptions,
  largestBatch,
  prefillSeconds,
  type Serving,
  usdPerMillionTokens,
} from "../../anatomy/index.ts";
import { configAgainstFile, type NamedDevice, readDevices, resolveModel } from "../../audit/index.ts";
import { UserError } from "../../errors.ts";
import { resolveName } from "../../ledger/index.ts";
import { formatCount, formatMs, formatTokens, formatUsd, parseUsd, plain, wrapped } from "../../units/index.ts";
import { defineCommand, jsonFlag, listFlag } from "../command.ts";
import { countOf, formatBounds, tokensOf } from "../quantities.ts";
import { table } from "../table.ts";

export const fitCommand = defineCommand({
  name: "fit",
  summary: "Hardware that holds a model, and bounds on batch, time and cost",
  args: [{ name: "<model>", describe: "Release of the ledger, config.json, checkpoint, or Hugging Face repository" }],
  flags: z.object({
    hardware: listFlag("Accelerators of the ledger, each in detail [all, in a table]"),
    context: z.string().default("32K").describe("Tokens of context"),
    batch: z.string().default("1").describe("Sequences decoded at once"),
    devices: z.string().optional().describe("Devices that serve it [as many as surely hold it]"),
    cachedPrefix: z.string().optional().describe("Tokens of the prompt that are in the cache already"),
    cacheFormat: z.string().optional().describe("How the cache is stored, e.g. bf16 [the vendor's]"),
    usdPerHour: z
      .string()
      .refine((text) => parseUsd(text) !== null, "expected an amount in USD, like 2.5")
      .optional()
      .describe("Price of one device, USD an hour"),
    json: jsonFlag,
  }),
  examples: [
    "assay fit deepseek-v3",
    "assay fit deepseek-v3 --hardware nvidia-h100-sxm --usd-per-hour 2",
    "assay fit kimi-k3 --hardware nvidia-b200-sxm --context 128K --cached-prefix 120K --batch 16",
  ],
  async run({ args, flags, io }) {
    const model = await resolveModel(args[0]!, io);
    configAgainstFile(model);
    const { name, shape } = model;
    const all = readDevices();
    const given = flags.hardware.map((one) => resolveName(one, all, "hardware"));
    const format = cacheFormat(flags.cacheFormat ?? shape.cacheFormat);
    const question: Question = {
      contextTokens: tokensOf("--context", flags.context),
      batch: countOf("--batch", flags.batch),
      devices: flags.devices === undefined ? null : countOf("--devices", flags.devices),
      cachedTokens: flags.cachedPrefix === undefined ? null : tokensOf("--cached-prefix", flags.cachedPrefix),
      usdPerHour: flags.usdPerHour === undefined ? null : parseUsd(flags.usdPerHour),
    };
    const { contextTokens, batch, cachedTokens } = question;
    if (cachedTokens !== null && cachedTokens > contextTokens)
      throw new UserError({
        happened: `--cached-prefix is ${formatTokens(cachedTokens)}, --context ${formatTokens(contextTokens)}`,
        expected: "a prefix no longer than the context that it begins",
        mend: "give a longer --context or a shorter --cached-prefix",
      });
    const rows = (given.length > 0 ? given : all).map((one) =>
      fitOf(one, { model: shape, device: one.device, format, contextTokens }, question),
    );
    if (flags.json) {
      io.print(
        JSON.stringify({ name, ...question, cacheFormat: format.name, rows, assumptions: fitAssumptions }, null, 2),
      );
      return 0;
    }
    io.print(
      wrapped(
        `${plain(name)}, ${formatTokens(contextTokens)} tokens of context, batch ${formatCount(batch)}, cache in ${format.name}`,
        io.width,
      ).join("\n"),
    );
    if (given.length > 0) for (const row of rows) io.print(`\n${detail(row, question, io.width)}`);
    else io.print(`\n${overview(rows, question, io.width)}`);
    for (const [side, list] of Object.entries(fitAssumptions))
      io.print(["", ...wrapped(`${side}: ${list.join("; ")}`, io.width, "  ")].join("\n"));
    return 0;
  },
});

interface Question {
  readonly contextTokens: number;
  readonly batch: number;
  /** Null: as many as surely hold it, or where none do, as may. */
  readonly devices: number | null;
  readonly cachedTokens: number | null;
  /** Of one device. */
  readonly usdPerHour: number | null;
}

interface Fit {
  readonly id: string;
  readonly name: string;
  readonly devicesNeeded: Bounds;
  /** Devices that the rest is computed for: as many as surely hold it, or may hold it; null where that is not known. */
  readonly devices: number | null;
  readonly largestBatch: Bounds;
  readonly stepSeconds: Bounds;
  readonly prefillSeconds: Bounds;
  readonly cachedPrefillSeconds: Bounds | null;
  readonly usdPerMillionOutputTokens: Bounds | null;
  readonly usdPerMillionInputTokens: Bounds | null;
  /** Of the same prompts with their prefixes cached, for a million tokens of prompt. */
  readonly usdPerMillionInputTokensCached: Bounds | null;
}

function fitOf({ id, name }: NamedDevice, serving: Serving, question: Question): Fit {
  const { batch, contextTokens, cachedTokens, usdPerHour } = question;
  const needed = devicesNeeded(serving, batch);
  const devices = question.devices ?? needed.high ?? needed.low;
  const given = <T>(compute: (devices: number) => T, none: T) => (devices === null ? none : compute(devices));
  const nothing: Bounds = { low: null, high: null };
  const stepSeconds = given((count) => decodeSeconds(serving, count, batch), nothing);
  const prefill = given((count) => prefillSeconds(serving, count), nothing);
  const cachedPrefill =
    cachedTokens === null ? null : given((count) => prefillSeconds(serving, count, cachedTokens), nothing);
  const usd = (seconds: Bounds | null, tokens: number) =>
    usdPerHour === null || seconds === null
      ? null
      : given((count) => usdPerMillionTokens(seconds, tokens, count, usdPerHour), nothing);
  return {
    id,
    name,
    devicesNeeded: needed,
    devices,
    largestBatch: given((count) => largestBatch(serving, count), nothing),
    stepSeconds,
    prefillSeconds: prefill,
    cachedPrefillSeconds: cachedPrefill,
    usdPerMillionOutputTokens: usd(stepSeconds, batch),
    usdPerMillionInputTokens: usd(prefill, contextTokens),
    usdPerMillionInputTokensCached: usd(cachedPrefill, contextTokens),
  };
}

const seconds = (bounds: Bounds) => formatBounds(bounds, (one) => formatMs(one === null ? null : one * 1000));
const counts = (bounds: Bounds) => formatBounds(bounds, formatCount);
const usd = (bounds: Bounds) => formatBounds(bounds, formatUsd);

/** What was asked for beside the devices: money, a cached prefix, else times. Everything is in the JSON, and in the detail. */
function overview(rows: readonly Fit[], { contextTokens, cachedTokens, usdPerHour }: Question, width: number): string {
  const promptOf: Column = [`a ${formatTokens(contextTokens)} prompt`, (row) => seconds(row.prefillSeconds)];
  const asked: Column[] =
    usdPerHour !== null
      ? [
          ["USD/M output", (row) => usd(row.usdPerMillionOutputTokens!)],
          ["USD/M input", (row) => usd(row.usdPerMillionInputTokens!)],
        ]
      : cachedTokens !== null
        ? [promptOf, [`${formatTokens(cachedTokens)} cached`, (row) => seconds(row.cachedPrefillSeconds!)]]
        : [["a token", (row) => seconds(row.stepSeconds)], promptOf];
  const columns: Column[] = [["hardware", ({ name }) => name], ["devices", devicesText], ...asked];
  return table(
    columns.map(([head]) => head),
    rows.map((row) => columns.map(([, cell]) => cell(row))),
    width,
  );
}

type Column = readonly [string, (row: Fit) => string];

/** `5 – 8`; `6 – none` where careless serving never holds it, however many devices there are. */
const devicesText = ({ devicesNeeded: { low, high } }: Fit): string =>
  low !== null && high === null ? `${formatCount(low)} – none` : counts({ low, high });

function detail(row: Fit, { contextTokens, cachedTokens, batch }: Question, width: number): string {
  const prompt = `${formatTokens(contextTokens)} prompt`;
  const lines: [string, string][] = [
    ["devices that hold it", devicesText(row)],
    [`sequences at once on ${formatCount(row.devices)}`, counts(row.largestBatch)],
    [`a token of each, batch ${formatCount(batch)}`, seconds(row.stepSeconds)],
    [`reading a ${prompt}`, seconds(row.prefillSeconds)],
  ];
  const prefix = cachedTokens === null ? "" : `, ${formatTokens(cachedTokens)} cached`;
  if (row.cachedPrefillSeconds !== null) lines.push([`reading it${prefix}`, seconds(row.cachedPrefillSeconds)]);
  if (row.usdPerMillionOutputTokens !== null)
    lines.push(["USD for 1M output tokens", usd(row.usdPerMillionOutputTokens)]);
  if (row.usdPerMillionInputTokens !== null) lines.push(["USD for 1M input tokens", usd(row.usdPerMillionInputTokens)]);
  if (row.usdPerMillionInputTokensCached !== null)
    lines.push([`USD for 1M input tokens${prefix}`, usd(row.usdPerMillionInputTokensCached)]);
  return table([row.name, "low – high"], lines, width);
}
