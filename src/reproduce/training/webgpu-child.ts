/**
 * Trains small decoders for a few steps on WebGPU and on the CPU and prints as JSON what differs and where operations ran:
 * `node src/reproduce/training/webgpu-child.ts <folder for profiles>`. A process of its own: a driver reads its environment
 * when the process starts, and may end it.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../errors.ts";
import { randomFrom } from "../../stats/index.ts";
import type { Device } from "../graph/session.ts";
import type { Attention, DecoderConfig, FeedForward } from "../model/config.ts";
import { firstValues, type WeightValues } from "../model/first-values.ts";
import type { MatrixSettings } from "../optimisers/optimiser.ts";
import { everyToken } from "./batch.ts";
import { weightsOf } from "./forward.ts";
import { Trainer } from "./trainer.ts";

export interface Comparison {
  readonly losses: Readonly<Record<"cpu" | "webgpu", readonly number[]>>;
  /** Of each weight tensor, the largest difference over the largest entry, after the last step. */
  readonly weightDifferences: Readonly<Record<string, number>>;
  /** Executions of operations in the run on WebGPU. */
  readonly onWebGpu: number;
  /** The same of those that ran on the CPU, by operator. */
  readonly onCpu: Readonly<Record<string, number>>;
}

/** `refused` says why the device is not there. */
export type ChildResult =
  | { readonly refused: string }
  | { readonly refused: null; readonly models: Readonly<Record<string, Comparison>> };

interface Model {
  readonly config: DecoderConfig;
  readonly matrices: MatrixSettings;
}

const steps = 3;
const rate = 1e-2;
const seed = 1;
const grid = { sequences: 2, tokens: 16 };
const vocabularySize = 32;
const decoderOf = (attention: Attention, feedForward: FeedForward): DecoderConfig => ({
  width: 32,
  heads: 2,
  vocabularySize,
  layers: [{ attention, feedForward }],
});
const adamw = { kind: "adamw", weightDecay: 0.1 } as const;
const models: Readonly<Record<string, Model>> = {
  "grouped attention, Muon": {
    config: decoderOf({ kind: "grouped", kvHeads: 1, headDim: 16, window: null }, { kind: "dense", hidden: 64 }),
    matrices: { kind: "muon", momentum: 0.95, newtonSchulz: "jordan", weightDecay: 0.1 },
  },
  "latent attention, experts, AdamW": {
    config: decoderOf(
      { kind: "latent", kvRank: 16, ropeDim: 8, plainDim: 16, valueDim: 16 },
      { kind: "experts", count: 4, used: 2, shared: 1, hidden: 16, balanceRate: 1e-3 },
    ),
    matrices: adamw,
  },
};

async function train({ config, matrices }: Model, device: Device, profile: string) {
  const runtime = { device, threads: 1, profile };
  const optimiser = { matrices, others: adamw, maxGradientNorm: 1, qkClip: null };
  const first = firstValues(config, weightsOf(config), seed);
  const trainer = await Trainer.create({ config, grid, judging: everyToken, optimiser, runtime }, first);
  const random = randomFrom(`${seed} steps`);
  const some = () => Int32Array.from({ length: grid.sequences * grid.tokens }, () => random.integer(vocabularySize));
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const batch = { tokens: some(), targets: some(), judged: null, importance: null };
    losses.push((await trainer.step(batch, rate)).loss);
  }
  const { state } = trainer;
  await trainer.release();
  return { losses, state };
}

function differencesOf(config: DecoderConfig, cpu: WeightValues, other: WeightValues): Record<string, number> {
  const shareOf = (name: string): number => {
    const values = cpu[name]!;
    const differences = values.map((value, index) => Math.abs(value - other[name]![index]!));
    return Math.max(...differences) / Math.max(...values.map(Math.abs));
  };
  return Object.fromEntries(weightsOf(config).map(({ name }) => [name, shareOf(name)]));
}

interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  readonly args: { readonly provider: string; readonly op_name: string };
}

/** What onnxruntime wrote of the run: an event for each execution of each operation, with the provider that executed it. */
function placesIn(folder: string, profile: string) {
  const file = readdirSync(folder).find((name) => name.startsWith(profile))!;
  const events: readonly ProfileEvent[] = JSON.parse(readFileSync(join(folder, file), "utf8"));
  const executions = events.filter(({ cat, name }) => cat === "Node" && name.endsWith("_kernel_time"));
  const onCpu: Record<string, number> = {};
  let onWebGpu = 0;
  for (const { args } of executions)
    if (args.provider === "WebGpuExecutionProvider") onWebGpu += 1;
    else onCpu[args.op_name] = (onCpu[args.op_name] ?? 0) + 1;
  return { onWebGpu, onCpu };
}

async function compareAll(folder: string): Promise<ChildResult> {
  const found: Record<string, Comparison> = {};
  for (const [index, [name, model]] of Object.entries(models).entries()) {
    const profile = `webgpu-${index}`;
    const webgpu = await train(model, "webgpu", join(folder, profile));
    const cpu = await train(model, "cpu", join(folder, `cpu-${index}`));
    found[name] = {
      losses: { cpu: cpu.losses, webgpu: webgpu.losses },
      weightDifferences: differencesOf(model.config, cpu.state, webgpu.state),
      ...placesIn(folder, profile),
    };
  }
  return { refused: null, models: found };
}

const result = await compareAll(process.argv[2]!).catch((error): ChildResult => {
  if (error instanceof UserError) return { refused: error.mistake.happened };
  throw error;
});
console.log(JSON.stringify(result));
