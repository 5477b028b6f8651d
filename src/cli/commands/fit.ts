/** `assay fit`: how many devices hold a model, and what a token takes on them, between two bounds. */
import { z } from "zod";
import { cacheFormat, decodeSeconds, devicesNeeded, fitAssumptions, usdPerMillionTokens } from "../../anatomy/index.ts";
import { resolveModel } from "../../audit/index.ts";
import { resolveName } from "../../ledger/index.ts";
import { formatMs, formatTokens, formatUsd, parseUsd, wrapped } from "../../units/index.ts";
import { defineCommand, jsonFlag } from "../command.ts";
import { formatDevices, readDevices } from "../devices.ts";
import { countOf, tokensOf } from "../quantities.ts";
import { table } from "../table.ts";

export const fitCommand = defineCommand({
  name: "fit",
  summary: "Hardware that holds a model, and bounds on time and cost of a token",
  args: [{ name: "<model>", describe: "Release of the ledger, config.json, checkpoint, or Hugging Face repository" }],
  flags: z.object({
    hardware: z.string().optional().describe("One accelerator of the ledger [all]"),
    context: z.string().default("32K").describe("Tokens of context"),
    batch: z.string().default("1").describe("Sequences decoded at once"),
    devices: z.string().optional().describe("Devices that serve it [as many as surely hold it]"),
    usdPerHour: z
      .string()
      .refine((text) => parseUsd(text) !== null, "expected an amount in USD, like 2.5")
      .optional()
      .describe("Price of one device, USD an hour"),
    json: jsonFlag,
  }),
  examples: ["assay fit deepseek-v3", "assay fit deepseek-v3 --hardware nvidia-h100-sxm --usd-per-hour 2"],
  async run({ args, flags, io }) {
    const contextTokens = tokensOf("--context", flags.context);
    const batch = countOf("--batch", flags.batch);
    const given = flags.devices === undefined ? null : countOf("--devices", flags.devices);
    const usdPerHour = flags.usdPerHour === undefined ? null : parseUsd(flags.usdPerHour);
    const { name, shape } = await resolveModel(args[0]!, io);
    const all = readDevices();
    const hardware = flags.hardware === undefined ? all : [resolveName(flags.hardware, all, "hardware")];
    const rows = hardware.map((one) => {
      const serving = { model: shape, device: one.device, format: cacheFormat(shape.cacheFormat), contextTokens };
      const needed = devicesNeeded(serving, batch);
      const devices = given ?? needed.high;
      const none = { low: null, high: null };
      const step = devices === null ? none : decodeSeconds(serving, devices, batch);
      const usd =
        devices === null || usdPerHour === null ? none : usdPerMillionTokens(step, batch, devices, usdPerHour);
      return { id: one.id, name: one.name, needed, devices, stepSeconds: step, usdPerMillionOutputTokens: usd };
    });
    if (flags.json)
      io.print(JSON.stringify({ name, contextTokens, batch, rows, assumptions: fitAssumptions }, null, 2));
    else {
      io.print(`${name}, ${formatTokens(contextTokens)} tokens of context, batch ${batch}`);
      const ms = (s: number | null) => formatMs(s === null ? null : s * 1000);
      const cells = rows.map(({ name: title, needed, stepSeconds: t, usdPerMillionOutputTokens: usd }) => [
        title,
        formatDevices(needed),
        `${ms(t.low)} – ${ms(t.high)}`,
        ...(usdPerHour === null ? [] : [`${formatUsd(usd.low)} – ${formatUsd(usd.high)}`]),
      ]);
      const head = ["hardware", "devices", "time a token", ...(usdPerHour === null ? [] : ["USD/M output"])];
      io.print(table(head, cells, io.width));
      for (const [side, list] of Object.entries(fitAssumptions))
        io.print(["", ...wrapped(`${side}: ${list.join("; ")}`, 80, "  ")].join("\n"));
    }
    return 0;
  },
});
